// What undici, node:http and curl see of each kind of fault, at every provider.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NewFault, type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { clients, type Seen } from '../../support/clients.ts'
import { type ProviderCalls, providerCalls } from '../../support/provider-calls.ts'

let sim: RunningSimulator
let providers: readonly ProviderCalls[]
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle' })
  providers = await providerCalls(sim)
})
afterAll(async () => sim.close())

const slugs = ['esim-go', 'highland', 'wholesale', 'accounts-orders'] as const
const named = (slug: string) => {
  const found = providers.find((each) => each.slug === slug)
  if (!found) throw new Error(`no calls of ${slug}`)
  return found
}

/** A fault without what it is of. */
type Wanted = Pick<NewFault, 'kind' | 'when'> & Readonly<Record<string, unknown>>

/** What each client sees of a reading call with a fault, and what the journal keeps of each. */
async function seenWith(slug: string, fault: Wanted, patience?: number) {
  const { read } = named(slug)
  const { id } = await sim.faults.add({ provider: slug, operation: read.operation, ...fault })
  const seen: Record<string, Seen> = {}
  for (const [name, client] of Object.entries(clients)) seen[name] = await client(read, patience)
  const { hits } = await sim.faults.get(id)
  await sim.faults.remove(id)
  const journal = await sim.journal.list({ provider: slug, limit: Object.keys(clients).length })
  expect([hits, journal.map(({ fault: hit }) => hit?.id)]).toEqual([
    Object.keys(clients).length,
    journal.map(() => id),
  ])
  return { seen, journal }
}

/** What each client of the machine is to see. */
function ofEach(expected: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(clients).map((name) => [name, expected[name]]))
}
const all = (expected: unknown) => ofEach({ undici: expected, node: expected, curl: expected })

const SILENT: readonly [what: string, fault: Wanted, codes: object][] = [
  [
    'a reset before anything is answered',
    { kind: 'reset' },
    { undici: 'ECONNRESET', node: 'ECONNRESET', curl: 'curl 56' },
  ],
  [
    'a reset after the change',
    { kind: 'reset', when: 'after' },
    { undici: 'ECONNRESET', node: 'ECONNRESET', curl: 'curl 56' },
  ],
  [
    'an empty reply',
    { kind: 'empty' },
    { undici: 'UND_ERR_SOCKET', node: 'ECONNRESET', curl: 'curl 52' },
  ],
  [
    'an empty reply after the change',
    { kind: 'empty', when: 'after' },
    { undici: 'UND_ERR_SOCKET', node: 'ECONNRESET', curl: 'curl 52' },
  ],
  [
    'a connection that hangs until the server closes it',
    { kind: 'hang', for: 'PT0.1S' },
    { undici: 'UND_ERR_SOCKET', node: 'ECONNRESET', curl: 'curl 52' },
  ],
]

const table = SILENT.flatMap(([what, fault, codes]) =>
  slugs.map((slug) => ({ what, slug, fault, codes })),
)

test.each(table)('$slug: $what is an error without a status', async ({ slug, fault, codes }) => {
  const { seen, journal } = await seenWith(slug, fault)
  const errors = Object.entries(codes).map(([name, error]) => [name, { error }])
  expect(seen).toEqual(ofEach(Object.fromEntries(errors)))
  const status = fault.when === 'after' ? 200 : undefined
  for (const entry of journal) {
    expect(entry.status).toBe(status)
    expect(entry.fault).toMatchObject({
      kind: fault.kind,
      saw: expect.stringMatching(/^nothing: the connection (was reset|was closed|hung)$/),
    })
    expect(entry.fault?.lost).toBe(status)
  }
})

test.each(slugs)(
  '%s: a client that does not wait for a hanging connection gives up',
  async (slug) => {
    const { seen } = await seenWith(slug, { kind: 'hang' }, 300)
    expect(seen).toEqual(
      ofEach({
        undici: { error: 'TimeoutError' },
        node: { error: 'TimeoutError' },
        curl: { error: 'curl 28' },
      }),
    )
  },
)

const CUT: readonly [what: string, fault: Wanted, codes: object][] = [
  [
    'a reset in the middle of the body',
    { kind: 'reset', at: 'body' },
    { undici: 'ECONNRESET', node: 'ECONNRESET', curl: 'curl 56' },
  ],
  [
    'a truncated body',
    { kind: 'truncated', bytes: 7 },
    { undici: 'UND_ERR_SOCKET', node: 'ECONNRESET', curl: 'curl 18' },
  ],
]

