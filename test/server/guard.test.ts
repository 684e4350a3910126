// The one guard: who is let in to providers, pages and /_sim, by what browsers and other clients send.
import { networkInterfaces } from 'node:os'
import express from 'express'
import request from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { createApp, startSimulator } from '../../src/index.ts'
import { openSimulator } from '../../src/library/open-simulator.ts'
import { listen } from '../../src/server/listen.ts'
import { type Shape, shapes } from '../support/client-shapes.ts'
import { send } from '../support/http.ts'
import { APIS, head, type RawAnswer, sendRaw } from '../support/raw.ts'

const sim = await startSimulator({
  publicUrl: 'https://public.example.test',
  allowedHosts: ['sim.example.test', 'bücher.example', 'fd00::5', '[fd00::6]'],
})
afterAll(() => sim.close())

/** A request as it goes over the line. */
function bytes(shape: Shape, path: string, port: number): string {
  const { method = 'GET', headers, body, old, authority } = shape
  const base = old ? {} : { Host: `127.0.0.1:${port}`, Connection: 'close' }
  const length = body === undefined ? {} : { 'Content-Length': String(body.length) }
  const lines = Object.entries({ ...base, ...headers, ...length }).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}\r\n`),
  )
  const target = authority === undefined ? path : `http://${authority}${path}`
  return `${method} ${target} HTTP/1.${old ? 0 : 1}\r\n${lines.join('')}\r\n${body ?? ''}`
}

const COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'

/** What is asked for, by whether it changes something. */
const TARGETS = {
  P: {
    reads: `/highland/b2b/company/product_list?company_id=${COMPANY}`,
    changes: '/highland/b2b/sim/acquire',
  },
  C: { reads: '/_sim/clock', changes: '/_sim/clock/freeze' },
  F: { reads: '/', changes: '/' },
} as const

type Target = keyof typeof TARGETS

function ask(shape: Shape, target: Target, port = sim.port): Promise<RawAnswer> {
  const { reads, changes } = TARGETS[target]
  return sendRaw(port, bytes(shape, shape.body === undefined ? reads : changes, port))
}

const all = shapes(sim.port).map((shape) => [shape.what, shape] as const)

test('there are more than 60 shapes, each with a name of its own', () => {
  expect(all.length).toBeGreaterThan(60)
  expect(new Set(all.map(([what]) => what)).size).toBe(all.length)
})

test.each(all)('%s', async (_what, shape) => {
  const answers = {
    P: await ask(shape, 'P'),
    C: await ask(shape, 'C'),
    F: await ask(shape, 'F'),
  }
  const statuses = Object.entries(answers).map(([target, { status }]) => [target, status] as const)
  const letIn = statuses.filter(([, status]) => status !== 403).map(([target]) => target)
  expect(letIn.join('')).toBe(shape.in)
  if (letIn.includes('C')) expect(answers.C.status).toBe(shape.wrongType ? 415 : 200)

  for (const { headers } of Object.values(answers))
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
})

test('who is let in nowhere changes nothing, and all that it asked of a provider is journalled', async () => {
  await using fresh = await startSimulator()
  const state = async () => (await send('GET', `${fresh.url}/_sim/state`)).text
  const refused = shapes(fresh.port).filter((shape) => shape.in === '')
  const before = await state()
  for (const shape of refused)
    for (const target of ['P', 'C', 'F'] as const) await ask(shape, target, fresh.port)
  expect((await state()) === before).toBe(true)

  const entries = await fresh.journal.list({ limit: 500 })
  expect(entries.map(({ status, refusal }) => ({ status, code: refusal?.code }))).toEqual(
    refused.map(() => ({ status: 403, code: 'forbidden' })),
  )
})

const EVIL = 'https://evil.example'
const key = { 'X-API-Key': 'test-esim-go-key' }

/** A simple request, as a page of another site sends it without asking first. */
const foreignPost = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  sendRaw(
    sim.port,
    `${head(`POST ${path}`, { Origin: EVIL, 'Content-Length': '2', ...TEXT, ...headers })}{}`,
  )
const TEXT = { 'Content-Type': 'text/plain' }

const TOKENS = [
  '/wholesale/oauth/token',
  '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token',
].map((post) => ({ api: `tokens, ${post}`, post, refusal: ['error', 'error_description'] }))

