// esimulator fault, and faults of the config, of variables, of flags and of the seed file.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { faultKinds } from '../../src/server/faults/kinds.ts'
import { type Ended, folder, run, startServer } from '../support/cli.ts'

let sim: RunningSimulator
let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  sim = await startSimulator()
  dir = await folder()
})
afterAll(async () => {
  await sim.close()
  await dir[Symbol.asyncDispose]()
})

const fault = (...args: string[]): Promise<Ended> =>
  run(['fault', ...args], { cwd: dir.path, env: { ESIMULATOR_URL: sim.url } })

test('a fault is added, listed, removed, and all are cleared', async () => {
  expect(await fault()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^there are no faults/),
  })
  const added = await fault(
    'add',
    'esim-go',
    'createOrder',
    'status',
    '--status',
    '503',
    '--times',
    '1',
  )
  expect(added.code).toBe(0)
  expect(added.stdout).toMatch(
    /^fault +provider +of +kind +when +seen +hits +state +with\nfault_1 +esim-go +createOrder +status +before +0 +0 +active +status=503 times=1\n$/,
  )
  await fault('add', 'wholesale', '*', 'reset', '--at', 'body', '--when', 'after')
  expect((await fault('list')).stdout.trim().split('\n')).toHaveLength(3)
  expect((await fault('remove', 'fault_1')).stdout).toBe('fault_1 is removed\n')
  expect((await sim.faults.list()).map(({ id }) => id)).toEqual(['fault_2'])
  expect((await fault('clear')).stdout).toBe('there are no faults now\n')
  expect(await sim.faults.list()).toEqual([])
})

test('each field has a flag: what is JSON is read as that, and no number loses digits', async () => {
  const iccid = '8943108161000000008'
  const flags = [
    ...[
      '--delay',
      '{"uniform": ["PT1S", "PT3S"]}',
      '--clock',
      'world',
      '--nth',
      '2',
      '--until',
      'PT1H',
    ],
    ...['--match', `path.iccid=${iccid}`, '--match', 'headers.x-case=7', '--json'],
  ]
  const { stdout } = await fault('add', 'esim-go', 'getEsim', 'delay', ...flags)
  expect(JSON.parse(stdout)).toMatchObject({
    operation: 'getEsim',
    delay: { uniform: ['PT1S', 'PT3S'] },
    clock: 'world',
    nth: 2,
    until: '2026-01-01T01:00:00.000Z',
    match: { path: { iccid }, headers: { 'x-case': 7 } },
  })
  const body = [
    '--body',
    '<h1>busy</h1>',
    '--content-type',
    'text/html',
    '--headers',
    '{"X-A":"b"}',
  ]
  const html = await fault('add', 'highland', '*', 'status', '--status', '502', ...body, '--json')
  expect(JSON.parse(html.stdout)).toMatchObject({
    body: '<h1>busy</h1>',
    contentType: 'text/html',
    headers: { 'X-A': 'b' },
  })
  expect(JSON.parse((await fault('list', '--json')).stdout)).toHaveLength(2)
  await sim.faults.clear()
})

test('fault kinds lists every kind with its fields, as text and as JSON', async () => {
  const { stdout } = await fault('kinds')
  expect(stdout).toMatch(/^delay +calls +after, before +delay \[clock\] +the answer comes late/m)
  const kinds = JSON.parse((await fault('kinds', '--json')).stdout)
  expect(kinds.map(({ kind, of }: { kind: string; of: string }) => [kind, of])).toEqual(
    faultKinds.map(({ name, of }) => [name, of]),
  )
})

test.each([
  [['add', 'esim-go', 'createOrder'], /something is missing: esimulator fault add PROVIDER/],
  [['add', 'esim-go', 'createOrdr', 'reset'], /did you mean createOrder\?/],
  [
    ['add', 'esim-go', 'createOrder', 'reset', '--tmies', '1'],
    /there is no option --tmies: did you mean --times\?/,
  ],
  [
    ['add', 'esim-go', 'createOrder', 'reset', '--match', 'iccid'],
    /--match iccid: write it as in path/,
  ],
  [['add', 'esim-go', '*', 'rate-limit', '--limit', '2', '--window', '5'], /"5" is not a duration/],
  [['add', 'esim-go', '*', 'delay', '--delay', '200'], /"200" is not a duration: write ISO 8601/],
  [['add', 'esim-go', 'FirstUse', 'late', '--by', '5'], /"5" is not a duration/],
  [
    ['add', 'esim-go', '*', 'reset', '--until', '5'],
    /until must be an instant such as .*, or a duration such as PT5M/,
  ],
  [['remove', 'fault_99'], /there is no fault fault_99/],
  [['drop'], /there is no "fault drop"; there are: list, kinds, magic, show, add, remove, clear/],
])('fault %j could not run', async (args, why) => {
  expect(await fault(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(why) })
})

const ONE = { provider: 'esim-go', operation: 'listEsims', kind: 'status', status: 503, times: 1 }

/** Faults that a server started so begins with. */
async function begunWith(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  await using server = await startServer(['--ephemeral', ...args], { cwd: dir.path, env })
  const { stdout } = await run(['fault', 'list', '--json', '--url', server.url], { cwd: dir.path })
  return JSON.parse(stdout)
}

test('new worlds begin with the faults of a flag, of a variable, of the config file, of the seed file', async () => {
  const list = JSON.stringify([ONE, { provider: 'highland', kind: 'empty' }])
  expect(await begunWith(['--faults', JSON.stringify(ONE)])).toMatchObject([ONE])
  expect(await begunWith([], { ESIMULATOR_FAULTS: list })).toMatchObject([ONE, { kind: 'empty' }])

  const config = join(dir.path, 'own.config.yaml')
  const fields = 'provider: esim-go, operation: POST /orders, kind: reset, when: after, times: 1'
  await writeFile(config, `seed: 0123\nfaults:\n  - { ${fields} }\n`)
  const seedFile = join(dir.path, 'seed.yaml')
  await writeFile(
    seedFile,
    `esim-go: { balance: 20 }\nfaults: [{ provider: wholesale, kind: hang }]\n`,
  )
  expect(await begunWith(['--config', config, '--seed-file', seedFile])).toMatchObject([
    { operation: 'createOrder', kind: 'reset', when: 'after', times: 1 },
    { provider: 'wholesale', kind: 'hang' },
  ])
})

test('a fault that is wrong stops the start with one sentence', async () => {
  const start = (...args: string[]) =>
    run(['start', '--port', '0', '--ephemeral', ...args], { cwd: dir.path })
  const wrong = JSON.stringify({ ...ONE, kind: 'statsu' })
  expect(await start('--faults', wrong)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^esimulator: faults\[0\]: there is no kind "statsu": did you mean status\?.*\n$/,
    ),
  })
  expect(await start('--faults', 'status')).toMatchObject({
    code: 2,
    stderr: 'esimulator: --faults: status is no JSON\n',
  })
  const seedFile = join(dir.path, 'wrong.yaml')
  await writeFile(seedFile, 'faults: [{ provider: wholesale }]\n')
  expect(await start('--seed-file', seedFile)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/wrong.yaml: faults\[0\]: a fault needs a kind: status, /),
  })
})
