// The journal as an HTTP archive: what HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) demands of one.
import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { BODY_KEPT } from '../../src/server/journal.ts'
import { call } from '../support/control.ts'
import { send } from '../support/http.ts'

const text = { type: 'string' }
const integer = { type: 'integer' }
const object = (properties: object, ...optional: string[]) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
  // Fields that begin with an underscore are anybody's.
  patternProperties: { '^_': {} },
  additionalProperties: false,
})
const list = (items: object) => ({ type: 'array', items })
const pair = object({ name: text, value: text, comment: text }, 'comment')
const cookie = object({ name: text, value: text })
const least = { type: 'number', minimum: 0 }
const duration = { type: 'number', minimum: -1 }

const request = object(
  {
    method: text,
    url: { type: 'string', format: 'uri' },
    httpVersion: text,
    cookies: list(cookie),
    headers: list(pair),
    queryString: list(pair),
    postData: object({ mimeType: text, text, comment: text }, 'comment'),
    headersSize: integer,
    bodySize: integer,
    comment: text,
  },
  'postData',
  'comment',
)
const content = object(
  { size: integer, mimeType: text, text, encoding: text, comment: text },
  'text',
  'encoding',
  'comment',
)
const response = object(
  {
    status: integer,
    statusText: text,
    httpVersion: text,
    cookies: list(cookie),
    headers: list(pair),
    content,
    redirectURL: text,
    headersSize: integer,
    bodySize: integer,
    comment: text,
  },
  'comment',
)
const timings = object(
  { blocked: duration, dns: duration, connect: duration, send: least, wait: least, receive: least },
  'blocked',
  'dns',
  'connect',
)
const entry = object(
  {
    startedDateTime: { type: 'string', format: 'date-time' },
    time: least,
    request,
    response,
    cache: { type: 'object' },
    timings,
    comment: text,
  },
  'comment',
)
const har = object({
  log: object({
    version: { const: '1.2' },
    creator: object({ name: text, version: text }),
    entries: list(entry),
  }),
})

const ajv = new Ajv({ allErrors: true, strict: false })
ajvFormats.default(ajv)
const isHar = ajv.compile(har)

const KEY = { 'X-API-Key': 'test-esim-go-key' }

test('exchanges of every kind make an archive, the oldest first, without secrets', async () => {
  await using sim = await startSimulator()
  const base = sim.baseUrl('esim-go')
  await send('GET', `${base}/esims?page=1&note=a%20b`, { headers: KEY })
  await send('POST', `${base}/orders`, { json: { type: 'x'.repeat(BODY_KEPT) }, headers: KEY })
  await send('GET', `${base}/catalogue`, { headers: { 'X-API-Key': 'bad-key' } })
  await send('GET', `${sim.url}/nobody?x`, { headers: KEY })
  const acquire = `${sim.url}/highland/b2b/sim/acquire`
  const json = { company_id: '1a9a1d8ddc9311f09e024c50dd6c0d86' }
  const acquired = await send<Record<string, unknown>>('POST', acquire, { json })
  const [barCode] = /http[^"]*/.exec(acquired.text) ?? ['']
  await send('GET', barCode)
  await send('POST', `${sim.url}/wholesale/oauth/token`, {
    raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })

  const archive = await sim.journal.har()
  expect(isHar(archive), JSON.stringify(isHar.errors)).toBe(true)
  const { entries } = archive.log
  expect(entries.map(({ _id }) => _id)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(entries[0]).toMatchObject({
    startedDateTime: '2026-01-01T00:00:00.000Z',
    request: {
      url: `${base}/esims?page=1&note=a%20b`,
      queryString: [
        { name: 'page', value: '1' },
        { name: 'note', value: 'a b' },
      ],
    },
    response: { status: 200, statusText: 'OK', content: { mimeType: 'application/json' } },
    _operation: 'listEsims',
  })
  expect(entries[1]?.request).toMatchObject({
    bodySize: -1,
    postData: { mimeType: 'application/json' },
  })
  expect(entries[2]).toMatchObject({ _refusal: { code: 'unauthorized' } })
  expect(entries[5]?.response).toMatchObject({ bodySize: -1, content: { mimeType: 'image/png' } })
  expect(JSON.stringify(archive)).not.toMatch(/bad-key|test-esim-go-key|test-secret/)
})

test('the archive is filtered as the journal is, and downloads as JSON', async () => {
  await using sim = await startSimulator()
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })
  await send('GET', `${sim.baseUrl('esim-go')}/esims`)
  const { log } = await sim.journal.har({ refused: true })
  expect(log.entries).toHaveLength(1)
  const answer = await call(sim.url, '/_sim/journal.har?limit=1')
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.body).toMatchObject({ log: { entries: [{ _id: 1 }] } })
})

test('an empty journal is an archive, too', async () => {
  await using sim = await startSimulator()
  expect(isHar(await sim.journal.har())).toBe(true)
})