test.each([...APIS, ...TOKENS])('$api words it its own way, and says what to do', async (of) => {
  const isControl = of.post.startsWith('/_sim')
  const how = isControl ? /a page it serves itself/ : /--cors https:\/\/evil\.example/
  for (const path of [of.post, `/w/default${of.post}`, `/w/nope${of.post}`]) {
    const { status, body, text } = await foreignPost(path)
    expect({ status, fields: Object.keys(body as object).toSorted() }).toEqual({
      status: 403,
      fields: of.refusal,
    })
    expect(text).toMatch(how)
  }
})

/** What a refusal says at the API of a provider, at the control API and at the front page. */
test.each([
  [
    'another Host',
    { Host: 'evil.example', 'Accept-Language': 'en' },
    [/Accept-Language says.*--allowed-hosts evil\.e/, /--allowed-hosts/, /--allowed-hosts evil\.e/],
  ],
  [
    'a page that is not named',
    { 'Sec-Fetch-Site': 'cross-site' },
    [/crossorigin, and start with --cors ORIGIN/, /from a program/, /in a tab of its own/],
  ],
  [
    'a page without an origin',
    { Origin: 'null' },
    [/serve the page by HTTP, and start with --cors/, /from a program/, /in a tab of its own/],
  ],
  [
    'a page of its own host by TLS',
    { Host: 'localhost', Origin: 'https://localhost' },
    [/--public-url https:\/\/loc/, /--public-url https:\/\/loc/, /--public-url https:\/\/loc/],
  ],
])('%s: the refusal says what to do', async (_what, headers, hows) => {
  const texts = await Promise.all(
    ['/highland/b2b/company/product_list', '/_sim/clock', '/'].map(
      async (path) => (await sendRaw(sim.port, head(`GET ${path}`, headers))).text,
    ),
  )
  for (const [at, how] of hows.entries()) expect(texts[at]).toMatch(how)
})

test('the journal of the world that was asked for has the operation and the reason', async () => {
  await foreignPost('/esim-go/v2.4/orders', key)
  const [newest] = await sim.journal.list({ refused: true })
  expect(newest).toMatchObject({
    operation: 'createOrder',
    status: 403,
    refusal: { code: 'forbidden', reason: expect.stringMatching(/^pages of https:\/\/evil\.ex/) },
  })
  expect(newest).not.toHaveProperty('requestBody')
})

test('who is not let in counts against no rate limit and gives no alert', async () => {
  await using limited = await startSimulator({ settings: { 'esim-go': { rateLimit: 1 } } })
  const request = head('GET /esim-go/v2.4/esims', key)
  const foreign = head('GET /esim-go/v2.4/esims?x=%zz', { ...key, Origin: EVIL })
  for (let times = 0; times < 5; times += 1)
    expect((await sendRaw(limited.port, foreign)).status).toBe(403)
  expect((await sendRaw(limited.port, request)).status).toBe(200)
  expect((await sendRaw(limited.port, request)).status).toBe(429)
})

test('the body of who is not let in is not kept, however long, and the line is let go', async () => {
  const body = 'x'.repeat(3_000_000)
  const headers = { Origin: EVIL, 'Content-Length': String(body.length), ...TEXT }
  for (const path of ['/highland/b2b/sim/acquire', '/_sim/reset', '/']) {
    const answer = await sendRaw(sim.port, head(`POST ${path}`, headers) + body)
    expect(answer.status, path).toBe(403)
  }
  const unmet = head('POST /highland/b2b/sim/acquire', { ...headers, Expect: 'a-miracle' })
  expect((await sendRaw(sim.port, unmet)).status).toBe(403)
})

/** The path of a QR code that anybody may see who has its URL. */
async function qrCode(): Promise<string> {
  const { body } = await send<{ bar_code: string }>('POST', `${sim.url}/highland/b2b/sim/acquire`, {
    json: { company_id: '1a9a1d8ddc9311f09e024c50dd6c0d86' },
  })
  return new URL(Object.values(body).find((each) => /^http/.test(each)) ?? '').pathname
}

const site = (of: string, mode: string, dest: string) => ({
  'Sec-Fetch-Site': of,
  'Sec-Fetch-Mode': mode,
  'Sec-Fetch-Dest': dest,
})