test.each(
  CUT.flatMap(([what, fault, codes]) => slugs.map((slug) => ({ what, slug, fault, codes }))),
)(
  '$slug: $what has a head with its whole length, and does not come whole',
  async ({ slug, fault, codes }) => {
    const { read } = named(slug)
    const whole = await clients.node?.(read)
    const { seen, journal } = await seenWith(slug, fault)
    const head = { status: 200, type: whole?.type, length: whole?.length, retryAfter: undefined }
    const errors = Object.entries(codes).map(([name, error]) => [name, { ...head, error }])
    expect(seen).toEqual(ofEach(Object.fromEntries(errors)))
    for (const entry of journal)
      expect([entry.status, entry.fault?.saw]).toEqual([
        200,
        expect.stringMatching(
          /^\d+ of the \d+ bytes of the body, then the connection was (reset|closed)$/,
        ),
      ])
  },
)

test.each(slugs)('%s: a dribbled body comes whole, and in pieces', async (slug) => {
  const whole = await clients.node?.(named(slug).read)
  const { seen } = await seenWith(slug, { kind: 'dribble', bytes: 50, every: '1ms' })
  expect(seen).toEqual(all(whole))
})

test.each(slugs)(
  '%s: malformed JSON has the right type and length, and does not parse',
  async (slug) => {
    const whole = await clients.node?.(named(slug).read)
    const { seen } = await seenWith(slug, { kind: 'malformed' })
    for (const { status, type, length, body = '' } of Object.values(seen)) {
      expect([status, type, length]).toEqual([200, whole?.type, Buffer.byteLength(body)])
      expect(() => JSON.parse(body)).toThrow(SyntaxError)
      expect(body.length).toBeGreaterThan(10)
    }
  },
)

test.each(slugs)(
  '%s: another Content-Type comes with an HTML page, or with what is said',
  async (slug) => {
    const { seen } = await seenWith(slug, { kind: 'content-type' })
    for (const { status, type, body } of Object.values(seen)) {
      expect([status, type]).toEqual([200, 'text/html; charset=utf-8'])
      expect(body).toMatch(/^<!doctype html>/)
    }
    const whole = await clients.node?.(named(slug).read)
    const plain = { kind: 'content-type', contentType: 'text/plain' }
    expect((await seenWith(slug, plain)).seen).toEqual(all({ ...whole, type: 'text/plain' }))
  },
)

const DIALECT: Readonly<Record<string, (status: number) => object>> = {
  'esim-go': () => ({ message: expect.any(String) }),
  highland: () => ({ status: 'failure', details: expect.any(String) }),
  wholesale: () => ({ status: 'Failure', code: expect.any(String), message: expect.any(String) }),
  'accounts-orders': () => ({ type: expect.any(String), messages: [expect.any(String)] }),
}

test.each(slugs.flatMap((slug) => [400, 404, 500, 501, 503].map((status) => ({ slug, status }))))(
  '$slug: a $status is worded as the provider words it',
  async ({ slug, status }) => {
    const { seen, journal } = await seenWith(slug, { kind: 'status', status, retryAfter: 7 })
    for (const each of Object.values(seen)) {
      expect(each).toMatchObject({ status, type: 'application/json', retryAfter: '7' })
      expect(JSON.parse(each.body ?? '')).toEqual(DIALECT[slug]?.(status))
    }
    for (const entry of journal)
      expect(entry).toMatchObject({ status, fault: { saw: `${status} in place of the answer` } })
  },
)

test.each(slugs)(
  '%s: any status comes with a body that is given, headers and all',
  async (slug) => {
    const json = { kind: 'status', status: 418, body: { tea: ['pot'] }, headers: { 'X-Own': 'a' } }
    for (const each of Object.values((await seenWith(slug, json)).seen))
      expect([each.status, JSON.parse(each.body ?? '')]).toEqual([418, { tea: ['pot'] }])
    const html = {
      kind: 'status',
      status: 502,
      body: '<h1>Bad gateway</h1>',
      contentType: 'text/html',
      retryAfter: 'PT90S',
    }
    expect((await seenWith(slug, html)).seen).toEqual(
      all({
        status: 502,
        type: 'text/html',
        retryAfter: 'Thu, 01 Jan 2026 00:01:30 GMT',
        length: 20,
        body: '<h1>Bad gateway</h1>',
      }),
    )
  },
)

test('a HEAD whose body would be hurt is left alone, and the journal says why', async () => {
  const { read } = named('esim-go')
  for (const kind of ['truncated', 'malformed', 'dribble', 'schema', 'content-type']) {
    await sim.faults.clear()
    await sim.faults.add({ provider: 'esim-go', kind })
    const answer = await fetch(read.url, { method: 'HEAD', headers: read.headers })
    const [entry] = await sim.journal.list({ limit: 1 })
    expect([kind, answer.status, entry?.fault, entry?.missedFaults]).toEqual([
      kind,
      200,
      undefined,
      [expect.stringMatching(/^fault_\d+ \(.*\): the answer to HEAD has no body$/)],
    ])
  }
  await sim.faults.clear()
})
