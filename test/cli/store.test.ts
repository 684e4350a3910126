// `--store`: what `doctor` and `start` say of a database.
import { expect, test } from 'vitest'
import { openConnections } from '../../src/stores/postgres/connections.ts'
import { readDatabaseUrl } from '../../src/stores/postgres/database-url.ts'
import { migrate } from '../../src/stores/postgres/migrate.ts'
import { folder, run, startSeen, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'
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

test.skipIf(!hasPostgres)(
  'a start says where the state is, and who it is to the others',
  async () => {
    await using dir = await folder()
    const url = (await newDatabase()).replace('postgres@', 'postgres:pass-word@')
    const { shown } = readDatabaseUrl(url)
    await using first = await startServer(['--store', url], { cwd: dir.path })
    expect(first).toMatchObject({
      state: shown,
      replica: { id: expect.any(String), url: first.url },
    })
    // The second is told of the world by the first, which has it.
    const env = { ESIMULATOR_STORE: url, ESIMULATOR_REPLICA_URL: 'http://localhost:4444' }
    await using second = await startSeen(['--callback-url', 'http://127.0.0.1:9/'], {
      cwd: dir.path,
      env,
    })
    await second.line(/^ {2}API key +test-esim-go-key$/)
    expect(await second.line(/^ {2}state /)).toBe(`  state            ${shown} (written)`)
    expect(await second.line(/^ {2}replica /)).toMatch(
      /^ {2}replica {10}[0-9a-f-]{36}, which the others reach at http:\/\/localhost:4444$/,
    )
    const said = await second.stop('SIGTERM')
    expect(said).toMatch(new RegExp(`stopped; the state is kept in ${shown}$`))
    expect(await first.stop()).toBe(0)
    expect(`${said}${JSON.stringify(first)}${await first.errors}`).not.toContain('pass-word')
  },
)

test.skipIf(!hasPostgres)('what one process kept the next one finds in the database', async () => {
  await using dir = await folder()
  const url = await newDatabase()
  const order = {
    json: {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    },
    headers: { 'X-API-Key': 'test-esim-go-key' },
  }
  const sims = async (at: string) => (await call(at, '/_sim/sims?provider=esim-go')).body
  await using first = await startServer(['--store', url], { cwd: dir.path })
  expect((await call(first.url, '/esim-go/v2.4/orders', order)).status).toBe(200)
  const before = await sims(first.url)
  await first.stop('SIGKILL')
  await using second = await startServer(['--store', url], { cwd: dir.path })
  expect(await sims(second.url)).toEqual(before)
  expect(await second.stop()).toBe(0)
})
