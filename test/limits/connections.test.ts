// Connections, requests and worlds at their bounds: what is answered there, and that all else goes on.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { MOST_CONNECTIONS, MOST_HEAD } from '../../src/server/connections.ts'
import { BODY_LIMIT, MOST_LARGE } from '../../src/server/read-body.ts'
import { MOST_WORLDS } from '../../src/server/worlds.ts'
import { wholesale } from '../../src/simulators/wholesale/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'
import { head, sendRaw } from '../support/raw.ts'

const said: string[] = []
const sim = await startSimulator({ report: (sentence) => said.push(sentence) })
afterAll(() => sim.close())

const KEY = { 'X-API-Key': 'test-esim-go-key' }

const tooLong = [
  ['URL', head(`GET /esim-go/v2.4/esims?filter=${'x'.repeat(MOST_HEAD)}`)],
  ['header', head('GET /esim-go/v2.4/esims', { ...KEY, 'X-Long': 'x'.repeat(MOST_HEAD) })],
  [
    'list of headers',
    head(
      'GET /_sim/clock',
      Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`a${at}`, '1'])),
    ),
  ],
] as const

test.each(tooLong)(
  'a %s that is too long is 431, and says how long it may be',
  async (_, bytes) => {
    const { status, headers, body } = await sendRaw(sim.port, bytes)
    expect([status, headers['content-type']]).toEqual([431, 'application/problem+json'])
    expect(body).toEqual({
      title: 'Request Header Fields Too Large',
      status: 431,
      detail: `the request line and the headers are longer than ${MOST_HEAD} bytes together: send less`,
    })
  },
)

test('a URL that is just not too long is looked at', async () => {
  const filter = 'x'.repeat(MOST_HEAD - 500)
  const path = `/esims?filterBy=customerRef&filter=${filter}`
  const answer = await send('GET', sim.baseUrl('esim-go') + path, { headers: KEY })
  expect(answer.status).toBe(200)
})

test('many headers are all read, the last one too', async () => {
  const names = Array.from({ length: 2400 }, () => 'a:\r\n').join('')
  const request = head('GET /esim-go/v2.4/esims').replace(/\r\n\r\n$/, '\r\n')
  const bytes = `${request}${names}X-API-Key: test-esim-go-key\r\n\r\n`
  expect(await sendRaw(sim.port, bytes)).toMatchObject({ status: 200 })
})

test('what is no HTTP is told so', async () => {
  const { status, headers, body } = await sendRaw(sim.port, 'HELO a.example\r\n\r\n')
  expect([status, headers['content-type']]).toEqual([400, 'application/problem+json'])
  expect(body).toMatchObject({ status: 400, detail: expect.stringMatching(/no request of HTTP/) })
})

test.each([
  ['/esim-go/v2.4/orders', KEY, 'application/json'],
  ['/highland/b2b/sim/acquire', {}, 'application/json'],
  ['/_sim/reset', {}, 'application/problem+json'],
])('a body that is too large is 413 at %s', async (path, headers, type) => {
  const raw = JSON.stringify({ text: 'x'.repeat(BODY_LIMIT) })
  const sent = { raw, headers: { ...headers, 'Content-Type': 'application/json' } }
  const answer = await send('POST', sim.url + path, sent)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([413, type])
  expect(answer.text).toMatch(/larger than 1048576 bytes|too large/i)
})

test('one state too many at once is refused, and says so; when another has gone, there is room', async () => {
  const begun: Socket[] = []
  onTestFinished(() => {
    for (const socket of begun) socket.destroy()
  })
  for (let at = 0; at < MOST_LARGE; at += 1) {
    const socket = connect(sim.port, '127.0.0.1')
    begun.push(socket)
    await once(socket, 'connect')
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '1000' }
    socket.write(`${head('PUT /_sim/state', headers)}{`)
  }
  const put = async () => call(sim.url, '/_sim/state', { method: 'PUT', json: await sim.state() })
  await expect.poll(put, { timeout: 10_000 }).toMatchObject({
    status: 503,
    body: { detail: expect.stringMatching(/4 states are being sent already/) },
  })
  begun[0]?.destroy()
  await expect.poll(put, { timeout: 10_000 }).toMatchObject({ status: 200 })
})

test('one connection too many is closed at once, and that is told; when others go, there is room', async () => {
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  const open = async () => {
    const socket = connect(sim.port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }
  // Each has asked for something, so that the server has taken it.
  while (sockets.length < MOST_CONNECTIONS) {
    const socket = await open()
    socket.write('GET /_sim/health HTTP/1.1\r\nHost: 127.0.0.1\r\n')
  }
  const more = await open()
  await once(more, 'close')
  expect(said).toEqual([
    `port ${sim.port} has ${MOST_CONNECTIONS} connections, and others are closed: ` +
      'clients that keep theirs should use fewer',
  ])
  const another = await open()
  await once(another, 'close')
  expect(said).toHaveLength(1)

  for (const socket of sockets.splice(0, 100)) {
    socket.destroy()
    await once(socket, 'close')
  }
  await expect
    .poll(() => call(sim.url, '/_sim/health').catch(() => undefined), { timeout: 10_000 })
    .toMatchObject({ status: 200 })
}, 120_000)

test('one world too many is refused, and says what to do', async () => {
  await using small = await startSimulator({ providers: [wholesale] })
  const create = (name: string) => call(small.url, '/_sim/worlds', { json: { name } })
  for (let at = 1; at < MOST_WORLDS; at += 1) expect((await create(`w${at}`)).status).toBe(201)
  expectProblem(
    await create('one-more'),
    409,
    /there are 1000 worlds already: remove one, .*--max-worlds/,
  )
  await call(small.url, '/_sim/worlds/w7', { method: 'DELETE' })
  expect((await create('one-more')).status).toBe(201)
}, 120_000)
