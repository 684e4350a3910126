// What a request can make large: every answer to it, and what the journal keeps of it, is small.
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { BODY_KEPT, JOURNAL_LENGTH, JOURNAL_SIZE, openJournal } from '../../src/server/journal.ts'
import { namesOnly } from '../../src/server/redaction/redactor.ts'
import { send } from '../support/http.ts'

const sim = await startSimulator({ settings: { 'esim-go': { rateLimit: 0 } } })
const strict = await startSimulator({
  settings: { 'esim-go': { rateLimit: 0, strict: true }, highland: { strict: true } },
})
afterAll(() => Promise.all([sim.close(), strict.close()]))

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const MEGABYTE = 1_000_000
const LARGE = 'x'.repeat(MEGABYTE)

const names = Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`name${at}`, 1]))
const large = [
  ['wrong items', { type: 'transaction', order: Array(MEGABYTE / 2).fill(1) }],
  ['wrong items of items', { order: Array(90_000).fill({ iccids: [1] }) }],
  ['wrong lists of lists', { bundles: Array(1000).fill(Array(490).fill(1)) }],
  ['unknown names', names],
  ['items with unknown names', { order: Array(90_000).fill({ nom: 1 }) }],
  ['a long name', { [LARGE]: 1 }],
  ['a long value', { type: LARGE, name: LARGE.slice(0, 10), by: 'P1D' }],
  ['a long list of texts', { bundles: Array(200_000).fill('a') }],
] as const

const paths = [
  '/esim-go/v2.4/orders',
  '/esim-go/v2.5/esims/apply',
  '/highland/b2b/sim/acquire',
  '/highland/highland/esim',
  '/wholesale/oauth/token',
  '/_sim/clock/advance',
  '/_sim/worlds',
]

test.each(large)('a megabyte of %s has a short answer and a short entry', async (_, json) => {
  for (const { url } of [sim, strict])
    for (const path of paths) {
      const method = path === '/highland/highland/esim' ? 'PUT' : 'POST'
      const answer = await send(method, url + path, { json, headers: KEY })
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
      expect(answer.text.length, path).toBeLessThan(10_000)
    }
  for (const { journal } of [sim, strict])
    for (const entry of await journal.list())
      expect(JSON.stringify(entry).length).toBeLessThan(BODY_KEPT + 30_000)
})

test('the first 20 problems are told, and how many more there are', async () => {
  const refuse = async (items: number) => {
    const json = { type: 'transaction', order: Array(items).fill(1) }
    const { body } = await send<{ message: string }>('POST', `${sim.url}/esim-go/v2.4/orders`, {
      json,
      headers: KEY,
    })
    return body.message.split('; ')
  }
  const few = await refuse(20)
  expect(few).toEqual(Array.from({ length: 20 }, (_, at) => `order.${at} must be object`))
  expect(await refuse(23)).toEqual([...few, 'and 3 more'])
  const many = await refuse(100_000)
  expect(many.slice(0, 20)).toEqual(few)
  expect(many.slice(20)).toEqual(['and at least 20 more'])
})

test('what is wrong only at the end of a large body is told all the same', async () => {
  const good = { type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }
  const order = [...Array(9000).fill(good), { ...good, quantity: 'many' }]
  const json = { type: 'validate', order }
  const { status, text } = await send('POST', `${sim.url}/esim-go/v2.4/orders`, {
    json,
    headers: KEY,
  })
  expect(status).toBe(400)
  expect(text).toMatch(/order/)
})

test('places the spec does not know are told up to 20', async () => {
  const json = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`name${at}`, 1]))
  await send('POST', `${sim.url}/esim-go/v2.4/orders`, { json, headers: KEY })
  const [newest] = await sim.journal.list()
  expect(newest?.undocumented).toHaveLength(21)
  expect(newest?.undocumented.slice(-2)).toEqual(['/name19', 'and more'])
})

test('a refusal repeats no more than the beginning of what was sent', async () => {
  const json = { [LARGE]: 1 }
  const setting = await send('PATCH', `${sim.url}/_sim/settings/esim-go`, { json })
  const bundle = await send('POST', `${sim.url}/esim-go/v2.4/esims/apply`, {
    json: { bundle: LARGE },
    headers: KEY,
  })
  for (const { status, text } of [setting, bundle]) {
    expect(status).toBe(400)
    expect(text).toMatch(/xxxx(.*characters\)|\.\.\.)/)
    expect(text.length).toBeLessThan(5000)
  }
})

test('the journal holds so many exchanges, and so much of them', () => {
  const journal = openJournal(namesOnly)
  const entry = (text: string) => ({
    at: 0,
    provider: undefined,
    operation: undefined,
    method: 'GET',
    url: '/',
    status: 200,
    credential: undefined,
    headers: {},
    requestBody: { text, length: text.length },
    replyType: undefined,
    replyBody: undefined,
    refusal: undefined,
    undocumented: [],
    violations: [],
  })
  const ids = () => journal.find(() => true)
  for (let at = 0; at < JOURNAL_LENGTH + 5; at += 1) journal.add(entry('small'))
  expect(ids()).toHaveLength(JOURNAL_LENGTH)
  expect(ids().at(-1)).toBe(6)
  expect(journal.get(5)).toBeUndefined()
  expect(journal.get(6)?.id).toBe(6)

  for (let at = 0; at < 12; at += 1) journal.add(entry('x'.repeat(JOURNAL_SIZE / 8)))
  expect(ids()).toEqual([517, 516, 515, 514, 513, 512, 511])
  expect(journal.get(510)).toBeUndefined()
  journal.add(entry('x'.repeat(JOURNAL_SIZE * 2)))
  expect(ids()).toEqual([518])

  journal.clear()
  journal.add(entry('small'))
  expect(ids()).toEqual([1])
})