test.each([
  ['behind a link', site('cross-site', 'navigate', 'document'), 200],
  ['as a picture', site('cross-site', 'no-cors', 'image'), 200],
  ['as a picture of another port', site('same-site', 'no-cors', 'image'), 200],
  ['as a picture with an Origin', { ...site('cross-site', 'cors', 'image'), Origin: EVIL }, 403],
  ['in a frame', site('cross-site', 'navigate', 'iframe'), 403],
  ['read by a page', { ...site('cross-site', 'cors', 'empty'), Origin: EVIL }, 403],
  ['by a rebound name', { Host: 'evil.example', ...site('cross-site', 'no-cors', 'image') }, 403],
])('a QR code %s of another site: %3$s', async (_what, headers, status) => {
  const request = head(`GET ${await qrCode()}`, headers)
  const answer = await sendRaw(sim.port, request)
  expect(answer.status).toBe(status)
  const elsewhere = head('GET /highland/b2b/company/product_list', headers)
  expect((await sendRaw(sim.port, elsewhere)).status).toBe(403)
})

test('health tells every program that it is up, and no foreign page', async () => {
  for (const headers of [{ Origin: EVIL }, { Host: 'evil.example', 'Accept-Language': 'en' }])
    expect(await sendRaw(sim.port, head('GET /_sim/health', headers))).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
  const probe = await sendRaw(sim.port, head('GET /_sim/health', { Host: '10.1.2.3' }))
  expect(Object.keys(probe.body as object)).toEqual(['status', 'version'])
})

test('the control API looks at the token before it says which type a body has', async () => {
  await using shut = await startSimulator({ token: 'a-secret' })
  const headers = { 'Content-Length': '2', ...TEXT }
  const request = (more: object) => `${head('POST /_sim/clock/freeze', { ...headers, ...more })}{}`
  expect((await sendRaw(shut.port, request({}))).status).toBe(401)
  const answer = await sendRaw(shut.port, request({ Authorization: 'Bearer a-secret' }))
  expect(answer).toMatchObject({ status: 415, headers: { accept: 'application/json' } })
})

test('an application that is embedded is guarded, too', async () => {
  await using app = await createApp()
  const outer = express()
  outer.use('/sim', express.text(), app)
  const foreign = { Origin: EVIL, 'Content-Type': 'text/plain' }
  for (const path of ['/sim/highland/b2b/sim/acquire', '/sim/_sim/reset', '/sim/'])
    await request(outer).post(path).set(foreign).send('{}').expect(403)
})

test('whoever listens on all addresses is answered at the one that was asked', async ({ skip }) => {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (own === undefined) return skip('this machine has loopback only')
  for (const everywhere of ['0.0.0.0', '::']) {
    const listening = await listen(everywhere, [{ port: 0 }])
    const server = await openSimulator({ token: 'a-secret' })
    listening.serve(server)
    const port = listening.endpoints[0]?.port ?? 0
    const browser = { 'Accept-Language': 'en', Authorization: 'Bearer a-secret' }
    const status = async (Host: string, path: string) => {
      const request = head(`GET ${path}`, { ...browser, Host })
      return (await sendRaw(port, request, own)).status
    }
    for (const path of ['/_sim/clock', '/']) {
      expect(await status(`${own}:${port}`, path)).toBe(200)
      expect(await status('10.255.255.1', path)).toBe(403)
    }
    await listening.close(0)
    await server.close()
  }
})

test.each([
  [{ allowedHosts: ['http://sim.example.test'] }, /"http:\/\/sim\.example\.test" is no host name/],
  [{ allowedHosts: ['*'] }, /"\*" is no host name: give a name or an address alone/],
  [{ allowedHosts: ['a b'] }, /"a b" is no host name/],
  [{ allowedHosts: ['127.0.0.999'] }, /"127\.0\.0\.999" is no host name/],
  [{ cors: ['localhost:3000'] }, /"localhost:3000" is no origin: give scheme, host and port/],
  [{ cors: ['http://a.example/path'] }, /is no origin/],
  [{ cors: ['http://*.example'] }, /is no origin/],
  [{ cors: ['null'] }, /"null" is the origin of files and sandboxed frames of any site/],
  [{ publicUrl: 'sim.example.test' }, /the public URL "sim\.example\.test" is no URL/],
])('%j is refused at the start', async (options, sentence) => {
  await expect(startSimulator(options)).rejects.toThrow(sentence)
})
