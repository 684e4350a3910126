// What the shop relies on of eSIM Go, as a contract of Pact; and that the simulator keeps it.
import { createHmac } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Matchers, Pact } from '@pact-foundation/pact'
import { verifyPacts } from 'esimulator'
import { beforeAll, expect, test } from 'vitest'
import { openEsimGo } from './esim-go.js'
import { openShop } from './shop.js'

const { eachLike, integer, like, regex, uuid } = Matchers

const FOLDER = fileURLToPath(new URL('pacts', import.meta.url))
const KEY = 'shop-key'
const ICCID = '8943108000000000001'
const GB_1 = 'esim_1GB_7D_GB_V2'
const REFERENCE = '3a6e2e40-c674-45e9-b289-b35027bf72a9'
const BASE64_OF_SHA256 = '^[A-Za-z0-9+/]{43}=$'
const HEADERS = { 'X-API-Key': like(KEY) }
const JSON_TYPE = { 'Content-Type': regex('^application/json', 'application/json') }

/** The contract is written anew, and not added to that of the last run. */
beforeAll(() => rm(FOLDER, { recursive: true, force: true }))

const pact = new Pact({
  consumer: 'esim-shop',
  provider: 'esim-go',
  dir: FOLDER,
  logLevel: 'error',
})

/** An order as it is sent. */
const wanted = (iccids: readonly string[]) => ({
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: GB_1, iccids: [...iccids] }],
})

const esim = {
  iccid: regex('^\\d{18,22}$', ICCID),
  matchingId: like('A1B2C-D3E4F'),
  smdpAddress: like('rsp.example'),
}
const bought = {
  orderReference: uuid(REFERENCE),
  status: regex('^(completed|processing)$', 'completed'),
  order: eachLike({ item: GB_1, iccids: eachLike(ICCID) }),
}

/** The shop notes which order is the newest before it buys. */
function newestOrder(): void {
  pact
    .addInteraction()
    .given('an order', { reference: REFERENCE, bundle: GB_1 })
    .uponReceiving('a look at the newest order')
    .withRequest('GET', '/orders', (request) => {
      request.query({ limit: '1' }).headers(HEADERS)
    })
    .willRespondWith(200, (response) => {
      response.headers(JSON_TYPE).jsonBody([{ ...bought, orderReference: REFERENCE }])
    })
}

test('an eSIM is bought', async () => {
  newestOrder()
  await pact
    .addInteraction()
    .given('balance', { amount: 50 })
    .uponReceiving('an order for a bundle on a new eSIM')
    .withRequest('POST', '/orders', (request) => {
      request.headers(HEADERS).jsonBody(wanted([]))
    })
    .willRespondWith(200, (response) => {
      const line = { item: GB_1, esims: eachLike(esim) }
      response.headers(JSON_TYPE).jsonBody({ ...bought, order: eachLike(line) })
    })
    .executeTest(async ({ url }) => {
      const sale = await openShop(openEsimGo({ baseUrl: url, key: KEY }), KEY).buy('1', {
        bundle: GB_1,
      })
      expect(sale.activationCode).toBe('LPA:1$rsp.example$A1B2C-D3E4F')
    })
})

test('an eSIM is topped up', async () => {
  newestOrder()
  await pact
    .addInteraction()
    .given('balance', { amount: 50 })
    .given('an eSIM', { iccid: ICCID })
    .uponReceiving('an order for a bundle on an eSIM there is')
    .withRequest('POST', '/orders', (request) => {
      request.headers(HEADERS).jsonBody(wanted([ICCID]))
    })
    .willRespondWith(200, (response) => {
      response.headers(JSON_TYPE).jsonBody({ ...bought, order: [{ item: GB_1, iccids: [ICCID] }] })
    })
    .executeTest(async ({ url }) => {
      const order = await openEsimGo({ baseUrl: url, key: KEY }).purchase('1', GB_1, ICCID)
      expect(order.order[0]?.iccids).toEqual([ICCID])
    })
})

