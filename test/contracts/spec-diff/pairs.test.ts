// Two versions of a small API that differ in one thing: what is told of it, and whether a client breaks at it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { diffSpecs } from '../../../src/library/spec-diff.ts'
import { folder } from '../../support/cli.ts'

let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  dir = await folder()
})
afterAll(() => dir[Symbol.asyncDispose]())

// biome-ignore lint/suspicious/noExplicitAny: documents are taken apart freely here.
type Loose = any

/** A library of books; a shelf has shelves. */
const api = (): Loose => ({
  openapi: '3.1.0',
  info: { title: 'Books', version: '1' },
  security: [{ key: [] }],
  paths: {
    '/books/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      put: {
        operationId: 'putBook',
        parameters: [
          { name: 'lang', in: 'query', schema: { type: 'string', enum: ['en', 'de'] } },
          { name: 'page', in: 'query', schema: { type: 'integer', maximum: 10, default: 1 } },
          { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
        ],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['title'],
                properties: {
                  title: { type: 'string', maxLength: 80 },
                  pages: { type: 'integer', minimum: 1 },
                  note: { type: ['string', 'null'] },
                  kind: { enum: ['novel', 'poem'] },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The book',
            headers: { ETag: { required: true, schema: { type: 'string' } } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } },
          },
          '404': { description: 'No book' },
        },
      },
    },
    '/shelves': {
      get: {
        operationId: 'listShelves',
        responses: {
          '200': {
            description: 'All',
            content: {
              'application/json': {
                schema: { type: 'array', items: { $ref: '#/components/schemas/Shelf' } },
              },
            },
          },
        },
      },
    },
  },
  webhooks: {
    bookLent: {
      post: {
        operationId: 'bookLent',
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['id'],
                properties: { id: { type: 'string' }, to: { type: 'string' } },
              },
            },
          },
        },
        responses: { '200': { description: 'Seen' } },
      },
    },
  },
  components: {
    schemas: {
      Book: {
        type: 'object',
        required: ['id', 'status'],
        properties: {
          id: { type: 'string' },
          status: { type: 'string', enum: ['in', 'out'] },
          rating: { type: 'number', maximum: 5 },
          owner: { oneOf: [{ $ref: '#/components/schemas/Person' }, { type: 'string' }] },
          due: { type: 'string', format: 'date' },
          secret: { type: 'string', writeOnly: true },
        },
      },
      Person: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      Shelf: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          shelves: { type: 'array', items: { $ref: '#/components/schemas/Shelf' } },
        },
      },
    },
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      oauth: {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: '/token', scopes: { read: '', write: '' } } },
      },
    },
  },
})

const put = (doc: Loose) => doc.paths['/books/{id}'].put
const sent = (doc: Loose) => put(doc).requestBody.content['application/json'].schema
const schemas = (doc: Loose) => doc.components.schemas
const received = (doc: Loose) => schemas(doc).Book

let files = 0
async function written(document: object, form: 'yaml' | 'json' = 'yaml'): Promise<string> {
  files += 1
  const file = join(dir.path, `api-${files}.${form}`)
  await writeFile(file, form === 'yaml' ? stringify(document) : JSON.stringify(document))
  return file
}

/** What is told, as `BREAKS where field: says`. */
async function told(old: object, now: object): Promise<string[]> {
  const { changes } = await diffSpecs(await written(old), await written(now, 'json'))
  return changes.map(
    ({ isBreaking, where, field, says }) =>
      [isBreaking ? 'BREAKS' : 'harmless', where, ...(field ? [field] : [])].join(' ') +
      `: ${says}`,
  )
}

type Row = readonly [what: string, change: (doc: Loose) => void, told: readonly string[]]

