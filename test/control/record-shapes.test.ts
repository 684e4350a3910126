// Every field of every collection, wrong in eight ways: refused with the record's name, or nothing breaks of it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type StateDocument, startSimulator } from '../../src/index.ts'
import { simulators } from '../../src/simulators/index.ts'
import { sharedCollections } from '../../src/state/shared-collections.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { call, expectProblem } from '../support/control.ts'
import { asking, startRich } from '../support/rich-state.ts'

type Path = readonly (string | number)[]
type Fields = Record<string, unknown>

const MISSING = Symbol('missing')

/** What a field is made instead; `undefined` where that is what it is already. */
const wrongs: Readonly<Record<string, (value: unknown) => unknown>> = {
  null: () => null,
  'of another type': (value) => (typeof value === 'object' ? 5 : [{}]),
  negative: () => -1,
  'a fraction': () => 1.5,
  'NaN as a text': () => 'NaN',
  huge: (value) => (typeof value === 'string' ? 'x'.repeat(100_000) : 1e300),
  'an empty text': () => '',
  missing: () => MISSING,
}

interface Case {
  readonly collection: string
  readonly key: string
  readonly path: Path
  readonly wrong: string
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

/** Every field of a record, and of what is in it; of a list the first entry. */
function pathsIn(record: unknown, above: Path = []): Path[] {
  if (!isObject(record)) return []
  const names = Array.isArray(record) ? [0].slice(0, record.length) : Object.keys(record)
  return names.flatMap((name) => {
    const path = [...above, name]
    return [path, ...pathsIn(record[name], path)]
  })
}

/** Each field of each collection once, in whatever record has it, wrong in each way. */
function casesIn({ collections }: StateDocument): Case[] {
  return Object.entries(collections).flatMap(([collection, records]) => {
    const holders = new Map<string, { key: string; path: Path }>()
    for (const [key, record] of Object.entries(records)) {
      const alike = collection === 'world' ? `${key}: ` : ''
      for (const path of pathsIn(record)) holders.set(alike + path.join('.'), { key, path })
    }
    return [...holders.values()].flatMap((holder) =>
      Object.keys(wrongs).map((wrong) => ({ collection, ...holder, wrong })),
    )
  })
}

/** The state with one field of it wrong. */
function damaged(state: StateDocument, { collection, key, path, wrong }: Case): StateDocument {
  const copy = structuredClone(state)
  let at = copy.collections[collection]?.[key] as Fields
  for (const name of path.slice(0, -1)) at = at[name] as Fields
  const last = String(path.at(-1))
  const value = wrongs[wrong]?.(at[last])
  if (value === MISSING) delete at[last]
  else at[last] = value
  return copy
}

/** How many cases are tried: ESIMULATOR_CASES=all tries every one. */
const CASES = RUNS_ALL ? undefined : 60

test('every collection is there in the state that is damaged here', async () => {
  const { sim, state } = await startRich(() => {})
  await sim.close()
  const own = simulators.flatMap(({ collections = [] }) => collections)
  const names = [...sharedCollections, ...own].map(({ name }) => name)
  expect(names.filter((name) => !state.collections[name])).toEqual([])
})

test('a field that is wrong is refused with the name of its record, or harms nothing', async () => {
  const said: string[] = []
  const { sim, state, calls } = await startRich((sentence) => said.push(sentence))
  const ask = asking(sim)
  const put = (json: StateDocument) => ask({ method: 'PUT', path: '/_sim/state', json })
  const harm: string[] = []
  // Which provider a callback is of is no matter of its shape.
  const cases = casesIn(state).filter(
    ({ collection, path }) => `${collection}.${path[0]}` !== 'callbacks.provider',
  )
  const chosen =
    CASES === undefined
      ? cases
      : fc.sample(fc.constantFrom(...cases), { numRuns: CASES, seed: 2026 })
  expect((await put(state)).status).toBe(200)
  for (const each of chosen) {
    const where = `${each.collection} ${each.key} ${each.path.join('.')}: ${each.wrong}`
    const { status, body } = await put(damaged(state, each))
    if (status !== 200) {
      const { detail = '' } = body as { detail?: string }
      if (status !== 400 || !/^this is no state of a world: the record "/.test(detail))
        harm.push(`${where} -> ${status} ${detail}`)
      continue
    }
    for (const asked of calls) {
      const answer = await ask(asked)
      if (answer.status === 500)
        harm.push(
          `${where} -> ${asked.method} ${asked.path}: ${JSON.stringify(answer.body)} ${said.at(-1)}`.slice(
            0,
            700,
          ),
        )
    }
  }
  await sim.close()
  expect(harm).toEqual([])
}, 1_000_000)

const broken: [collection: string, key: string, field: string, value: unknown, why: RegExp][] = [
  [
    'callback-targets',
    'wholesale',
    'url',
    5,
    /the record "wholesale" in "callback-targets": url must be a URL/,
  ],
  [
    'wholesale.lines',
    '*',
    'billDay',
    -1.5,
    /in "wholesale.lines": billDay must be a whole number from 1 to 28/,
  ],
  ['bundles', '*', 'usedBytes', 1e12, /in "bundles": usedBytes must be within initialBytes/],
  [
    'settings',
    'esim-go',
    'values',
    { rateLimit: 'NaN' },
    /"settings": values.rateLimit must be a whole number/,
  ],
  ['sims', '*', 'iccid', '8943108170000000077', /in "sims": belongs under "/],
]

test.each(broken)(
  'a state with %s %s.%s = %j is refused, and nothing is changed',
  async (...row) => {
    const [collection, key, field, value, why] = row
    const { sim, state } = await startRich(() => {})
    const before = await sim.state()
    const records = structuredClone(state.collections)[collection] as Record<string, Fields>
    const record = records[key === '*' ? String(Object.keys(records)[0]) : key]
    if (record) record[field] = value
    const collections = { ...state.collections, [collection]: records }
    const put = await call(sim.url, '/_sim/state', {
      method: 'PUT',
      json: { ...state, collections },
    })
    expectProblem(put, 400, why)
    expect(await sim.state()).toEqual(before)
    await sim.close()
  },
)

test('what a later version adds to a record is kept', async () => {
  await using sim = await startSimulator()
  const state = await sim.state()
  const [key = '', first] = Object.entries(state.collections.sims ?? {})[0] ?? []
  const sims = { ...state.collections.sims, [key]: { ...first, later: { a: 1 } } }
  const collections = { ...state.collections, sims, 'later.things': { x: { y: 1 } } }
  await sim.restore({ ...state, collections })
  expect((await sim.state()).collections).toMatchObject({ sims, 'later.things': { x: { y: 1 } } })
})
