// Every number a state may hold, as large as it may be: nothing breaks of it, and no sum leaves the exact integers.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StateDocument } from '../../src/index.ts'
import { RUNS_ALL } from '../support/cases.ts'
import { type Asked, asking, startRich } from '../support/rich-state.ts'

type Path = readonly (string | number)[]
type Fields = Record<string, unknown>

interface Case {
  readonly collection: string
  readonly key: string
  readonly path: Path
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

/** Every number of a record; of a list that of the first entry. */
function numbersIn(value: unknown, above: Path = []): Path[] {
  if (typeof value === 'number') return [above]
  if (!isObject(value)) return []
  const names = Array.isArray(value) ? [0].slice(0, value.length) : Object.keys(value)
  return names.flatMap((name) => numbersIn(value[name], [...above, name]))
}

/** Each number of each collection once, in whatever record has it. */
function casesIn({ collections }: StateDocument): Case[] {
  return Object.entries(collections).flatMap(([collection, records]) => {
    const holders = new Map<string, Case>()
    for (const [key, record] of Object.entries(records)) {
      const alike = collection === 'world' ? `${key}: ` : ''
      for (const path of numbersIn(record))
        holders.set(alike + path.join('.'), { collection, key, path })
    }
    return [...holders.values()]
  })
}

/** The state with one number of it in all its records changed. */
function changed(state: StateDocument, { collection, key, path }: Case, value: number) {
  const copy = structuredClone(state)
  const records = copy.collections[collection] ?? {}
  const keys = collection === 'world' ? [key] : Object.keys(records)
  for (const each of keys) {
    let at: unknown = records[each]
    for (const name of path.slice(0, -1)) at = isObject(at) ? at[name] : undefined
    const last = String(path.at(-1))
    if (isObject(at) && typeof at[last] === 'number') at[last] = value
  }
  return copy
}

/** From the largest on; the first that a field may be is taken. */
const LARGE = [
  Number.MAX_SAFE_INTEGER,
  1e15,
  8.64e15,
  Date.UTC(9999, 11, 31),
  Date.UTC(9000, 0, 1),
  2 ** 31 - 1,
  1e9,
  1e6,
  100_000,
  999,
  599,
  28,
  1,
]

/** Numbers in an answer that are no exact integers and no fractions either. */
function inexactIn(value: unknown): unknown[] {
  if (typeof value === 'number')
    return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? [] : [value]
  return isObject(value) ? Object.values(value).flatMap(inexactIn) : []
}

/** How many cases are tried: ESIMULATOR_CASES=all tries every one. */
const CASES = RUNS_ALL ? undefined : 10

test('a number of a state that is as large as may be harms nothing', async () => {
  const said: string[] = []
  const { sim, state, calls } = await startRich((sentence) => said.push(sentence))
  const ask = asking(sim)
  const put = (json: StateDocument) => ask({ method: 'PUT', path: '/_sim/state', json })
  const harm: string[] = []
  const cases = casesIn(state)
  const chosen =
    CASES === undefined
      ? cases
      : fc.sample(fc.constantFrom(...cases), { numRuns: CASES, seed: 2026 })
  for (const each of chosen) {
    const value = await largestOf(each)
    if (value === undefined) continue
    const where = `${each.collection} ${each.path.join('.')} = ${value}`
    for (const asked of calls) await tell(where, asked)
  }
  await sim.close()
  expect(harm).toEqual([])

  async function largestOf(each: Case): Promise<number | undefined> {
    for (const value of LARGE)
      if ((await put(changed(state, each, value))).status === 200) return value
    return undefined
  }

  async function tell(where: string, asked: Asked): Promise<void> {
    said.length = 0
    const { status, body } = await ask(asked)
    const inexact = inexactIn(body)
    if (status !== 500 && inexact.length === 0 && said.length === 0) return
    const what = `${asked.method} ${asked.path} ${status} ${inexact[0] ?? JSON.stringify(body)}`
    harm.push(`${where} -> ${what.slice(0, 300)} ${said[0]?.slice(0, 600)}`)
    if (RUNS_ALL) console.log(harm.at(-1))
  }
}, 1_000_000)