const CALLS: readonly Row[] = [
  [
    'an operation that is gone',
    (doc) => delete doc.paths['/shelves'],
    ['BREAKS operation: is gone'],
  ],
  [
    'an operation that is new',
    (doc) => {
      doc.paths['/shelves'].post = { responses: { '201': { description: 'Made' } } }
    },
    ['harmless operation: is new'],
  ],
  [
    'an operation that moved',
    (doc) => {
      doc.paths['/racks'] = doc.paths['/shelves']
      delete doc.paths['/shelves']
    },
    ['BREAKS operation: is GET /racks (listShelves) now'],
  ],
  [
    'a parameter of the path that has another name',
    (doc) => {
      doc.paths['/books/{isbn}'] = doc.paths['/books/{id}']
      doc.paths['/books/{isbn}'].parameters[0].name = 'isbn'
      delete doc.paths['/books/{id}']
    },
    [],
  ],
  [
    'an operation that is deprecated',
    (doc) => {
      put(doc).deprecated = true
    },
    ['harmless operation: is deprecated now'],
  ],
  [
    'a required parameter that is new',
    (doc) => put(doc).parameters.push({ name: 'by', in: 'query', required: true, schema: {} }),
    ['BREAKS query parameter by: is new, required'],
  ],
  [
    'an optional parameter that is new',
    (doc) => put(doc).parameters.push({ name: 'by', in: 'query', schema: {} }),
    ['harmless query parameter by: is new, optional'],
  ],
  [
    'a parameter that is gone',
    (doc) => put(doc).parameters.splice(0, 1),
    ['BREAKS query parameter lang: is gone'],
  ],
  [
    'a parameter that became required',
    (doc) => {
      put(doc).parameters[1].required = true
    },
    ['BREAKS query parameter page: is required now'],
  ],
  [
    'a value of a parameter that is gone',
    (doc) => put(doc).parameters[0].schema.enum.pop(),
    ['BREAKS query parameter lang: values gone: de'],
  ],
  [
    'a value of a parameter that is new',
    (doc) => put(doc).parameters[0].schema.enum.push('fr'),
    ['harmless query parameter lang: new values: fr'],
  ],
  [
    'a bound of a parameter that is lower',
    (doc) => {
      put(doc).parameters[1].schema.maximum = 5
    },
    ['BREAKS query parameter page: maximum 10 → 5'],
  ],
  [
    'another default',
    (doc) => {
      put(doc).parameters[1].schema.default = 0
    },
    ['BREAKS query parameter page: default 1 → 0'],
  ],
  [
    'another way to write a list',
    (doc) => {
      put(doc).parameters[0].explode = false
    },
    ['BREAKS query parameter lang: is written as form now, before form, exploded'],
  ],
  [
    'the letters of a header',
    (doc) => {
      put(doc).parameters[2].name = 'x-trace'
    },
    [],
  ],
  [
    'a status that is gone',
    (doc) => delete put(doc).responses['404'],
    ['BREAKS response 404: is gone'],
  ],
  [
    'a status that is new',
    (doc) => {
      put(doc).responses['409'] = { description: 'Lent' }
    },
    ['harmless response 409: is new'],
  ],
  [
    'a status that default stands for now',
    (doc) => {
      put(doc).responses.default = { description: 'Wrong' }
      delete put(doc).responses['404']
    },
    [
      'BREAKS response 404: is gone: only default stands for it',
      'harmless response default: is new',
    ],
  ],
  [
    'a header of an answer that is gone',
    (doc) => delete put(doc).responses['200'].headers.ETag,
    ['BREAKS response 200 header etag: is gone'],
  ],
  [
    'a header of an answer that may be missing',
    (doc) => {
      put(doc).responses['200'].headers.ETag.required = false
    },
    ['BREAKS response 200 header etag: may be missing now'],
  ],
  [
    'a media type that is new',
    (doc) => {
      put(doc).requestBody.content['text/plain'] = { schema: { type: 'string' } }
    },
    ['harmless request body: text/plain is new'],
  ],
  [
    'a body that became required',
    (doc) => {
      put(doc).requestBody.required = true
    },
    ['BREAKS request body: is required now'],
  ],
  [
    'another address of the server',
    (doc) => {
      doc.servers = [{ url: '/v2' }]
    },
    ['harmless servers: none → /v2'],
  ],
]

