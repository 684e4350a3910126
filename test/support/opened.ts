// A simulator in this process whose server a test holds: its worlds are looked into, and it is stopped as `start` does.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { SimulatorOptions } from '../../src/index.ts'
import { openSimulator } from '../../src/library/open-simulator.ts'
import type { SimulatorServer } from '../../src/server/server.ts'

/** Opens one that answers, also while it is stopping, until the test is over. */
export async function openedSimulator(
  options: SimulatorOptions = {},
): Promise<{ readonly server: SimulatorServer; readonly url: string }> {
  const server = await openSimulator(options, 'a test')
  const http = createServer(server.listener())
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    http.close()
    await server.close()
  })
  return { server, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}
