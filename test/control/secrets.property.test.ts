// Random secrets, sent at random places in random spellings to random operations: nobody who reads gets to see one.
import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { compileSpec } from '../../src/server/spec.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { simulators } from '../../src/simulators/index.ts'
import { call } from '../support/control.ts'
import { SPELLINGS, type Spelling } from '../support/spellings.ts'

const CONTROL_TOKEN = 'the+control/token%41=='
const AUTH = { Authorization: `Bearer ${CONTROL_TOKEN}` }

let sim: RunningSimulator
const reports: string[] = []
beforeAll(async () => {
  sim = await startSimulator({ token: CONTROL_TOKEN, report: (line) => void reports.push(line) })
})
afterAll(() => sim.close())

interface Operation {
  readonly method: string
  readonly path: string
}

/** These would take away what is to be read, or do not end by themselves. */
const LEFT_OUT = new Set([
  'resetWorld',
  'putState',
  'removeWorld',
  'createWorld',
  'streamEvents',
  'waitFor',
  'waitUntil',
])

async function operationsOf(file: string, base: string): Promise<Operation[]> {
  const spec = await compileSpec(await readSpec(file))
  return [...spec.operations.values()]
    .filter(({ id }) => !LEFT_OUT.has(id))
    .map(({ method, path }) => ({ method, path: base + path }))
}

const operations = (
  await Promise.all([
    operationsOf('control.yaml', ''),
    ...simulators.flatMap(({ slug, mounts }) =>
      mounts.map(({ spec, basePath }) => operationsOf(spec, `/${slug}${basePath}`)),
    ),
  ])
).flat()

/** What a request is made of. */
interface Made {
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly type?: string
  readonly body?: string
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
/** What can stand in a request line. */
const inUrl = (text: string) => text.replaceAll(/[\s?#]/g, encodeURIComponent)
const inForm = (text: string) => text.replaceAll(/[&=]/g, encodeURIComponent)

/** Places whose name tells that a secret stands there: of any text. */
const NAMED = {
  header: (text) => ({ headers: { 'x-apikey': text } }),
  'repeated header': (text) => ({ headers: { 'Api-Key': ['x', text], Cookie: [text, 'y'] } }),
  bearer: (text) => ({ headers: { Authorization: `Bearer ${text}` } }),
  query: (text) => ({ query: `access_token=${inForm(inUrl(text))}` }),
  'repeated query': (text) => ({ query: `secret=1&secret=${inForm(inUrl(text))}` }),
  form: (text) => ({
    type: FORM_TYPE,
    body: `grant_type=password&username=u&password=${inForm(text)}&x=1`,
  }),
  'repeated field': (text) => ({
    type: FORM_TYPE,
    body: `client_secret=a&client_secret=${inForm(text)}`,
  }),
  json: (text) => ({ type: JSON_TYPE, body: JSON.stringify({ password: text, x: 1 }) }),
  'nested json': (text) => ({
    type: JSON_TYPE,
    body: JSON.stringify({ order: [{ a: { clientSecret: [1, text] } }], x: 1 }),
  }),
  'repeated name': (text) => ({
    type: JSON_TYPE,
    body: `{"token":"a","token":${JSON.stringify(text)},"x":1}`,
  }),
  'json cut short': (text) => ({
    type: JSON_TYPE,
    body: `{"x":1,"api_key":${JSON.stringify(text).slice(0, -1)}`,
  }),
  'json without quotes': (text) => ({ type: JSON_TYPE, body: `{"x":1,"passwd": ${text}\n}` }),
} satisfies Readonly<Record<string, (text: string) => Made>>

/** Places where any text may stand. */
const ANYWHERE = {
  'own header': (text) => ({ headers: { 'X-Note': `see ${text}.` } }),
  referer: (text) => ({ headers: { Referer: `http://h.example/${inUrl(text)}` } }),
  path: (text) => ({ path: inUrl(text).replaceAll('/', '%2F') }),
  'query of another name': (text) => ({ query: `x=1&note=${inForm(inUrl(text))}&y=2` }),
  'name in the query': (text) => ({ query: `${inForm(inUrl(text))}=1` }),
  'form field': (text) => ({ type: FORM_TYPE, body: `grant_type=${inForm(text)}&note=1` }),
  'json field': (text) => ({ type: JSON_TYPE, body: JSON.stringify({ note: `see ${text}` }) }),
  'json name': (text) => ({ type: JSON_TYPE, body: JSON.stringify({ [text]: 1 }) }),
  'broken json': (text) => ({ type: JSON_TYPE, body: `{"note": "${text}` }),
  'no json': (text) => ({ type: JSON_TYPE, body: text }),
  text: (text) => ({ type: 'text/plain', body: `This is it: ${text}\n` }),
  'large text': (text) => ({ type: JSON_TYPE, body: `"${'.'.repeat(8185)}${text}"` }),
} satisfies Readonly<Record<string, (text: string) => Made>>

const keysOf = <T extends object>(of: T) => Object.keys(of) as (keyof T)[]

/** As users choose them: visible ASCII, of the forms that generators of keys make. */
const secret = fc.oneof(
  fc.stringMatching(/^[!-~]{8,40}$/),
  fc.stringMatching(/^[A-Za-z0-9+/]{20,30}={0,2}$/),
  fc.stringMatching(/^sk_live_[A-Za-z0-9]{16,24}$/),
  fc.uuid(),
)

/** Whose secret it is that somebody knows. */
const OWNERS = ['another world', 'another world, its token', 'own world', 'control API'] as const
type Owner = (typeof OWNERS)[number]

/** One request: a secret that nobody knows under a name that tells, or a known one anywhere. */
type Sent = {
  readonly operation: Operation
  readonly spelling: Spelling
} & (
  | { readonly named: keyof typeof NAMED; readonly unknown: string }
  | { readonly place: keyof typeof ANYWHERE; readonly owner: Owner }
)

const what = {
  operation: fc.constantFrom(...operations),
  spelling: fc.constantFrom(...keysOf(SPELLINGS)),
}
const sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({ ...what, named: fc.constantFrom(...keysOf(NAMED)), unknown: secret }),
  fc.record({
    ...what,
    place: fc.constantFrom(...keysOf(ANYWHERE)),
    owner: fc.constantFrom(...OWNERS),
  }),
)

type Secrets = Readonly<Record<Owner, string>>

/** The secret that is meant, how it is spelled, and the request with it. */
function madeOf(one: Sent, secrets: Secrets) {
  const meant = 'named' in one ? one.unknown : secrets[one.owner]
  const spelled = SPELLINGS[one.spelling](meant)
  const made: Made = 'named' in one ? NAMED[one.named](spelled) : ANYWHERE[one.place](spelled)
  return { meant, spelled, made }
}

/** Sends it to a world, with the key of that or with none. */
function sendTo(world: string, { method, path }: Operation, made: Made, key: string | undefined) {
  const filled = path.replaceAll(/\{\w+\}/g, made.path ?? '1')
  const target = `/w/${world}${filled}${made.query === undefined ? '' : `?${made.query}`}`
  const own = path.startsWith('/_sim') ? AUTH : { 'X-API-Key': key }
  const headers = Object.entries({ ...own, 'Content-Type': made.type, ...made.headers }).filter(
    ([, value]) => value !== undefined,
  )
  return new Promise<void>((done, fail) => {
    const to = { host: '127.0.0.1', port: sim.port, method, path: target, agent: false as const }
    const asked = request({ ...to, headers: Object.fromEntries(headers) }, (answer) => {
      answer.resume().on('close', done)
    })
    asked.on('error', fail)
    asked.end(made.body)
  })
}

/** What many may read of a world, and of the others. */
async function readable(world: string): Promise<string> {
  const paths = [
    '/',
    '/_sim/health',
    '/_sim/worlds',
    '/_sim/journal?limit=1000',
    `/w/${world}/_sim/journal?limit=1000`,
    `/w/${world}/_sim/callbacks`,
    `/w/${world}/_sim/callbacks?state=unsent`,
    `/w/${world}/_sim/deliveries`,
    `/w/${world}/_sim/faults`,
    `/w/${world}/_sim/history?limit=1000`,
    `/w/${world}/_sim/journal.har?limit=1000`,
    `/w/${world}/_sim/journal/1/explain`,
    `/w/${world}/_sim/journal/2/explain`,
    '/_sim/state',
  ]
  const answers = await Promise.all(paths.map((path) => call(sim.url, path, { headers: AUTH })))
  return JSON.stringify([answers.map(({ body }) => body), reports])
}

/** A world of two keys that was made for one run. */
async function makeWorld(name: string, key: string, clientSecret: string): Promise<void> {
  const wholesale = [{ client: 'client', secret: clientSecret }]
  const json = { name, credentials: { 'esim-go': [key], wholesale } }
  const { status } = await call(sim.url, '/_sim/worlds', { json, headers: AUTH })
  expect(status).toBe(201)
}

async function tokenOf(world: string, clientSecret: string): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: 'client',
    client_secret: clientSecret,
  }
  const { body } = await call<{ access_token: string }>(
    sim.url,
    `/w/${world}/wholesale/oauth/token`,
    { raw: new URLSearchParams(form).toString(), headers: { 'Content-Type': FORM_TYPE } },
  )
  return body.access_token
}