const SENT: readonly Row[] = [
  [
    'a required field that is new',
    (doc) => {
      sent(doc).properties.isbn = { type: 'string' }
      sent(doc).required.push('isbn')
    },
    ['BREAKS request body isbn: is new, required'],
  ],
  [
    'an optional field that is new',
    (doc) => {
      sent(doc).properties.isbn = { type: 'string' }
    },
    ['harmless request body isbn: is new, optional'],
  ],
  [
    'a field that is gone',
    (doc) => delete sent(doc).properties.note,
    ['BREAKS request body note: is gone'],
  ],
  [
    'a field that became required',
    (doc) => sent(doc).required.push('pages'),
    ['BREAKS request body pages: is required now'],
  ],
  [
    'a field that became optional',
    (doc) => {
      sent(doc).required = []
    },
    ['harmless request body title: is optional now'],
  ],
  [
    'a field that may not be null any more',
    (doc) => {
      sent(doc).properties.note.type = 'string'
    },
    ['BREAKS request body note: may not be null any more'],
  ],
  [
    'a type that takes more',
    (doc) => {
      sent(doc).properties.pages.type = 'number'
    },
    ['harmless request body pages: type integer → number'],
  ],
  [
    'a longest length that is less',
    (doc) => {
      sent(doc).properties.title.maxLength = 40
    },
    ['BREAKS request body title: maxLength 80 → 40'],
  ],
  [
    'a longest length that is more',
    (doc) => {
      sent(doc).properties.title.maxLength = 90
    },
    ['harmless request body title: maxLength 80 → 90'],
  ],
  [
    'a pattern that is new',
    (doc) => {
      sent(doc).properties.title.pattern = '^A'
    },
    ['BREAKS request body title: pattern ^A is new'],
  ],
  [
    'a lower bound that is gone',
    (doc) => delete sent(doc).properties.pages.minimum,
    ['harmless request body pages: minimum 1 is gone'],
  ],
  [
    'any value instead of a few',
    (doc) => {
      sent(doc).properties.kind = { type: 'string' }
    },
    ['harmless request body kind: any value now, before only novel, poem'],
  ],
  [
    'other fields that are refused',
    (doc) => {
      sent(doc).additionalProperties = false
    },
    ['BREAKS request body: other fields are refused now'],
  ],
  [
    'another form besides',
    (doc) => {
      sent(doc).properties.title = {
        oneOf: [{ type: 'string', maxLength: 80 }, { type: 'integer' }],
      }
    },
    [
      'harmless request body title: type string → string or integer',
      'harmless request body title: any of 2 forms now, before only one of them',
    ],
  ],
  [
    'a rule that is only compared as a whole',
    (doc) => {
      sent(doc).not = { required: ['pages', 'note'] }
    },
    ['BREAKS request body: "not" changed, which is only compared as a whole'],
  ],
]

const RECEIVED: readonly Row[] = [
  [
    'a field that is gone',
    (doc) => delete received(doc).properties.rating,
    ['BREAKS response 200 rating: is gone'],
  ],
  [
    'a field with other letters',
    (doc) => {
      received(doc).properties.Due = received(doc).properties.due
      delete received(doc).properties.due
    },
    ['BREAKS response 200 due: is gone: Due is new', 'harmless response 200 Due: is new'],
  ],
  [
    'a field that is new',
    (doc) => {
      received(doc).properties.isbn = { type: 'string' }
      received(doc).required.push('isbn')
    },
    ['harmless response 200 isbn: is new'],
  ],
  [
    'a field that may be missing',
    (doc) => received(doc).required.pop(),
    ['BREAKS response 200 status: may be missing now'],
  ],
  [
    'a field that is always there',
    (doc) => received(doc).required.push('rating'),
    ['harmless response 200 rating: is always there now'],
  ],
  [
    'a field that may be null',
    (doc) => {
      received(doc).properties.due.type = ['string', 'null']
    },
    ['BREAKS response 200 due: may be null now'],
  ],
  [
    'a value that is new',
    (doc) => received(doc).properties.status.enum.push('lost'),
    ['BREAKS response 200 status: new values: lost'],
  ],
  [
    'a value that is gone',
    (doc) => received(doc).properties.status.enum.pop(),
    ['harmless response 200 status: values gone: out'],
  ],
  [
    'a type that gives more',
    (doc) => {
      received(doc).properties.rating.type = ['number', 'string']
    },
    ['BREAKS response 200 rating: type number → number or string'],
  ],
  [
    'another type, whatever else is said of it',
    (doc) => {
      received(doc).properties.rating = { type: 'object', properties: { stars: {} } }
    },
    ['BREAKS response 200 rating: type number → object'],
  ],
  [
    'an upper bound that is gone',
    (doc) => delete received(doc).properties.rating.maximum,
    ['BREAKS response 200 rating: maximum 5 is gone'],
  ],
  [
    'another format',
    (doc) => {
      received(doc).properties.due.format = 'date-time'
    },
    ['BREAKS response 200 due: format date → date-time'],
  ],
  [
    'a field within one of several forms',
    (doc) => {
      schemas(doc).Person.properties.age = { type: 'integer' }
    },
    ['harmless response 200 owner(Person).age: is new'],
  ],
  [
    'a form that is new',
    (doc) => received(doc).properties.owner.oneOf.push({ type: 'boolean' }),
    [
      'BREAKS response 200 owner: type object or string → object or string or boolean',
      'BREAKS response 200 owner: of 2 forms 0 are gone, 1 are new',
    ],
  ],
  ['forms in another order', (doc) => received(doc).properties.owner.oneOf.reverse(), []],
  ['what only the client writes', (doc) => delete received(doc).properties.secret, []],
  [
    'the same fields by way of allOf',
    (doc) => {
      const { type, required, properties } = received(doc)
      const { id, ...others } = properties
      schemas(doc).Identified = { type, required: ['id'], properties: { id } }
      schemas(doc).Book = {
        allOf: [
          { $ref: '#/components/schemas/Identified' },
          { required: required.slice(1), properties: others },
        ],
      }
    },
    [],
  ],
  [
    'a field by way of allOf that is gone',
    (doc) => {
      const { id, ...others } = received(doc).properties
      schemas(doc).Book = {
        allOf: [{ ...received(doc), required: ['status'], properties: others }],
      }
    },
    ['BREAKS response 200 id: is gone'],
  ],
  [
    'a field of a type that contains itself',
    (doc) => delete schemas(doc).Shelf.properties.name,
    ['BREAKS response 200 [].name: is gone'],
  ],
]

