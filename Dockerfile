# Builds the simulator, then keeps only what runs it.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# There is nothing to build yet.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY specs specs
COPY src src
COPY bin bin
RUN npm run build

FROM node:22-slim
WORKDIR /app
ENV NODE_ENV=production
# All interfaces, so that the port can be published. That demands the control token: give ESIMULATOR_TOKEN.
ENV ESIMULATOR_HOST=0.0.0.0
# State lives in the volume, unless ESIMULATOR_STORE names a database. Other names than localhost go in ESIMULATOR_ALLOWED_HOSTS, receivers in ESIMULATOR_CALLBACK_ALLOW.
ENV ESIMULATOR_STATE=/data
COPY --from=build /app/package.json ./
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
COPY --from=build /app/specs specs
COPY scenarios scenarios
COPY docs docs
COPY CHANGELOG.md LICENSE ./
RUN ln -s /app/bin/esimulator.js /usr/local/bin/esimulator && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4010
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["esimulator", "wait-ready", "--timeout", "3s"]
CMD ["esimulator", "start"]
