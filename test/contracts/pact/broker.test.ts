// Contracts of a broker: asked for as it wants to be asked, and by nobody who does not name it.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { verifyPacts } from '../../../src/library/pact.ts'
import { pactText } from '../../support/pact-files.ts'

interface Asked {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

interface Kept {
  readonly text: string
  readonly pending: boolean
  /** Where it lies; at the broker unless given. */
  readonly href?: string
}

/** A broker with contracts, as far as a verifier asks it. */
async function startBroker(pacts: readonly Kept[]) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request
    const { authorization } = headers
    asked.push({ method, path, authorization, body: await text(request) })
    if (authorization === 'Bearer bad') return void response.writeHead(401).end()
    const at = /^\/pacts\/(\d+)$/.exec(path ?? '')?.[1]
    if (at !== undefined) return void response.end(pacts[Number(at)]?.text)
    const offered = pacts.map(({ pending, href }, index) => ({
      verificationProperties: { pending },
      _links: { self: { href: href ?? `${url}/pacts/${index}`, name: `contract ${index}` } },
    }))
    response.end(JSON.stringify({ _embedded: { pacts: offered } }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, [Symbol.asyncDispose]: async () => void server.close() }
}

const WRONG = 'test/contracts/pact/wrong/v2-status.json'
const RIGHT = 'test/contracts/pact/right/v2-balance.json'
const contract = async (file: string, pending: boolean) => ({
  text: await readFile(file, 'utf8'),
  pending,
})
const how = { selectors: [{ mainBranch: true }], isPendingEnabled: true, token: 'good' }

test('a broker is asked with selectors, and for pending and unfinished ones', async () => {
  await using broker = await startBroker([
    await contract(RIGHT, false),
    await contract(WRONG, true),
  ])
  const own = { url: broker.url, provider: 'eSIM Go', wipSince: '2026-01-01', ...how }
  const result = await verifyPacts([], { provider: 'esim-go', broker: own })
  expect(result.outcome).toBe('passed')
  expect(result.cases.map(({ file, outcome }) => [file, outcome])).toEqual([
    ['contract 0', 'passed'],
    ['contract 1', 'skipped'],
  ])
  const [first] = broker.asked
  expect(first).toMatchObject({ method: 'POST', authorization: 'Bearer good' })
  expect(first?.path).toBe('/pacts/provider/eSIM%20Go/for-verification')
  expect(JSON.parse(first?.body ?? '')).toEqual({
    consumerVersionSelectors: [{ mainBranch: true }],
    includePendingStatus: true,
    includeWipPactsSince: '2026-01-01',
  })
})

test('a contract that is not pending fails, though the broker calls others pending', async () => {
  await using broker = await startBroker([await contract(WRONG, false)])
  const own = { url: broker.url, ...how }
  expect(await verifyPacts([], { provider: 'esim-go', broker: own })).toMatchObject({
    outcome: 'failed',
  })
})

test('the token goes to the broker alone, wherever a contract lies', async () => {
  await using elsewhere = await startBroker([await contract(RIGHT, false)])
  const href = `${elsewhere.url}/pacts/0`
  await using broker = await startBroker([{ text: '', pending: false, href }])
  const own = { url: broker.url, ...how }
  await verifyPacts([], { provider: 'esim-go', broker: own })
  expect(broker.asked.map(({ authorization }) => authorization)).toEqual(['Bearer good'])
  expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual([undefined])
})

test('a broker without contracts is told in a sentence', async () => {
  await using broker = await startBroker([])
  const own = { url: broker.url, ...how }
  await expect(verifyPacts([], { provider: 'esim-go', broker: own })).rejects.toThrow(
    /has no pacts with esim-go/,
  )
})

test('a broker that does not let us in is told in a sentence', async () => {
  await using broker = await startBroker([])
  const own = { url: broker.url, ...how, token: 'bad' }
  await expect(verifyPacts([], { provider: 'esim-go', broker: own })).rejects.toThrow(
    /answered 401: set ESIMULATOR_BROKER_TOKEN/,
  )
})

test('no broker is asked that only a variable of Pact names', async () => {
  await using broker = await startBroker([{ text: pactText({}), pending: false }])
  process.env.PACT_BROKER_BASE_URL = broker.url
  try {
    expect(await verifyPacts(RIGHT, { provider: 'esim-go' })).toMatchObject({ outcome: 'passed' })
  } finally {
    delete process.env.PACT_BROKER_BASE_URL
  }
  expect(broker.asked).toEqual([])
})
