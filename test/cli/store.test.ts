// `--store`: what `doctor` and `start` say of a database.
import { expect, test } from 'vitest'
import { openConnections } from '../../src/stores/postgres/connections.ts'
import { readDatabaseUrl } from '../../src/stores/postgres/database-url.ts'
import { migrate } from '../../src/stores/postgres/migrate.ts'
import { folder, run } from '../support/cli.ts'
import { hasPostgres, newDatabase } from '../support/postgres.ts'

const NOBODY = 'postgres://esim:pass-word@127.0.0.1:9/esim'

/** What `doctor` finds of where the state is kept. */
async function found(store: string, ...flags: string[]) {
  await using dir = await folder()
  const args = ['doctor', '--port', '0', '--url', 'http://127.0.0.1:9', '--store', store, '--json']
  const { code, stdout, stderr } = await run([...args, ...flags], { cwd: dir.path })
  expect(`${stdout}${stderr}`).not.toContain('pass-word')
  const { checks } = JSON.parse(stdout) as {
    checks: { check: string; ok: boolean; says: string }[]
  }
  return { code, states: checks.filter(({ check }) => check === 'state') }
}

test('a database that does not answer stops the start, and doctor says so', async () => {
  await using dir = await folder()
  const started = await run(['start', '--port', '0', '--store', NOBODY], { cwd: dir.path })
  const why =
    'cannot use postgres://127.0.0.1:9/esim: nothing answers there: is PostgreSQL running? (ECONNREFUSED)'
  expect(started).toEqual({ code: 2, stdout: '', stderr: `esimulator: ${why}\n` })
  expect(await found(NOBODY)).toEqual({
    code: 1,
    states: [{ check: 'state', ok: false, says: why }],
  })
})

test('a database is not repaired', async () => {
  const { states } = await found(NOBODY, '--repair')
  expect(states[0]).toMatchObject({ ok: false, says: expect.stringMatching(/^--repair mends/) })
})

test.skipIf(!hasPostgres)('doctor tells what is in a database, and writes nothing', async () => {
  const url = await newDatabase()
  const { shown } = readDatabaseUrl(url)
  const says = async (at = url) => (await found(at)).states.map((each) => each.says)
  for (let time = 1; time <= 2; time++)
    expect(await says()).toEqual([
      `${shown} can be used: its tables will be made in the schema esimulator`,
    ])
  const database = readDatabaseUrl(url)
  const connections = await openConnections({ database, most: 1 })
  await migrate(connections, database)
  await connections.ask({ text: "INSERT INTO worlds (name, n) VALUES ('a', 3), ('b', 0)" })
  expect(await says()).toEqual([
    `${shown} can be used: it keeps 1 world, and 0 simulators use it now`,
  ])
  expect(await says(`${url}?schema=own`)).toEqual([
    `${shown} can be used: its tables will be made in the schema own`,
  ])
  await connections.ask({ text: 'UPDATE meta SET version = 99' })
  await connections.close()
  const { code, states } = await found(url)
  expect([code, states[0]?.ok]).toEqual([1, false])
  expect(states[0]?.says).toMatch(
    /^schema esimulator of .* was written by a newer esimulator \(version 99; .*\): upgrade/,
  )
})
