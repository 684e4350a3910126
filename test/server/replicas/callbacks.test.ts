// Callbacks leave where the lease is, and nowhere else.
import { expect, test, vi } from 'vitest'
import { startReceiver } from '../../../src/index.ts'
import { callbacks } from '../../../src/state/callbacks.ts'
import { call } from '../../support/control.ts'
import { makeWorld, startReplica } from '../../support/replicas.ts'
import { sharedDatabase } from '../../support/shared-store.ts'

const CALLBACK = { provider: 'esim-go', type: 'Utilisation' }

interface Sims {
  readonly sims: readonly { readonly iccid: string }[]
}

test('a callback waits until it is sure that the world is held, and is another replica’s where it is lost', async () => {
  await using receiver = await startReceiver()
  const database = sharedDatabase()
  const options = { callbackUrl: receiver.url }
  await using a = await startReplica(database, options)
  await using b = await startReplica(database, options)
  await makeWorld(a, 'w', { given: 'an assigned bundle' })
  const { body } = await call<Sims>(a.url, '/w/w/_sim/sims?provider=esim-go')
  const json = { ...CALLBACK, iccid: body.sims.at(0)?.iccid }
  expect((await call(a.url, '/w/w/_sim/callbacks', { json })).status).toBeLessThan(300)
  await receiver.waitFor(1)

  a.store.doubt()
  const sent = call(a.url, '/w/w/_sim/callbacks', { json })
  const queued = () => a.server.worlds.get('w')?.world.in(callbacks).size
  await vi.waitFor(() => expect(queued()).toBe(2))
  a.store.expire()
  // Another replica has what was committed, and sends what is still due.
  expect((await call(b.url, '/w/w/_sim/clock')).status).toBe(200)
  await receiver.waitFor(2)
  a.store.learn()
  expect((await sent).status).toBe(503)
  await call(b.url, '/w/w/_sim/clock/advance', { json: { by: 'PT1H' } })
  expect(receiver.arrivals).toHaveLength(2)
})
