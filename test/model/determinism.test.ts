// The same seed, calls and receiver give the same bytes: a long history lived twice.
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSimulator } from '../../src/library/open-simulator.ts'
import type { Listener } from '../../src/server/http.ts'
import type { components } from '../../src/simulators/esim-go/spec.d.ts'
import { openRandom, type Random } from '../../src/state/random.ts'
import { FR_1, GB_1, GB_UNLIMITED, GB_YEAR } from '../support/esim-go-shop.ts'

type Schemas = components['schemas']

const STEPS = 300
const NAMES = [GB_1, GB_1, FR_1, GB_UNLIMITED, GB_YEAR] as const

/** All that was said: replies in the order of the calls, callbacks as they came, with headers. */
interface Life {
  readonly replies: string[]
  readonly callbacks: string[]
  readonly iccids: string[]
  readonly references: string[]
}

/** A server whose listener is exchanged, so that every life has the same address. */
async function serverFor(listen: Listener) {
  const current = { listen }
  const server = createServer((incoming, response) => current.listen(incoming, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const close = () => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  }
  return { port: (server.address() as AddressInfo).port, current, close }
}

interface Raw {
  readonly status: number | undefined
  readonly headers: string[]
  readonly body: Buffer
}

const agent = new Agent({ keepAlive: true })

/** One call, with everything that came back. */
function send(
  port: number,
  method: string,
  path: string,
  json: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Raw> {
  const body = json === undefined || typeof json === 'string' ? json : JSON.stringify(json)
  return new Promise((done, fail) => {
    const type =
      body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, agent, headers: { ...type, ...headers } },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          done({
            status: answer.statusCode,
            headers: answer.rawHeaders,
            body: Buffer.concat(chunks),
          }),
        )
      },
    )
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

const text = ({ status, headers, body }: Raw) =>
  JSON.stringify([status, headers, body.toString('latin1')])

/** Lives the history under a seed. */
async function live(seed: string, ports: Awaited<ReturnType<typeof openPorts>>): Promise<Life> {
  const life: Life = { replies: [], callbacks: [], iccids: [], references: [] }
  const server = await openSimulator({
    seed,
    callbackUrl: `http://127.0.0.1:${ports.receiver.port}/hook`,
    settings: { 'esim-go': { deliveryDelay: 'PT1M', processingDelay: 'PT2M' } },
    report: (sentence) => life.replies.push(`reported: ${sentence}`),
  })
  const { port } = ports.simulator
  ports.simulator.current.listen = server.listener()
  const call = (method: string, path: string, json?: unknown, headers = {}) =>
    send(port, method, `/esim-go/v2.4${path}`, json, {
      'X-API-Key': 'test-esim-go-key',
      ...headers,
    })
  let advancing = false

  ports.receiver.current.listen = async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const index = life.callbacks.push(
      JSON.stringify([
        incoming.method,
        incoming.url,
        incoming.rawHeaders,
        Buffer.concat(chunks).toString(),
      ]),
    )
    // Calling back: the clock and the money are those of the stop the advance has reached.
    if (advancing && index % 3 === 0) life.callbacks.push(text(await call('GET', '/organisation')))
    response.writeHead(index % 4 === 0 ? 500 : 200).end()
  }

  const control = async (path: string, json: unknown) => {
    const { status, body } = await send(port, 'POST', `/_sim${path}`, json, {})
    life.replies.push(`${path}: ${status} ${body}`)
  }
  const random = openRandom('the history')
  for (let step = 0; step < STEPS; step += 1) {
    const one = next(random, life)
    if (one.control !== undefined) {
      advancing = one.control === '/clock/advance'
      await control(one.control, one.json)
      advancing = false
      continue
    }
    const answer = await call(one.method, one.path, one.json, one.headers)
    life.replies.push(`${one.method} ${one.path}: ${text(answer)}`)
    learn(life, one.path, answer)
  }
  await server.close()
  return life
}

/** Notes the eSIMs and orders there are, for later calls. */
function learn(life: Life, path: string, { status, body }: Raw): void {
  if (status !== 200) return
  if (path === '/esims?perPage=100') {
    const { esims } = JSON.parse(body.toString()) as { esims: Schemas['ListedEsim'][] }
    life.iccids.splice(0, life.iccids.length, ...esims.map(({ iccid }) => iccid))
  }
  if (path !== '/orders' || body.toString('latin1', 0, 1) === '[') return
  const { orderReference } = JSON.parse(body.toString()) as Schemas['Order']
  if (orderReference) life.references.push(orderReference)
}

interface Move {
  readonly method: string
  readonly path: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of a provider's path. */
  readonly control?: string
}

