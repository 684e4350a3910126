// The verifiers for users' webhook handlers: what the simulator signs is genuine, and nothing else is.
import { expect, test } from 'vitest'
import {
  type Arrival,
  esimGo,
  type Receiver,
  startReceiver,
  startSimulator,
  wholesale,
} from '../src/index.ts'

const KEY = 'test-esim-go-key'

/** A callback as it came, of an eSIM that is on the air for the first time. */
async function attached(signatureEncoding: 'base64' | 'hex' = 'base64') {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: receiver.url,
    settings: { 'esim-go': { signatureEncoding } },
  })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).attach('GB')
  await sim.clock.advance('PT1S')
  return arrived(receiver)
}

/** A notification as it came, its secret, and the time by the clock of its world. */
async function notified() {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an active line', callbackUrl: receiver.url })
  await sim.callbacks.send({ provider: 'wholesale', type: 'Activate' })
  await sim.clock.advance('PT1S')
  const { headers, body } = await arrived(receiver)
  const { callbackSecret: secret = '' } = sim.credentials.wholesale ?? {}
  return { headers, body, secret, now: sim.clock.now() }
}

async function arrived(receiver: Receiver): Promise<Arrival> {
  const [first] = await receiver.waitFor(1)
  if (!first) throw new Error('nothing has arrived')
  return first
}

test.each(['base64', 'hex'] as const)(
  'a callback of eSIM Go is genuine, in %s',
  async (encoding) => {
    const { headers, body } = await attached(encoding)
    expect(esimGo.verify(headers, body, KEY)).toBe(true)
    expect(esimGo.verify(headers, Buffer.from(body), KEY)).toBe(true)
  },
)

test('headers may be those of Fetch, and in any case', async () => {
  const { headers, body } = await attached()
  const signature = String(headers['x-signature-sha256'])
  expect(esimGo.verify(new Headers({ 'X-Signature-SHA256': signature }), body, KEY)).toBe(true)
  expect(esimGo.verify({ 'X-Signature-SHA256': [signature] }, body, KEY)).toBe(true)
})

test('a callback of eSIM Go that was changed, or signed with another key, is not genuine', async () => {
  const { headers, body } = await attached()
  expect(esimGo.verify(headers, `${body} `, KEY)).toBe(false)
  expect(esimGo.verify(headers, body, 'another-key')).toBe(false)
})

test.each([
  ['none', {}],
  ['an empty one', { 'x-signature-sha256': '' }],
  ['no base64', { 'x-signature-sha256': '%%%' }],
])('a callback of eSIM Go with %s for a signature is not genuine', (_, headers) => {
  expect(esimGo.verify(headers, '{}', KEY)).toBe(false)
})

test('where a header came twice, nobody knows which was meant', async () => {
  const { headers, body } = await attached()
  const twice = [String(headers['x-signature-sha256']), 'another']
  expect(esimGo.verify({ 'x-signature-sha256': twice }, body, KEY)).toBe(false)
})

test('with an empty key nothing is genuine: anybody could sign with that', () => {
  // HMAC-SHA256 of {} under no key at all.
  const signature = 'IvjuqQlACvmK3zaBqfMZI+9rf8ukq7VT2Sgjo+nVwl4='
  expect(esimGo.verify({ 'x-signature-sha256': signature }, '{}', '')).toBe(false)
})

test('a wholesale notification is genuine', async () => {
  const { headers, body, secret, now } = await notified()
  expect(wholesale.verify(headers, body, secret, { now })).toBe(true)
})

test('a wholesale notification that was changed is not genuine', async () => {
  const { headers, body, secret, now } = await notified()
  expect(wholesale.verify(headers, `${body} `, secret, { now })).toBe(false)
  const renamed = { ...headers, 'webhook-id': 'another' }
  expect(wholesale.verify(renamed, body, secret, { now })).toBe(false)
  expect(wholesale.verify(headers, body, 'whsec_YW5vdGhlcg==', { now })).toBe(false)
})

test.each([-6, 6])('a wholesale notification is not genuine %i minutes away', async (minutes) => {
  const { headers, body, secret, now } = await notified()
  const then = new Date(now.valueOf() + minutes * 60_000)
  expect(wholesale.verify(headers, body, secret, { now: then })).toBe(false)
  expect(wholesale.verify(headers, body, secret, { now: then, tolerance: 7 * 60_000 })).toBe(true)
})

test('of several signatures of a wholesale notification one has to be good', async () => {
  const { headers, body, secret, now } = await notified()
  const both = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` }
  expect(wholesale.verify(both, body, secret, { now })).toBe(true)
  const bad = { ...headers, 'webhook-signature': 'v1,AAAA v1,BBBB' }
  expect(wholesale.verify(bad, body, secret, { now })).toBe(false)
})

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
  'a wholesale notification without %s is not genuine',
  async (name) => {
    const { headers, body, secret, now } = await notified()
    expect(wholesale.verify({ ...headers, [name]: undefined }, body, secret, { now })).toBe(false)
  },
)

test('a secret that is no secret of Standard Webhooks is an error', () => {
  expect(() => wholesale.verify({}, '{}', 'secret')).toThrow('begins with whsec_')
})

test('a body that was parsed before, or no key, is a mistake that says what to do', () => {
  // As Express types what its parsers made: any.
  const parsed = JSON.parse('{}')
  for (const verify of [
    () => esimGo.verify({}, parsed, KEY),
    () => wholesale.verify({}, parsed, 'whsec_YW5vdGhlcg=='),
  ])
    expect(verify).toThrow(/was parsed before .* express\.raw\(/)
  expect(() => esimGo.verify({}, '{}', parsed.missing)).toThrow(/must be a text, and is undefined/)
})
