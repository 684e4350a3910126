// The header Prefer (RFC 7240): a documented reply, an example, a delay, of any call of any provider.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { documentedReply } from '../../../src/server/documented-reply.ts'
import { namesOf } from '../../../src/server/faults/provider-names.ts'
import { textFitting } from '../../../src/server/pattern-text.ts'
import { appliedText, overridesIn } from '../../../src/server/prefer.ts'
import { wallNow } from '../../../src/server/ticker.ts'
import { simulators } from '../../../src/simulators/index.ts'
import { SUBSCRIPTION } from '../../support/accounts-orders.ts'
import { send } from '../../support/http.ts'
import { type NamedCall, type ProviderCalls, providerCalls } from '../../support/provider-calls.ts'

let sim: RunningSimulator
let providers: readonly ProviderCalls[]
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle' })
  providers = await providerCalls(sim)
})
afterAll(async () => sim.close())

const slugs = ['esim-go', 'highland', 'wholesale', 'accounts-orders'] as const
const callsOf = (slug: string): ProviderCalls => {
  const found = providers.find((each) => each.slug === slug)
  if (!found) throw new Error(slug)
  return found
}
const make = ({ method, url, headers, body }: NamedCall, prefer: string) =>
  send<Record<string, unknown>>(method, url, { headers: { ...headers, Prefer: prefer }, raw: body })

const state = async () => JSON.stringify((await sim.state()).collections)

test.each(slugs.flatMap((slug) => [400, 500, 503].map((code) => ({ slug, code }))))(
  '$slug: Prefer: code=$code is answered in the words of the provider, and nothing is done',
  async ({ slug, code }) => {
    const { change, read } = callsOf(slug)
    const usual = await make(read, 'code=400')
    const before = await state()
    const answer = await make(change(), `code=${code}`)
    expect(answer.status).toBe(code)
    expect(answer.headers.get('preference-applied')).toBe(`code=${code}`)
    expect(Object.keys(answer.body)).toEqual(Object.keys(usual.body))
    expect((await state()) === before).toBe(true)
    expect((await sim.journal.list({ limit: 1 }))[0]).toMatchObject({
      status: code,
      preference: `code=${code}`,
      operation: change().operation,
    })
  },
)

test.each(slugs)(
  '%s: a status of success is the example of the spec, or one made of its schema',
  async (slug) => {
    const { read } = callsOf(slug)
    const { status, headers, body } = await make(read, 'code=200')
    expect([status, headers.get('preference-applied')]).toEqual([200, 'code=200'])
    expect(Object.keys(body).length).toBeGreaterThan(0)
    expect((await sim.journal.list({ limit: 1 }))[0]?.violations).toEqual([])
  },
)

test.each(slugs)(
  '%s: a status it never answers is refused in its words, with those it does',
  async (slug) => {
    const { change } = callsOf(slug)
    const before = await state()
    const { status, headers, text } = await make(change(), 'code=418')
    expect([status, headers.get('preference-applied')]).toEqual([400, null])
    expect(text).toMatch(/Prefer: code=418: 418 is not documented for \w+, which answers 20[01], /)
    expect(text).toMatch(/400.*500/)
    expect((await state()) === before).toBe(true)
  },
)

test('an example is chosen by its name; one there is not is refused with those there are', async () => {
  const { change } = callsOf('esim-go')
  const bought = await make(change(), 'example=bought')
  const validated = await make(change(), 'code=200, example="validated"')
  expect([bought.status, validated.status]).toEqual([200, 200])
  expect(bought.body).not.toEqual(validated.body)
  expect(validated.headers.get('preference-applied')).toBe('code=200, example=validated')
  expect((await make(change(), 'example=refused')).text).toMatch(
    /Prefer: example=refused: createOrder has validated \(200\), bought \(200\)/,
  )
  expect((await make(callsOf('highland').read, 'example=any')).text).toMatch(
    /has no named examples/,
  )
})

test('a delay is waited for, with a status or with what is carried out', async () => {
  const { read } = callsOf('esim-go')
  const began = wallNow()
  const answer = await make(read, 'delay=PT0.06S')
  expect(wallNow() - began).toBeGreaterThanOrEqual(59)
  expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, 'delay=PT0.06S'])
  expect(answer.body).toHaveProperty('esims')

  const again = wallNow()
  expect((await make(read, 'code=503, delay="60ms"')).status).toBe(503)
  expect(wallNow() - again).toBeGreaterThanOrEqual(59)
  for (const [delay, why] of [
    ['soon', /is not a duration/],
    ['P2D', /at most a day/],
  ] as const)
    expect(await make(read, `delay=${delay}`)).toMatchObject({
      status: 400,
      text: expect.stringMatching(why),
    })
})