/** The next thing that happens, drawn from the history's own dice. */
function next(random: Random, { iccids, references }: Life): Move {
  const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)] as T
  const iccid = iccids.length > 0 ? pick(iccids) : '8943108000000000000'
  const reference = references.length > 0 ? pick(references) : 'none'
  const item = pick(NAMES)
  const post = (path: string, json: unknown): Move => ({ method: 'POST', path, json })
  const get = (path: string, headers = {}): Move => ({ method: 'GET', path, headers })
  const act = (control: string, json: unknown = {}): Move => ({
    method: 'POST',
    path: '',
    control,
    json,
  })
  const moves: (() => Move)[] = [
    () =>
      post('/orders', {
        type: 'transaction',
        assign: true,
        order: [{ item, quantity: random.integer(1, 2) }],
      }),
    () => post('/orders', { type: 'transaction', assign: false, order: [{ item, quantity: 3 }] }),
    () =>
      post('/orders', { type: 'transaction', assign: true, order: [{ item, iccids: [iccid] }] }),
    () =>
      post(
        '/orders',
        pick(['{', { type: 'validate', item }, { type: 'transaction', item: 'nothing' }]),
      ),
    () =>
      post('/esims/apply', pick([{ bundle: item }, { bundle: item, iccid }, { bundles: [item] }])),
    () => ({ method: 'PUT', path: '/esims', json: { iccid, customerRef: random.text(5, 'abc') } }),
    () => get('/esims?perPage=100'),
    () => get('/esims?perPage=100'),
    () =>
      get(
        pick([
          '/orders',
          '/inventory',
          '/organisation',
          '/',
          '/networks?isos=GB',
          '/catalogue?perPage=3',
          '/nowhere',
        ]),
      ),
    () =>
      get(
        `/esims/${iccid}${pick(['', '/bundles?includeUsed=true', `/bundles/${item}`, '/history', '/location', '/refresh'])}`,
      ),
    () => post(`/esims/${iccid}/sms`, { message: random.text(5, 'abc') }),
    () => post(`/organisation/balance?amount=${pick([1000, 5000, 1402])}`, {}),
    () =>
      get(`/esims/assignments?reference=${reference}`, {
        Accept: pick(['text/csv', 'application/json', 'application/zip']),
      }),
    () => act(`/sims/${iccid}/install`),
    () => act(`/sims/${iccid}/attach`, { country: 'GB' }),
    () => act(`/sims/${iccid}/use`, { bytes: random.integer(1, 700_000_000) }),
    () => act(`/sims/${iccid}/use`, { bytes: random.integer(1, 700_000_000) }),
    () => act(`/sims/${iccid}/delete`),
    () => act('/clock/advance', { by: pick(['PT2S', 'PT1M', 'PT10M', 'PT6H', 'P1D']) }),
    () => act('/clock/advance', { by: 'PT5M' }),
  ]
  return pick(moves)()
}

async function openPorts() {
  const nobody: Listener = (_request, response) => response.writeHead(503).end()
  return { simulator: await serverFor(nobody), receiver: await serverFor(nobody) }
}

let ports: Awaited<ReturnType<typeof openPorts>>
let first: Life
beforeAll(async () => {
  ports = await openPorts()
  first = await live('one', ports)
})
afterAll(async () => {
  agent.destroy()
  await Promise.all([ports.simulator.close(), ports.receiver.close()])
})

/** Shows the first line that differs instead of all of them. */
function expectSame(again: readonly string[], before: readonly string[]): void {
  const at = again.findIndex((line, index) => line !== before[index])
  expect(again[at]).toBe(before[at])
  expect(again.length).toBe(before.length)
}

test('the history is a long one, and most kinds of things happen in it', () => {
  expect(first.replies).toHaveLength(STEPS)
  expect(first.iccids.length).toBeGreaterThan(10)
  for (const type of ['FirstAttachment', 'FirstUse', 'Utilisation', 'ProfileStatusChange'])
    expect(
      first.callbacks.filter((callback) => callback.includes(type)).length,
      type,
    ).toBeGreaterThan(3)
  expect(first.replies.filter((reply) => reply.includes(': [200,')).length).toBeGreaterThan(
    STEPS / 4,
  )
  expect(first.replies.filter((reply) => reply.includes(': [4')).length).toBeGreaterThan(10)
  expect(first.replies.filter((reply) => reply.startsWith('reported'))).toEqual([])
})

test('lived twice under one seed, every reply and every callback is the same to the byte', async () => {
  const again = await live('one', ports)
  expectSame(again.replies, first.replies)
  expectSame(again.callbacks, first.callbacks)
})

test('under another seed other eSIMs, orders and callbacks come', async () => {
  const other = await live('two', ports)
  expect(other.iccids.filter((iccid) => first.iccids.includes(iccid))).toEqual([])
  expect(other.replies).not.toEqual(first.replies)
  expect(other.callbacks).not.toEqual(first.callbacks)
})
