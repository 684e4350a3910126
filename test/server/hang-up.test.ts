// Clients that hang up: what they set going goes on.
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { controlApp } from '../../src/control/app.ts'
import { startReceiver } from '../../src/index.ts'
import { listen } from '../../src/server/listen.ts'
import { openServer } from '../../src/server/server.ts'
import { simulators } from '../../src/simulators/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'

/** A store whose writes are settled only when the test says so. */
function heldStore() {
  let release = () => {}
  const settled = new Promise<void>((done) => {
    release = done
  })
  return { store: { ...memoryStore(), flushed: () => settled }, release: () => release() }
}

/** Sends a request and keeps the line open. */
async function send(port: number, path: string, body: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  await new Promise<void>((sent) => socket.write(`${head}\r\n\r\n${body}`, () => sent()))
  return socket
}

test('a client that hangs up before its reply still has its callbacks sent', async () => {
  await using receiver = await startReceiver()
  const { store, release } = heldStore()
  const listening = await listen('127.0.0.1', [{ port: 0 }])
  const kernel = await openServer({
    simulators,
    store,
    clock: 'frozen',
    seed: 's',
    defaultWorld: { given: 'an assigned bundle' },
    callbackUrl: receiver.url,
    policy: { allow: [], timeout: 2000 },
    access: { token: undefined, hosts: [], cors: [] },
    checked: true,
    report: () => {},
    rest: controlApp,
  })
  listening.serve(kernel)
  const records = () => kernel.worlds.get('default')?.world.records
  const [sim] = [...(records()?.get('sims')?.values() ?? [])] as { iccid: string }[]
  const { port = 0, url = '' } = listening.endpoints[0] ?? {}
  const socket = await send(port, `/_sim/sims/${sim?.iccid}/attach`, '{"country":"GB"}')
  await expect.poll(() => records()?.get('callbacks')?.size).toBe(1)
  socket.resetAndDestroy()
  // Answered after the server has seen that line go down.
  for (let round = 0; round < 3; round += 1) await fetch(`${url}/_sim/health`)
  release()
  await receiver.waitFor(1)
  expect(receiver.arrivals).toHaveLength(1)
  await listening.close(0)
  await kernel.close()
})
