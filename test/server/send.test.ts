// What becomes of a connection: a reply, none, or one in pieces; at once or after a while.
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Answer, BytesAnswer } from '../../src/server/exchange.ts'
import type { HostedWorld } from '../../src/server/hosted-world.ts'
import { send } from '../../src/server/send.ts'
import { wallNow } from '../../src/server/ticker.ts'
import { startFake } from '../support/fake-server.ts'

const bytes: BytesAnswer = {
  kind: 'bytes',
  status: 201,
  headers: { 'X-Own': 'a' },
  type: 'text/plain',
  body: 'grüß dich',
}

/** A server that sends one answer to everybody. */
async function answering(answer: Answer, hosted?: HostedWorld) {
  const responses: ServerResponse[] = []
  const server = createServer((_request, response) => {
    responses.push(response)
    send(response, answer, hosted)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    responses,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** The pieces a client reads until the connection ends. */
async function read(port: number): Promise<string[]> {
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  const pieces: string[] = []
  for await (const piece of socket) pieces.push(String(piece))
  return pieces
}

test('bytes are sent with their headers, their type and their length', async () => {
  await using server = await answering(bytes)
  const answer = await fetch(server.url)
  const named = ['x-own', 'content-type', 'content-length'].map((name) => answer.headers.get(name))
  expect([answer.status, ...named]).toEqual([201, 'a', 'text/plain', '11'])
  expect(await answer.text()).toBe('grüß dich')
})

test('an answer with a delay is sent after it', async () => {
  await using server = await answering({ ...bytes, waits: [{ wall: 50 }] })
  const asked = wallNow()
  expect((await fetch(server.url)).status).toBe(201)
  expect(wallNow() - asked).toBeGreaterThanOrEqual(49)
})

test('a connection that hangs up says nothing', async () => {
  await using server = await answering({ kind: 'hang-up' })
  expect(await read(server.port)).toEqual([])
})

test('a reply that comes in pieces is whole in the end', async () => {
  const dribble = { kind: 'dribble', reply: bytes, piece: 4, pause: 5 } as const
  await using server = await answering(dribble)
  const whole = (await read(server.port)).join('')
  expect(whole).toMatch(/^HTTP\/1.1 201 Created\r\nX-Own: a\r\n/)
  expect(whole.endsWith('\r\n\r\ngrüß dich')).toBe(true)
  expect((await read(server.port)).length).toBeGreaterThan(1)
})

test('pieces are sent no longer than somebody reads', async () => {
  const reply = { ...bytes, body: 'x'.repeat(10_000) }
  const dribble = { kind: 'dribble', reply, piece: 1, pause: 5 } as const
  await using server = await answering(dribble)
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await new Promise((first) => socket.once('data', first))
  socket.destroy()
  await expect.poll(() => server.responses[0]?.writableEnded).toBe(true)
})

test.each([
  ['a reply', bytes],
  ['a late reply', { ...bytes, waits: [{ wall: 20 }] }],
  ['a hang-up', { kind: 'hang-up' }],
  ['a dribble', { kind: 'dribble', reply: bytes, piece: 4, pause: 1 }],
] as const)('what %s set going in its world starts once it has left', async (_what, answer) => {
  await using fake = await startFake()
  const hosted = fake.worlds.get('default') as HostedWorld
  hosted.runner.nudge()
  await using server = await answering(answer, hosted)
  const asked = fetch(server.url).then((reply) => reply.text())
  expect(hosted.runner.nudged).toBe(true)
  await asked.catch(() => {})
  await expect.poll(() => hosted.runner.nudged).toBe(false)
})
