// Replies with a long list are the same JSON as if they had been written at once.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapInTurns, writtenInTurns } from '../../src/control/long-list.ts'

const entries = (length: number) =>
  Array.from({ length }, (_, at) => ({ at, text: `entry "${at}"], [` }))
const none = () => []

test.each([0, 1, 500, 501, 1000, 1234])(
  'a list of %i entries is written as JSON writes it',
  async (length) => {
    const body = { before: 1, list: entries(length), after: { list: [1] } }
    expect(JSON.parse((await writtenInTurns('listThem', body, none)) ?? '')).toEqual(body)
    expect(
      JSON.parse((await writtenInTurns('listThem', { list: entries(length) }, none)) ?? ''),
    ).toEqual({ list: entries(length) })
  },
)

test.each([[undefined], [null], ['text'], [{}], [[1, 2]]])(
  'a body without a list, %j, is written as it is',
  async (body) => {
    expect(await writtenInTurns('showIt', body, none)).toBe(JSON.stringify(body))
  },
)

test('every entry is checked, with the rest of the body', async () => {
  const body = { total: 3, list: entries(1700) }
  const wrong = (part: unknown) => {
    const { total, list } = part as typeof body
    return total === 3
      ? list.filter(({ at }) => at === 1699).map(() => 'the last is wrong')
      : ['no total']
  }
  await expect(writtenInTurns('listThem', body, wrong)).rejects.toThrow(
    /reply of listThem would break the spec: the last is wrong/,
  )
  await expect(writtenInTurns('showIt', { a: 1 }, () => ['a'])).rejects.toThrow(
    /reply of showIt would break the spec: a/,
  )
})

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
  await writtenInTurns('listThem', { made }, none)
  expect(turns).toBeGreaterThan(5)
  over = true
  await other
})
