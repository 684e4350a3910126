// Simulators that share a store: each answers for every world, wherever that is.
import { expect, test } from 'vitest'
import { call } from '../../support/control.ts'
import { startReplica } from '../../support/replicas.ts'
import { sharedDatabase } from '../../support/shared-store.ts'

test('a world that one replica made is answered by each, as the first would', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const made = await call(a.url, '/_sim/worlds', { json: { name: 'w' } })
  expect(made.status).toBe(201)
  expect(database.holderOf('w')).toBe(a.url)
  const here = await call(a.url, '/_sim/worlds/w')
  const there = await call(b.url, '/_sim/worlds/w', { headers: { Host: new URL(a.url).host } })
  expect(there.status).toBe(200)
  const catalogue = await call(b.url, '/w/w/esim-go/v2.4/catalogue')
  expect(catalogue.status).toBe(403)
  expect(here.status).toBe(200)
})