const SECURITY: readonly Row[] = [
  [
    'a scheme with another name',
    (doc) => {
      doc.components.securitySchemes.renamed = doc.components.securitySchemes.key
      doc.security = [{ renamed: [] }]
    },
    [],
  ],
  [
    'another scheme besides',
    (doc) => doc.security.push({ oauth: ['read'] }),
    Array(2).fill(
      'harmless security: OAuth2 clientCredentials of /token (scopes read) is enough, too',
    ),
  ],
  [
    'another scheme instead',
    (doc) => {
      put(doc).security = [{ oauth: [] }]
    },
    [
      'BREAKS security: key in header x-key is not enough any more; ' +
        'asked for: OAuth2 clientCredentials of /token',
    ],
  ],
  [
    'no key any more',
    (doc) => {
      put(doc).security = []
    },
    ['harmless security: nothing is enough, too'],
  ],
]

const WEBHOOKS: readonly Row[] = [
  ['a webhook that is gone', (doc) => delete doc.webhooks, ['BREAKS operation: is gone']],
  [
    'a field of a webhook that is gone: the client receives it',
    (doc) => {
      const { schema } = doc.webhooks.bookLent.post.requestBody.content['application/json']
      delete schema.properties.to
      schema.properties.at = { type: 'string' }
      schema.required.push('at')
    },
    ['BREAKS request body to: is gone', 'harmless request body at: is new'],
  ],
]

test.each([...CALLS, ...SECURITY, ...WEBHOOKS])(
  'of a call: %s',
  async (_what, change, expected) => {
    const now = api()
    change(now)
    expect(await told(api(), now)).toEqual(expected)
  },
)

test.each(SENT)('of what is sent: %s', async (_what, change, expected) => {
  const now = api()
  change(now)
  expect(await told(api(), now)).toEqual(expected)
})

test.each(RECEIVED)('of what is received: %s', async (_what, change, expected) => {
  const now = api()
  change(now)
  expect(await told(api(), now)).toEqual(expected)
})

test('no key asked for before, and one now', async () => {
  const old = api()
  delete old.security
  const [first] = await told(old, api())
  expect(first).toBe(
    'BREAKS security: nothing is not enough any more; asked for: key in header x-key',
  )
})

test('more scopes asked for', async () => {
  const [old, now] = [api(), api()]
  old.security = [{ oauth: ['read'] }]
  now.security = [{ oauth: ['read', 'write'] }]
  const kinds = async (one: typeof old, other: typeof now) =>
    new Set((await told(one, other)).map((each) => each.split(':')[0]))
  expect(await kinds(old, now)).toEqual(new Set(['BREAKS security']))
  expect(await kinds(now, old)).toEqual(new Set(['harmless security']))
})

test('a document says nothing against itself', async () => {
  expect(await told(api(), api())).toEqual([])
})

test('the words of OpenAPI 3.0 are those of 3.1', async () => {
  const old = api()
  old.openapi = '3.0.3'
  sent(old).properties.note = { type: 'string', nullable: true }
  sent(old).properties.pages = { type: 'integer', minimum: 0, exclusiveMinimum: true }
  const now = api()
  sent(now).properties.pages = { type: 'integer', exclusiveMinimum: 0 }
  expect(await told(old, now)).toEqual([])
})

test('types that contain each other in every way come to an end', async () => {
  const old = api()
  const names = Array.from({ length: 12 }, (_, at) => `T${at}`)
  const field = (name: string) => [name, { $ref: `#/components/schemas/${name}` }]
  for (const name of names)
    schemas(old)[name] = {
      properties: { ...Object.fromEntries(names.map(field)), own: { type: 'string' } },
      allOf: [{ anyOf: names.map((each) => ({ $ref: `#/components/schemas/${each}` })) }],
    }
  schemas(old).Shelf.properties.t = { $ref: '#/components/schemas/T0' }
  const now = structuredClone(old)
  for (const name of names) delete schemas(now)[name].properties.own
  expect((await told(old, now))[0]).toBe('BREAKS response 200 [].t.own: is gone')
})