test('without money nothing is bought, and that is sure', async () => {
  newestOrder()
  await pact
    .addInteraction()
    .given('balance', { amount: 0 })
    .uponReceiving('an order that nobody can pay')
    .withRequest('POST', '/orders', (request) => {
      request.headers(HEADERS).jsonBody(wanted([]))
    })
    .willRespondWith(400, (response) => {
      response.headers(JSON_TYPE).jsonBody({ message: like('insufficient balance') })
    })
    .executeTest(async ({ url }) => {
      const buying = openShop(openEsimGo({ baseUrl: url, key: KEY }), KEY).buy('1', {
        bundle: GB_1,
      })
      await expect(buying).rejects.toMatchObject({ status: 400, isUnsure: false })
    })
})

test('the bundles of an eSIM are listed when they are over, too', async () => {
  await pact
    .addInteraction()
    .given('a depleted bundle', { iccid: ICCID, bundle: GB_1 })
    .uponReceiving('a look at the bundles of an eSIM')
    .withRequest('GET', `/esims/${ICCID}/bundles`, (request) => {
      request.query({ includeUsed: 'true' }).headers(HEADERS)
    })
    .willRespondWith(200, (response) => {
      const assignments = eachLike({
        id: like('215009266'),
        bundleState: regex('^depleted$', 'depleted'),
      })
      response.headers(JSON_TYPE).jsonBody({ bundles: eachLike({ name: GB_1, assignments }) })
    })
    .executeTest(async ({ url }) => {
      const bundles = await openEsimGo({ baseUrl: url, key: KEY }).bundlesOn(ICCID)
      expect(bundles).toEqual([{ id: '215009266', bundleState: 'depleted' }])
    })
})

test('a callback tells how much of a bundle is left', async () => {
  await pact
    .addAsynchronousInteraction()
    .given('a depleted bundle', { iccid: ICCID, bundle: GB_1 })
    .given('a callback', { type: 'Utilisation', iccid: ICCID })
    .expectsToReceive('a Utilisation callback of a bundle that is used up', (message) => {
      message
        .withJSONContent({
          iccid: ICCID,
          alertType: 'Utilisation',
          bundle: {
            id: regex('^\\d+$', '215009266'),
            initialQuantity: integer(1_000_000_000),
            remainingQuantity: 0,
            endTime: regex('^\\d{4}-\\d\\d-\\d\\dT.*Z$', '2026-01-08T00:00:00.000Z'),
            unlimited: false,
          },
        })
        .withMetadata({ 'X-Signature-SHA256': regex(BASE64_OF_SHA256, 'A'.repeat(43).concat('=')) })
    })
    .executeTest(async ({ contents }) => {
      const body = JSON.stringify(contents.content)
      const signature = createHmac('sha256', KEY).update(body).digest('base64')
      const shop = await shopThatSold(ICCID)
      expect(await shop.callback(body, signature)).toBe(200)
      expect(shop.sale('1')).toMatchObject({ state: 'used up' })
    })
})

/** A shop with one sale. */
async function shopThatSold(iccid: string) {
  const esims = [{ iccid, matchingId: 'A1B2C-D3E4F', smdpAddress: 'rsp.example' }]
  const order = { orderReference: REFERENCE, status: 'completed', order: [{ item: GB_1, esims }] }
  const shop = openShop({ purchase: async () => order, bundlesOn: async () => [] }, KEY)
  await shop.buy('1', { bundle: GB_1 })
  return shop
}

test('the simulator keeps the contract', async () => {
  const { outcome, cases } = await verifyPacts(`${FOLDER}/*.json`, { provider: 'esim-go' })
  expect(cases.filter((each) => each.outcome !== 'passed')).toEqual([])
  expect(cases).toHaveLength(6)
  expect(outcome).toBe('passed')
})
