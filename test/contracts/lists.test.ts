// Lists and repeats of an API that breaks its document in one way: found by the check that proves the opposite.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DepotApi, type DepotDefect, LISTS, startDepotApi } from '../support/depot-api.ts'
import { found, messages, play, SUITE, step } from '../support/depot-play.ts'

let api: DepotApi

beforeAll(async () => {
  api = await startDepotApi()
})
afterAll(() => api[Symbol.asyncDispose]())

test('lists, filters and repeats that are as documented give no finding, and all are tried', async () => {
  expect(found(await play(api, {}))).toEqual([])
  for (const path of LISTS)
    expect(api.log.filter((each) => each.startsWith(`GET ${path}`)).length).toBeGreaterThan(5)
  for (const filter of ['color=red', 'min-weight=60', 'size=huge', 'find=blue'])
    expect(api.log.some((each) => each.includes(filter))).toBe(true)
  expect(api.log.filter((each) => each.startsWith('POST'))).toHaveLength(4)
})

test.each(['loses an item between pages', 'shows an item on two pages'] as const)(
  'an API that %s is found out in every style of pages',
  async (defect) => {
    const lists = LISTS.map((path) => `pages-concatenate GET ${path}`)
    expect(found(await play(api, { defect }))).toEqual(expect.arrayContaining(lists))
  },
)

const OF_PAGES: Readonly<Partial<Record<DepotDefect, RegExp>>> = {
  'orders each page anew': /in another order/,
  'gives longer pages': /that may hold \d items has \d/,
  'goes on after its last page': /pages? is the same as the one before|comes twice|in all/,
  'has a box twice': /is in the list twice: b3/,
  'tells a wrong total': /it tells 8 items in all, and 7 were read/,
  'tells a wrong count of pages': /it tells \d pages of \d+ items, and 7 items make/,
}

test.each(Object.entries(OF_PAGES))('an API that %s is found out', async (defect, message) => {
  const told = await play(api, { defect: defect as DepotDefect })
  expect(found(told)).toContain('pages-concatenate GET /by-page')
  expect(messages(told).some((each) => message.test(each))).toBe(true)
})

test.each([
  ['ignores a filter', /color=red leaves an item that does not fit: .*b1/],
  ['filters too much', /color=red leaves out an item that fits: .*b6/],
  ['finds what is less', /min-weight=60 leaves an item that does not fit/],
  ['knows one filter at a time', /min-weight=60 and size=large leaves an item that does not fit/],
] as const)('an API that %s is found out', async (defect, message) => {
  const told = await play(api, { defect })
  expect(found(told)).toEqual(['filters-filter GET /by-page'])
  expect(messages(told).some((each) => message.test(each))).toBe(true)
})

test.each([
  ['charges twice', 'POST /orders', /answered 201 as the first time, with another body/],
  ['charges twice in silence', 'POST /orders', /again has changed \/orders/],
  ['moves twice', 'POST /moves', /is answered 200, and a refusal is promised/],
] as const)('an API that %s is found out', async (defect, operation, message) => {
  const told = await play(api, { defect })
  expect(found(told)).toEqual([`idempotent-repeat ${operation}`])
  expect(messages(told).some((each) => message.test(each))).toBe(true)
})

test('a list that changes while it is looked at is no finding', async () => {
  expect(found(await play(api, { defect: 'grows while it is read' }))).toEqual([])
})

test('what is not allowed is not repeated, whatever its document promises', async () => {
  await play(api, { allow: 'changes' })
  expect(api.log.filter((each) => each.startsWith('POST /orders'))).toEqual([])
  await play(api, { allow: 'reads' })
  expect(api.log.filter((each) => !each.startsWith('GET '))).toEqual([])
})

test('of the same list with the same answer the pages are asked for once in a run', async () => {
  const twice = `${SUITE}  - workflowId: again
    steps:
${step('list', 'by-page/get')}`
  await play(api, {})
  const once = api.log.length
  await play(api, { suite: twice })
  expect(api.log.length).toBe(once + 1)
})