test('preferences of others are untouched, alone and beside ours', async () => {
  const { read } = callsOf('accounts-orders')
  const url = read.url.replace(/\/accounts$/, `/subscriptions/${SUBSCRIPTION}`)
  const plain = await make({ ...read, url }, 'respond-async, wait=10')
  expect(plain.headers.get('preference-applied')).toBeNull()
  const both = await make({ ...read, url }, 'transclude=account, delay=PT0.001S')
  expect(both.headers.get('preference-applied')).toBe('transclude="account", delay=PT0.001S')
  expect(
    (await make({ ...read, url }, 'transclude=account')).headers.get('preference-applied'),
  ).toBe('transclude="account"')
})

test('who is nobody gets no documented reply', async () => {
  const { read } = callsOf('esim-go')
  expect((await make({ ...read, headers: {} }, 'code=200')).status).toBe(403)
})

test('the setting preferOverrides turns them off', async () => {
  const { read } = callsOf('esim-go')
  await sim.set('esim-go', { preferOverrides: false })
  const { status, headers } = await make(read, 'code=503')
  expect([status, headers.get('preference-applied')]).toEqual([200, null])
  await sim.set('esim-go', { preferOverrides: null })
  expect((await make(read, 'code=503')).status).toBe(503)
})

test('a documented reply counts for no fault; a delay alone leaves the faults as they are', async () => {
  const { read } = callsOf('esim-go')
  await sim.faults.add({ provider: 'esim-go', kind: 'status', status: 500, times: 1 })
  expect((await make(read, 'code=429')).status).toBe(429)
  expect((await make(read, 'delay=PT0.001S')).status).toBe(500)
  await sim.faults.clear()
})

test.each([
  ['code=503', { code: '503' }],
  ['CODE = 503', { code: '503' }],
  ['code=503, code=500', { code: '503' }],
  ['respond-async, wait=100, code=503;why=x', { code: '503' }],
  ['example="a, \\"b\\"", delay=PT2S', { example: 'a, "b"', delay: 'PT2S' }],
  ['return="code=503"', undefined],
  ['code', undefined],
  ['code=', undefined],
  ['x-code=503', undefined],
  ['"code=503', undefined],
  ['', undefined],
])('the preferences of %j', (header, expected) => {
  expect(overridesIn(header)).toEqual(expected)
})

test('several headers are one list, and what was applied is written as it may be sent', async () => {
  expect(appliedText({ code: '503', example: 'a "b"' })).toBe('code=503, example="a \\"b\\""')
  const { read } = callsOf('esim-go')
  const headers = new Headers(read.headers)
  headers.append('Prefer', 'wait=5')
  headers.append('Prefer', 'code=503')
  expect((await fetch(read.url, { headers })).status).toBe(503)
})

test('every status that an operation documents has a reply that fits it, but for images and archives', async () => {
  const without: string[] = []
  for (const simulator of simulators) {
    const { operations } = await namesOf(simulator)
    for (const { operation, basePath } of [...operations.values()].flat()) {
      for (const status of Object.keys(operation.object.responses).map(Number).filter(Boolean)) {
        const found = documentedReply(simulator, operation, { status, reason: 'asked', basePath })
        const type = found?.content?.type ?? (found?.body && operation.jsonType(status))
        if (!found) without.push(`${operation.id} ${status}`)
        else
          expect(operation.violations(status, type as string | undefined, found.body)).toEqual([])
      }
    }
  }
  expect([...new Set(without)]).toEqual(['getQrCodes 200', 'getBarCode 200'])
})

test.each([
  ['^acc_[0-9A-Z]{26}$', `acc_${'0'.repeat(26)}`],
  ['^89\\d{16,18}$', `89${'0'.repeat(16)}`],
  ['^LPA:1\\$', 'LPA:1$'],
  ['^[^a-z]+-?\\.x*$', '0.'],
  ['^[\\w-]{2}.$', 'xxx'],
  ['^(a|b)$', undefined],
  ['a|b', undefined],
])('a text that fits %j', (pattern, text) => {
  expect(textFitting(pattern)).toBe(text)
})
