// Answers that nobody takes: their connections are closed after a while, and only then.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ANSWER_TIMEOUT, connectionLimits, endAnswer } from '../../src/server/connections.ts'
import { head } from '../support/raw.ts'

const LARGE = Buffer.alloc(30_000_000)

/** A server that answers so much, and a client that has asked and takes nothing of it. */
async function asked(body: Buffer) {
  let told: (response: ServerResponse) => void = () => {}
  const answered = new Promise<ServerResponse>((done) => {
    told = done
  })
  const server = createServer(connectionLimits, (_request, response) => {
    endAnswer(response, body)
    told(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.pause()
  client.write(head('GET /', { Connection: 'keep-alive' }))
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  return { client, response: await answered }
}

test('a client that takes nothing of its answer is cut off when its time is over', async () => {
  const { client, response } = await asked(LARGE)
  const { socket } = response
  expect(socket?.timeout).toBe(ANSWER_TIMEOUT)
  // As the timer does that nobody waits for here.
  socket?.emit('timeout')
  await once(response, 'close')
  let taken = 0
  client.on('data', (chunk: Buffer) => {
    taken += chunk.length
  })
  client.on('error', () => {})
  client.resume()
  await once(client, 'close')
  expect(taken).toBeLessThan(LARGE.length)
})

test('a client that has taken all of it keeps its connection as ever', async () => {
  const { client, response } = await asked(LARGE)
  const { socket } = response
  client.resume()
  await once(response, 'finish')
  expect(socket?.timeout).not.toBe(ANSWER_TIMEOUT)
  expect(socket?.destroyed).toBe(false)
})

test('a short answer has left at once', async () => {
  const { response } = await asked(Buffer.from('short'))
  expect(response.socket?.timeout ?? 0).not.toBe(ANSWER_TIMEOUT)
})
