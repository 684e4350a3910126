// The shop over HTTP, as openapi.yaml has it. Run by itself: PORT, ESIM_GO_URL and ESIM_GO_KEY say where.
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { EsimGoError, openEsimGo } from './esim-go.js'
import { openShop } from './shop.js'

/** @typedef {{ status: number, json?: object, png?: Buffer }} Reply */

/**
 * @param {ReturnType<typeof openShop>} shop
 * @param {import('node:http').IncomingMessage} request
 * @param {string} body
 * @returns {Promise<Reply>}
 */
async function reply(shop, { method, url = '', headers }, body) {
  const [, resource, id = '', part] = url.split('/')
  if (method === 'POST' && url === '/callbacks')
    return { status: await shop.callback(body, String(headers['x-signature-sha256'] ?? '')) }
  if (method === 'POST' && url === '/expiry-checks') {
    await shop.checkExpiry()
    return { status: 204 }
  }
  if (resource !== 'sales') return { status: 404 }
  if (method === 'PUT') return { status: 200, json: shown(await shop.buy(id, JSON.parse(body))) }
  const sale = shop.sale(id)
  if (!sale) return { status: 404 }
  if (part === 'qr.png') return { status: 200, png: await shop.qrCode(sale) }
  return { status: 200, json: shown(sale) }
}

/** @param {import('./shop.js').Sale} sale */
const shown = ({ id, bundle, iccid, activationCode, state, endsAt, topUps, messages }) => ({
  ...{ id, bundle, iccid, activationCode, state, endsAt, topUps, messages },
})

/**
 * Opens the shop on a port of 127.0.0.1, a free one unless given.
 * @param {Parameters<typeof openEsimGo>[0] & { port?: number }} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startShop({ port = 0, ...options }) {
  const shop = openShop(openEsimGo(options), options.key)
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { status, json, png } = await reply(shop, request, body).catch((error) => ({
      // What nobody is sure of may be asked for again, with the same id.
      status: error instanceof EsimGoError && !error.isUnsure ? 409 : 503,
      json: { problem: error.message },
      png: undefined,
    }))
    response.writeHead(status, { 'Content-Type': png ? 'image/png' : 'application/json' })
    response.end(png ?? (json && JSON.stringify(json)))
  })
  await new Promise((done, fail) => {
    server.once('error', fail).listen(port, '127.0.0.1', () => done(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const {
    PORT = '4200',
    ESIM_GO_URL: baseUrl = 'http://127.0.0.1:4010/esim-go/v2.4',
    ESIM_GO_KEY: key = 'shop-key',
  } = process.env
  const { url } = await startShop({ port: Number(PORT), baseUrl, key })
  console.log(`the shop is open at ${url}, and buys at ${baseUrl}`)
}
