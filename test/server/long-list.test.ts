// Replies with a long list are the same JSON as if they had been written at once.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  type LongList,
  manyIn,
  mapInTurns,
  unmadeListIn,
  writtenInTurns,
} from '../../src/server/long-list.ts'
import { longList, makingOf } from '../../src/simulators/long-list.ts'

const entries = (length: number) =>
  Array.from({ length }, (_, at) => ({ at, text: `entry "${at}"], [ü` }))
const same = (entry: unknown) => entry
const fine = () => {}

/** The text that a body with a long list is written as. */
async function written(
  body: unknown,
  long: LongList | undefined,
  check: (part: unknown) => void = fine,
) {
  if (!long) throw new Error('there is no long list')
  const text = await writtenInTurns(body, long, same, check)
  const whole = Buffer.concat(text.chunks).toString()
  expect([text.size, text.length]).toEqual([Buffer.byteLength(whole), whole.length])
  expect(whole.startsWith(text.beginning)).toBe(true)
  return whole
}

test.each([501, 1000, 1234, 5000])('a list of %i is written as JSON writes it', async (length) => {
  const list = entries(length)
  const bodies = [
    { before: 1, none: undefined, list, after: { list: [1] } },
    { list },
    { list, last: 'x' },
    { first: 'x', list },
    list,
  ]
  for (const body of bodies) expect(await written(body, manyIn(body))).toBe(JSON.stringify(body))
})

test.each([[undefined], [null], ['text'], [{}], [[1, 2]], [{ list: entries(500) }]])(
  'there is no long list in %j',
  (body) => {
    expect(manyIn(body)).toBe(undefined)
    expect(unmadeListIn(body)).toBe(undefined)
  },
)

test('every entry is checked, with the rest of the body', async () => {
  const body = { total: 3, list: entries(1700) }
  const seen: number[] = []
  const check = (part: unknown) => {
    const { total, list } = part as typeof body
    expect(total).toBe(3)
    seen.push(...list.map(({ at }) => at))
    if (seen.includes(1699)) throw new Error('the last is wrong')
  }
  await expect(written(body, manyIn(body), check)).rejects.toThrow('the last is wrong')
  expect(seen).toEqual(body.list.map(({ at }) => at))
})

test('a list that is still to be made is empty until it is written', async () => {
  const list = longList(entries(3), ({ at }) => ({ doubled: 2 * at }))
  const body = { list, total: 3 }
  expect(JSON.stringify(body)).toBe('{"list":[],"total":3}')
  const long = unmadeListIn(body)
  if (!long) throw new Error('there is no long list')
  const make = (entry: unknown) => makingOf(list)?.make(entry, { in: () => never() })
  const { chunks } = await writtenInTurns(body, long, make, fine)
  expect(Buffer.concat(chunks).toString()).toBe(
    '{"list":[{"doubled":0},{"doubled":2},{"doubled":4}],"total":3}',
  )
})

function never(): never {
  throw new Error('nothing is looked up')
}

test('others get their turn while a long list is made and written', async () => {
  let turns = 0
  let over = false
  const other = (async () => {
    while (!over) {
      await turn()
      turns += 1
    }
  })()
  const made = await mapInTurns(entries(5000), ({ at }) => at)
  expect(made).toHaveLength(5000)
  expect(turns).toBeGreaterThan(5)
  turns = 0
  const body = { made: entries(100_000) }
  await written(body, manyIn(body))
  // How many depends on the machine: a turn is given whenever a while has passed.
  expect(turns).toBeGreaterThan(1)
  over = true
  await other
})
