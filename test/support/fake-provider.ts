// A small provider for tests of the server: it keeps things, breaks its spec when asked to, and tells what was made.
import type { Document } from 'openapi-backend'
import { type Handler, type HeaderOf, reply } from '../../src/simulators/call.ts'
import type { SettingValues, Simulator } from '../../src/simulators/simulator.ts'
import { queueCallback, targets } from '../../src/state/callbacks.ts'
import { defineCollection, sortable } from '../../src/state/collection.ts'
import { credentials } from '../../src/state/credentials.ts'
import { Refusal } from '../../src/state/refusal.ts'
import { commonSettings, defineSettings, text, whole } from '../../src/state/settings.ts'
import { count, fields, instant, name } from '../../src/state/shape.ts'
import { defineTask } from '../../src/state/tasks.ts'
import type { World } from '../../src/state/world.ts'

export const SLUG = 'fake'

export interface Thing {
  readonly id: string
  readonly serial: number
  readonly colour: string
  readonly madeAt: number
}

export const things = defineCollection<Thing>({
  name: 'fake.things',
  key: ({ id }) => id,
  shape: fields<Thing>({ id: name, serial: count, colour: name, madeAt: instant }),
  indexes: { serial: ({ serial }) => sortable(serial) },
})

const thing = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'colour', 'madeAt'],
  properties: {
    id: { type: 'string' },
    colour: { type: 'string', enum: ['red', 'green'] },
    madeAt: { type: 'integer' },
  },
}
const json = (schema: object) => ({ 'application/json': { schema } })
const refusal = {
  description: 'No',
  content: json({
    type: 'object',
    required: ['code', 'reason'],
    additionalProperties: false,
    properties: { code: { type: 'string' }, reason: { type: 'string' } },
  }),
}

/** The body of a call that makes a thing; the rest is what it may be told to do wrong. */
const order = {
  type: 'object',
  required: ['colour'],
  properties: {
    colour: { type: 'string', enum: ['red', 'green', 'grey'] },
    size: { type: 'object', properties: { width: { type: 'integer' } } },
    tags: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    note: { type: 'string' },
  },
}
const id = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[0-9a-z-]+$' },
}
const operation = (operationId: string, rest: object) => ({
  operationId,
  'x-provenance': 'invented',
  'x-effect': 'changes',
  ...rest,
})

export const fakeSpec = {
  openapi: '3.1.0',
  info: { title: 'Fake', version: '1' },
  paths: {
    '/things': {
      get: operation('listThings', {
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1 } },
          {
            name: 'tag',
            in: 'query',
            schema: { type: 'array', items: { type: 'string' } },
            style: 'form',
            explode: true,
          },
          { name: 'X-Lang', in: 'header', schema: { type: 'string', enum: ['en', 'de'] } },
        ],
        responses: {
          200: { description: 'All', content: json({ type: 'object' }) },
          default: refusal,
        },
      }),
      post: operation('makeThing', {
        requestBody: { required: true, content: json(order) },
        responses: { 201: { description: 'Made', content: json(thing) }, default: refusal },
      }),
    },
    '/things/{id}': {
      get: operation('getThing', {
        parameters: [id],
        responses: { 200: { description: 'One', content: json(thing) }, default: refusal },
      }),
      delete: operation('dropThing', {
        parameters: [id],
        responses: { 204: { description: 'Gone' }, default: refusal },
      }),
    },
    '/wrong/{how}': {
      post: operation('goWrong', {
        parameters: [{ name: 'how', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: { description: 'A thing', content: json(thing) },
          204: { description: 'Nothing' },
          400: refusal,
          500: refusal,
        },
      }),
    },
    '/text': {
      get: operation('getText', {
        security: [],
        parameters: [
          { name: 'fails', in: 'query', schema: { type: 'string', enum: ['now', 'later'] } },
        ],
        responses: {
          200: { description: 'Text', content: { 'text/plain': { schema: { type: 'string' } } } },
          default: refusal,
        },
      }),
    },
    '/later': {
      post: operation('makeLater', {
        responses: { 202: { description: 'Will be' }, default: refusal },
      }),
    },
    '/unserved': {
      get: operation('unserved', {
        responses: { 200: { description: 'Nothing' }, default: refusal },
      }),
    },
    '/closed': { get: operation('closed', { responses: { 200: { description: 'Nothing' } } }) },
  },
  webhooks: {
    thingMade: {
      post: operation('thingMade', {
        requestBody: {
          content: json({
            type: 'object',
            required: ['made'],
            additionalProperties: false,
            properties: { made: { $ref: '#/components/schemas/ThingId' } },
          }),
        },
        responses: { 200: { description: 'Received' } },
      }),
    },
    Dropped: {
      post: operation('Dropped', {
        requestBody: {
          content: json({
            type: 'object',
            required: ['dropped'],
            properties: { dropped: { type: 'string' }, made: { type: 'string' } },
          }),
        },
        responses: { 200: { description: 'Received' } },
      }),
    },
  },
  components: { schemas: { ThingId: { type: 'string', format: 'uuid' } } },
} as unknown as Document

