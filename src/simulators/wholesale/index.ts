// The wholesale subscription API: every request is acknowledged now, provisioned later, and notified then.
import { authenticate, presented } from '../client-credentials.ts'
import { findNetwork } from '../countries.ts'
import type { Handler, Simulator } from '../simulator.ts'
import { renew } from './billing.ts'
import { secret, sign } from './callbacks.ts'
import { word } from './errors.ts'
import { handlers } from './handlers.ts'
import { pathOf, tokenPath } from './paths.ts'
import { dataProduct } from './plans.ts'
import { settle } from './provisioning.ts'
import { lines, SLUG } from './records.ts'
import { seeds, stock } from './seeds.ts'
import { settings } from './settings.ts'

export const wholesale: Simulator = {
  slug: SLUG,
  title: 'Wholesale',
  mounts: [{ spec: 'wholesale.yaml', basePath: '' }],
  settings,
  pathOf,
  // Each handler is typed by its operation; the server calls all of them alike, with what the spec has validated.
  handlers: handlers as unknown as Record<string, Handler>,
  gaps: {},
  refusalReply: word,
  credentialIn: presented,
  tokenPath,
  authenticate: authenticate(SLUG),
  seeds,
  applySeedFile: stock,
  tasks: { settle, renew },
  react: () => {},
  usage: {
    covers(world, { iccid, extra }, country) {
      const line = world.in(lines).get(iccid)
      const carriesData =
        line?.products.some(({ productId }) => productId === dataProduct(line.plan)) === true
      return carriesData && extra?.countries?.split('+').includes(country) === true
    },
    thresholds: [],
  },
  homeCountry: () => 'US',
  network: findNetwork,
  callbacks: {
    sign,
    secret,
    schedule: (world) => world.settings(SLUG).retrySchedule as readonly string[],
    versions: [1],
  },
}
