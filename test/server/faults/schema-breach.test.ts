// Replies that break their schema: each change at every provider, held to the operation's own check.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { namesOf } from '../../../src/server/faults/provider-names.ts'
import { broken, CHANGES } from '../../../src/server/faults/schema-breach.ts'
import { compileSpec } from '../../../src/server/spec.ts'
import { simulators } from '../../../src/simulators/index.ts'
import { send } from '../../support/http.ts'
import { type ProviderCalls, providerCalls } from '../../support/provider-calls.ts'

let sim: RunningSimulator
let providers: readonly ProviderCalls[]
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle' })
  providers = await providerCalls(sim)
})
afterAll(async () => sim.close())

/** How a reply breaks the spec of its operation. */
async function violations(slug: string, operation: string, status: number, body: unknown) {
  const simulator = simulators.find((each) => each.slug === slug)
  const [at] = simulator ? ((await namesOf(simulator)).operations.get(operation) ?? []) : []
  return at?.operation.violations(status, at.operation.jsonType(status), body) ?? []
}

const slugs = ['esim-go', 'highland', 'wholesale', 'accounts-orders'] as const
/** Where a reply of the reading call has no place for it. */
const NO_PLACE = new Set([
  'wholesale iccid-number',
  'accounts-orders iccid-number',
  'highland iccid-number',
])

test.each(slugs.flatMap((slug) => CHANGES.map((change) => ({ slug, change }))))(
  '$slug: $change really breaks the schema, or does not happen and says why',
  async ({ slug, change }) => {
    const { read } = providers.find((each) => each.slug === slug) ?? {}
    if (!read) throw new Error(slug)
    const { operation } = read
    const { id } = await sim.faults.add({
      provider: slug,
      operation,
      kind: 'schema',
      change,
      times: 1,
    })
    const { status, body } = await send(read.method, read.url, { headers: read.headers })
    const broken = await violations(slug, operation, status, body)
    const [entry] = await sim.journal.list({ limit: 1 })
    const { hits } = await sim.faults.get(id)
    await sim.faults.remove(id)
    if (hits === 0) {
      expect(NO_PLACE.has(`${slug} ${change}`) || change === 'unknown-enum').toBe(true)
      expect(broken).toEqual([])
      expect(entry?.missedFaults).toEqual([`${id} (schema): the reply has no place for ${change}`])
      return
    }
    expect(NO_PLACE.has(`${slug} ${change}`)).toBe(false)
    expect(broken).not.toEqual([])
    expect(entry?.fault?.saw).toMatch(/^a reply that breaks its schema: /)
  },
)

test('an ICCID that becomes a number has all its digits in the JSON', async () => {
  const { read } = providers[0] ?? {}
  const [esim] = await sim.sims('esim-go')
  await sim.faults.add({ provider: 'esim-go', kind: 'schema', change: 'iccid-number', times: 1 })
  const { text } = await send('GET', read?.url ?? '', { headers: read?.headers })
  expect(text).toContain(`"iccid":${esim?.iccid}`)
})

test('a pointer says where; where nothing is, or nothing breaks, the fault waits for another call', async () => {
  const { read } = providers[0] ?? {}
  const get = () => send<{ esims: unknown[] }>('GET', read?.url ?? '', { headers: read?.headers })
  const of = {
    provider: 'esim-go',
    operation: 'listEsims',
    kind: 'schema',
    change: 'wrong-type',
  } as const
  await sim.faults.add({ ...of, pointer: '/esims/0/iccid', times: 1 })
  expect((await get()).body.esims[0]).toMatchObject({ iccid: 17 })
  const { id } = await sim.faults.add({ ...of, pointer: '/esims/7/iccid', times: 1 })
  await get()
  expect(await sim.faults.get(id)).toMatchObject({ seen: 1, hits: 0, active: true })
  expect((await sim.journal.list({ limit: 1 }))[0]?.missedFaults).toEqual([
    `${id} (schema): the reply has no place for wrong-type at /esims/7/iccid`,
  ])
  await sim.faults.clear()
})

test('the first place that breaks the schema is changed, and no other', async () => {
  const spec = await compileSpec({
    openapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    paths: {
      '/a': {
        get: {
          operationId: 'getA',
          responses: {
            200: {
              description: 'An a',
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    required: ['list', 'word'],
                    properties: {
                      free: {},
                      word: { type: 'string', enum: ['one', 'two'] },
                      name: { type: 'string', pattern: '^[a-z]+$' },
                      list: {
                        type: 'array',
                        items: {
                          type: 'object',
                          required: ['n'],
                          properties: { n: { type: 'integer' } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  } as never)
  const operation = spec.operations.get('getA')
  if (!operation) throw new Error('no operation')
  const body = { free: 'x', name: 'name', word: 'one', list: [{}, { n: 1, m: 2 }] }
  const fine = { ...body, list: [{ n: 1 }, { n: 2, m: 2 }] }
  const changed = (change: (typeof CHANGES)[number], pointer?: string) =>
    JSON.parse(broken(operation, { status: 200, body: fine }, change, pointer)?.json ?? 'null')
  expect(changed('unknown-enum')).toEqual({ ...fine, word: 'UNKNOWN_VALUE' })
  expect(changed('drop-required')).toEqual({ free: 'x', name: 'name', list: fine.list })
  expect(changed('drop-required', '/list/1/n')).toEqual({ ...fine, list: [{ n: 1 }, { m: 2 }] })
  expect(changed('drop-required', '/name')).toBeNull()
  expect(changed('wrong-type')).toEqual({ ...fine, name: 17 })
  expect(changed('wrong-type', '/free')).toBeNull()
  expect(changed('iccid-number')).toBeNull()
})