function make(world: World, colour: string): Thing {
  const made = world
    .in(things)
    .put({ id: world.random.uuid(), serial: world.next('fake.thing'), colour, madeAt: world.now })
  if (world.in(targets).has(SLUG))
    queueCallback(world, { provider: SLUG, type: 'Made', body: { made: made.id } })
  return made
}

const shown = ({ id, colour, madeAt }: Thing) => ({ id, colour, madeAt })

/** Makes a green thing when its time has come. */
export const makeLater = defineTask({
  provider: SLUG,
  name: 'make',
  perform: (world) => void make(world, 'green'),
})

const wrongs: Readonly<Record<string, (made: Thing) => ReturnType<Handler>>> = {
  status: () => ({ status: 418 }),
  field: (made) => reply(200, { ...shown(made), colour: 'mauve', extra: 1 }),
  empty: () => ({ status: 200 }),
  type: () => ({ status: 200, content: { type: 'text/plain', render: () => 'plain' } }),
  nothing: () => ({ status: 204 }),
  refusal: () => {
    throw new Refusal<'unworded'>('unworded', 'this refusal breaks the spec')
  },
  crash: () => {
    throw new TypeError('a mistake of the handler')
  },
}

const handlers: Readonly<Record<string, Handler>> = {
  listThings: ({ query, baseUrl, endpoints }, world) =>
    reply(200, {
      query,
      baseUrl,
      endpoints: endpoints.length,
      things: world.in(things).page('serial', {}, 0, 100).map(shown),
    }),
  makeThing({ body }, world) {
    const { colour } = body as { colour: string }
    const made = make(world, colour)
    if (colour === 'grey') throw new Refusal('invalid-request', 'nothing is grey')
    return reply(201, shown(made))
  },
  getThing({ path }, world) {
    const found = world.in(things).get(path.id ?? '')
    if (!found) throw new Refusal('not-found', `there is no thing ${path.id}`)
    return reply(200, shown(found))
  },
  dropThing({ path }, world) {
    world.in(things).delete(path.id ?? '')
    return { status: 204 }
  },
  goWrong: ({ path }, world) =>
    (wrongs[path.how ?? ''] ?? (() => ({ status: 204 })))(make(world, 'red')),
  getText({ query }) {
    const text = async () => {
      if (query.fails === 'later') throw new Error('rendering failed')
      return 'a text'
    }
    const render = () => {
      if (query.fails === 'now') throw new Error('rendering failed')
      return text()
    }
    return { status: 200, content: { type: 'text/plain', render } }
  },
  makeLater(_call, world) {
    world.schedule(makeLater, world.now, {})
    return { status: 202 }
  },
  closed(_call, world) {
    make(world, 'red')
    throw new Refusal('busy', 'closed today')
  },
}

const statuses: Readonly<Record<string, number>> = {
  unauthorized: 403,
  'unknown-world': 404,
  'unknown-route': 404,
  'not-found': 404,
  'body-too-large': 413,
  internal: 500,
  'reply-violates-spec': 500,
}

/** The key of a world. */
export const keyOf = (world: string) => `fake-key-of-${world}`

export const settings = defineSettings(SLUG, {
  ...commonSettings,
  keyHeader: text(/^[a-z-]+$/, 'the name of a header', 'x-key', 'which header carries the key'),
  refusalStatus: whole(400, 599, 400, 'status of a refusal that has none of its own'),
})

const secretOf = (header: HeaderOf, values?: SettingValues) =>
  header(String(values?.keyHeader ?? 'x-key'))

export const fake: Simulator = {
  slug: SLUG,
  title: 'Fake',
  mounts: [{ spec: 'fake.yaml', basePath: '/v1' }],
  settings,
  collections: [things],
  handlers,
  gaps: { unserved: 'nobody needs it' },
  refusalCodes: Object.keys(statuses),
  refusalReply: ({ code, message }, _operation, values) =>
    reply(code === 'unworded' ? 418 : (statuses[code] ?? Number(values?.refusalStatus ?? 400)), {
      code,
      reason: message,
    }),
  auth: {
    kind: 'api-key',
    credentialIn: secretOf,
    authenticate(header, world) {
      const secret = secretOf(header, world.settings(settings))
      if (!world.in(credentials).has(`${SLUG}/${secret}`))
        throw new Refusal('unauthorized', 'this is not the key')
    },
  },
  seeds: {
    default: (world) =>
      void world
        .in(credentials)
        .put({ provider: SLUG, kind: 'api-key', secret: keyOf(world.name) }),
  },
  tasks: [makeLater],
  device: { usage: { covers: () => true, thresholds: [] } },
  callbacks: {
    types: ['Made', 'Dropped'],
    seed: 'default',
    compose: () => ({ body: {} }),
    sign: () => ({}),
    schedule: () => ['PT5S'],
    versions: [1],
  },
}
