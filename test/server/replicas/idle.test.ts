// Worlds are open while somebody uses them: they are let go, come back as they were, and wake in time.
import { describe, expect, test, vi } from 'vitest'
import { call } from '../../support/control.ts'
import { send } from '../../support/http.ts'
import { hasPostgres } from '../../support/postgres.ts'
import { makeWorld, postgresDatabase, startReplica } from '../../support/replicas.ts'
import { sharedDatabase } from '../../support/shared-store.ts'

const BACKENDS = [
  { where: 'in memory', isThere: true, database: async () => sharedDatabase() },
  { where: 'in PostgreSQL', isThere: hasPostgres, database: postgresDatabase },
]

interface List {
  readonly worlds: readonly object[]
  readonly resting?: readonly string[]
}

const listed = async (url: string) => (await call<List>(url, '/_sim/worlds')).body

describe.for(BACKENDS)('worlds that are shared $where', ({ isThere, database: open }) => {
  test.runIf(isThere)('are let go when nobody uses them, and come back as they were', async () => {
    await using a = await startReplica(await open(), { idle: 50 })
    const key = await makeWorld(a, 'w')
    const headers = { 'X-API-Key': key }
    await call(a.url, '/w/w/_sim/clock/advance', { json: { by: 'PT1H' } })
    const esims = () => send('GET', `${a.url}/esim-go/v2.4/esims`, { headers })
    const before = await esims()
    const state = await send('GET', `${a.url}/w/w/_sim/state`)
    await vi.waitFor(() => expect(a.server.worlds.list()).toEqual([]))
    const { body } = await call<{ resting: string[] }>(a.url, '/_sim/worlds')
    expect(body.resting).toEqual(['default', 'w'])
    const after = await esims()
    expect([after.status, after.text, after.headers.get('date')]).toEqual([
      200,
      before.text,
      before.headers.get('date'),
    ])
    expect((await send('GET', `${a.url}/w/w/_sim/state`)).text).toBe(state.text)
  })

  test.runIf(isThere)(
    'go on by the time that nobody had them, where their clock runs',
    async () => {
      await using a = await startReplica(await open(), { idle: 50 })
      const clock = { mode: 'running', rate: 1000, at: '2026-01-01T00:00:00Z' }
      await makeWorld(a, 'w', { clock })
      const began = performance.now()
      await vi.waitFor(() => expect(a.server.worlds.list()).toEqual([]))
      const { body } = await call<{ now: string }>(a.url, '/w/w/_sim/clock')
      const shown = Date.parse(body.now) - Date.parse(clock.at)
      const passed = performance.now() - began
      // Nothing of the time is lost: it was let go after a twentieth of a second at least.
      expect(shown).toBeGreaterThanOrEqual(50_000)
      expect(shown).toBeLessThanOrEqual((passed + 5000) * 1000)
    },
  )

  test.runIf(isThere)('are opened by somebody when something comes due in them', async () => {
    const database = await open()
    await using a = await startReplica(database, { idle: 50 })
    await makeWorld(a, 'ending', { ttl: 'PT1S' })
    await vi.waitFor(() => expect(a.server.worlds.list()).toEqual([]))
    const { worlds, resting } = await listed(a.url)
    expect([worlds, resting]).toEqual([[], ['default', 'ending']])
    await vi.waitFor(async () => expect((await listed(a.url)).resting).not.toContain('ending'), {
      timeout: 10_000,
    })
  })

  test.runIf(isThere)('give way to others where as many are open as may be', async () => {
    await using a = await startReplica(await open(), { maxHeld: 2 })
    const names = ['one', 'two', 'three']
    for (const name of names) await makeWorld(a, name)
    for (const name of names) expect((await call(a.url, `/w/${name}/_sim/clock`)).status).toBe(200)
    expect(a.server.worlds.list().length).toBeLessThanOrEqual(2)
  })
})