const remove = (world: string) =>
  call(sim.url, `/_sim/worlds/${world}`, { method: 'DELETE', headers: AUTH })

let runs = 0

/** Makes two worlds, sends it all to the first, and looks at what can be read then. */
async function tell(keys: string[], calls: Sent[], isOver: boolean): Promise<void> {
  const [own = '', other = '', clientSecret = ''] = keys
  runs += 1
  const [mine, others] = [`mine-${runs}`, `others-${runs}`]
  try {
    await makeWorld(mine, own, 'a-client-of-its-own')
    await makeWorld(others, other, clientSecret)
    const secrets = {
      'another world': other,
      'another world, its token': await tokenOf(others, clientSecret),
      'own world': own,
      'control API': CONTROL_TOKEN,
    }
    const all = calls.map((one) => ({ ...one, ...madeOf(one, secrets) }))
    for (const [at, { operation, made }] of all.entries())
      await sendTo(mine, operation, made, at % 2 === 0 ? own : undefined)
    if (isOver) await remove(others)

    const text = await readable(mine)
    for (const { meant, spelled } of all)
      for (const form of [meant, spelled, JSON.stringify(spelled).slice(1, -1)])
        expect(text).not.toContain(JSON.stringify(form).slice(1, -1))
  } finally {
    await remove(mine)
    await remove(others)
  }
}

/** Some seconds of them; more are worth their time where redaction changes. */
const RUNS = Number(process.env.SECRET_RUNS ?? 25)

test('no secret is shown, wherever and however it was sent', async () => {
  const keys = fc.uniqueArray(secret, { minLength: 3, maxLength: 3 })
  const calls = fc.array(sent, { minLength: 1, maxLength: 12 })
  await fc.assert(fc.asyncProperty(keys, calls, fc.boolean(), tell), { numRuns: RUNS })
}, 600_000)
