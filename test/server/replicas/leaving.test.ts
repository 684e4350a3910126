// A replica that is to end hands its worlds over: who asks meanwhile is refused nothing.
import { describe, expect, test } from 'vitest'
import { call } from '../../support/control.ts'
import { send } from '../../support/http.ts'
import { hasPostgres } from '../../support/postgres.ts'
import { makeWorld, postgresDatabase, startReplica } from '../../support/replicas.ts'
import { sharedDatabase } from '../../support/shared-store.ts'

const BACKENDS = [
  { where: 'in memory', isThere: true, database: async () => sharedDatabase() },
  { where: 'in PostgreSQL', isThere: hasPostgres, database: postgresDatabase },
]

describe.for(BACKENDS)('replicas that share worlds $where', ({ isThere, database: open }) => {
  test.runIf(isThere)('refuse nothing while one of them ends', async () => {
    const database = await open()
    await using a = await startReplica(database)
    await using b = await startReplica(database)
    const worlds = ['one', 'two', 'three', 'four', 'five', 'six']
    const keys = new Map<string, string>()
    for (const name of worlds) keys.set(name, await makeWorld(a, name))
    const refused: string[] = []
    let isOver = false
    let advances = 0
    async function play(url: () => string, name: string): Promise<void> {
      const headers = { 'X-API-Key': keys.get(name) ?? '' }
      while (!isOver) {
        const read = await send('GET', `${url()}/esim-go/v2.4/esims`, { headers })
        const moved = await call(url(), `/w/${name}/_sim/clock/advance`, { json: { by: 'PT1S' } })
        if (read.status !== 200) refused.push(`${read.status} ${read.text}`)
        if (moved.status !== 200) refused.push(JSON.stringify(moved.body))
        else advances += 1
      }
    }
    // Half of the requests go on to the one that ends, for as long as it listens.
    let isLeft = false
    const players = worlds.map((name, at) => play(() => (isLeft || at % 2 ? b.url : a.url), name))
    const left = a.server.leave().then(() => {
      isLeft = true
    })
    await left
    isOver = true
    await Promise.all(players)
    await a.terminate()
    expect(refused).toEqual([])
    let seconds = 0
    for (const name of worlds) {
      const { body } = await call<{ now: string }>(b.url, `/w/${name}/_sim/clock`)
      seconds += (Date.parse(body.now) - Date.parse('2026-01-01T00:00:00Z')) / 1000
    }
    // Every advance that was acknowledged is there, once.
    expect(seconds).toBe(advances)
    expect(b.server.worlds.list().length).toBeGreaterThanOrEqual(worlds.length)
  })
})
