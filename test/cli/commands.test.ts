// The commands that speak to a running simulator.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { type Ended, folder, run } from '../support/cli.ts'

let sim: RunningSimulator
let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle', token: 'a-secret' })
  dir = await folder()
})
afterAll(async () => {
  await sim.close()
  await dir[Symbol.asyncDispose]()
})

const NOBODY = 'http://127.0.0.1:9'

/** A command against the simulator of this file. */
const esimulator = (...args: string[]): Promise<Ended> =>
  run(args, { cwd: dir.path, env: { ESIMULATOR_URL: sim.url, ESIMULATOR_TOKEN: 'a-secret' } })

const anySim = async () => String((await sim.sims('esim-go'))[0]?.iccid)

test('wait-ready returns when the simulator answers, and tells when it does not in time', async () => {
  expect(await esimulator('wait-ready')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`answers at ${sim.url}`),
  })
  const late = await run(['wait-ready', '--url', NOBODY, '--timeout', '150ms'], { cwd: dir.path })
  expect(late).toMatchObject({ code: 1, stderr: expect.stringMatching(/not ready within 150ms/) })
})

test('wait-ready ends in time where something takes connections and does not answer', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const late = await run(['wait-ready', '--url', url, '--timeout', '150ms'], { cwd: dir.path })
  expect(late).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not answer/) })
  silent.close()
})

test('env prints lines a shell can take', async () => {
  const { stdout, code } = await esimulator('env')
  expect(code).toBe(0)
  const script = `${stdout}\necho "$ESIM_GO_BASE_URL $ESIM_GO_API_KEY $ESIMULATOR_URL"`
  const shell = await promisify(execFile)('sh', ['-c', script])
  expect(shell.stdout.trim()).toBe(`${sim.baseUrl('esim-go')} test-esim-go-key ${sim.url}`)
  expect(JSON.parse((await esimulator('env', '--json')).stdout)).toMatchObject({
    ESIM_GO_API_KEY: 'test-esim-go-key',
  })
})

test('env tells the values of a fresh start where nothing runs, and says so', async () => {
  const { code, stdout, stderr } = await run(['env', '--url', NOBODY], { cwd: dir.path })
  expect(stdout).toContain(
    `export ESIM_GO_BASE_URL=${NOBODY}/esim-go/v2.4\nexport ESIM_GO_API_KEY=test-esim-go-key\n`,
  )
  expect(stderr).toMatch(/values of a fresh start/)
  expect(code).toBe(0)
})

test('doctor finds nothing wrong with a good machine, and a used port with another', async () => {
  const fine = await run(['doctor', '--port', '0', '--url', NOBODY], { cwd: dir.path })
  expect(fine.stdout).toMatch(
    /^ok {2}node .*\nok {2}ports .*\nok {2}state .*\nok {2}specs .*\nok {2}server .*\n$/,
  )
  expect(fine.code).toBe(0)
  const taken = await run(['doctor', '--port', String(sim.port), '--url', NOBODY, '--json'], {
    cwd: dir.path,
  })
  expect(JSON.parse(taken.stdout).checks).toContainEqual({
    check: 'ports',
    ok: false,
    says: expect.stringMatching(/is in use/),
  })
  expect(taken.code).toBe(1)
})

test('doctor finds a state that cannot be read', async () => {
  await using kept = await folder()
  await writeFile(join(kept.path, 'default.json'), '{"format": 99}')
  const { code, stdout } = await run(
    ['doctor', '--port', '0', '--url', NOBODY, '--state', kept.path],
    { cwd: dir.path },
  )
  expect(stdout).toMatch(/BAD state .*newer esimulator/)
  expect(code).toBe(1)
})

test('clock shows, freezes, advances and resumes', async () => {
  expect((await esimulator('clock', 'freeze', '2026-03-01T00:00:00Z')).stdout.trim()).toBe(
    '2026-03-01T00:00:00.000Z  frozen',
  )
  expect((await esimulator('clock')).stdout.trim()).toBe('2026-03-01T00:00:00.000Z  frozen')
  expect((await esimulator('clock', 'advance', '3d')).stdout).toMatch(
    /^2026-03-01T00:00:00\.000Z -> 2026-03-04T00:00:00\.000Z\nnothing happened\n$/,
  )
  const advanced = JSON.parse(
    (await esimulator('clock', 'advance', '2026-04-01T00:00:00Z', '--json')).stdout,
  )
  expect(advanced).toEqual({
    from: '2026-03-04T00:00:00.000Z',
    to: '2026-04-01T00:00:00.000Z',
    fired: [],
  })
  expect((await esimulator('clock', 'resume', '60')).stdout).toMatch(/running at 60 times/)
  await esimulator('clock', 'freeze')
})

test('sim lists, shows and plays the handset', async () => {
  const iccid = await anySim()
  expect((await esimulator('sim')).stdout).toMatch(new RegExp(`esim-go +${iccid} +enabled`))
  expect((await esimulator('sim', 'disable', iccid)).stdout).toBe(
    `${iccid} is disabled: sim.disabled\n`,
  )
  expect((await esimulator('sim', 'enable', iccid)).code).toBe(0)
  expect((await esimulator('sim', 'attach', iccid, 'GB')).stdout).toMatch(
    /enabled on .* in GB: sim\.attached/,
  )
  expect((await esimulator('sim', 'use', iccid, '250MB')).stdout).toMatch(
    /^used 250 MB of esim_1GB_7D_GB_V2\n/,
  )
  expect((await esimulator('sim', 'show', iccid, '--provider', 'esim-go')).stdout).toMatch(
    /installation code {2}LPA:1\$[\s\S]*250 MB +750 MB/,
  )
  expect(JSON.parse((await esimulator('sim', 'detach', iccid, '--json')).stdout)).toMatchObject({
    sim: { iccid },
  })
})

test('snapshot keeps, compares and brings back; rewind lists steps and undoes them', async () => {
  const iccid = await anySim()
  expect(await esimulator('snapshot')).toMatchObject({
    code: 0,
    stdout: 'there are no snapshots: esimulator snapshot save NAME\n',
  })
  expect((await esimulator('snapshot', 'save', 'before')).stdout).toMatch(/^before is kept, at 20/)
  await esimulator('sim', 'attach', iccid, 'GB')
  expect((await esimulator('snapshot', 'diff', 'before')).stdout).toMatch(
    new RegExp(`^before \\(.*\\) -> now \\(.*\\)\n(.|\n)*SIM ${iccid}: .*attached none -> `),
  )
  expect((await esimulator('rewind')).stdout).toMatch(
    new RegExp(`^steps .*\n1 .*POST /_sim/sims/${iccid}/attach`),
  )
  expect((await esimulator('rewind', '1')).stdout).toMatch(/ -> .*: \d+ records put back\n$/)
  expect((await sim.device(iccid).show()).attached).toBeUndefined()
  await esimulator('rewind', '1')
  expect((await sim.device(iccid).show()).attached?.country).toBe('GB')
  await esimulator('snapshot', 'restore', 'before')
  expect((await sim.device(iccid).show()).attached).toBeUndefined()
  expect(JSON.parse((await esimulator('snapshot', 'list', '--json')).stdout)).toMatchObject([
    { name: 'before' },
  ])
  expect((await esimulator('snapshot', 'delete', 'before')).stdout).toBe('before is gone\n')
  const wrong = [
    ['snapshot', 'load', 'x'],
    ['snapshot', 'save'],
    ['rewind', 'far'],
  ]
  for (const args of wrong) expect(await esimulator(...args)).toMatchObject({ code: 2 })
  expect(await esimulator('snapshot', 'restore', 'gone')).toMatchObject({ code: 2 })
})

test('state is exported and imported, by file and by pipe', async () => {
  const file = join(dir.path, 'world.json')
  expect((await esimulator('state', 'export', file)).code).toBe(0)
  const { stdout } = await esimulator('state', 'export', '-')
  const count = (await sim.sims()).length
  await sim.reset({ given: 'default' })
  expect((await esimulator('state', 'import', file)).stdout).toMatch(
    new RegExp(`the world "default" is as in .*: ${count} SIMs`),
  )
  await sim.reset({ given: 'default' })
  const piped = await run(['state', 'import', '-'], {
    cwd: dir.path,
    env: { ESIMULATOR_URL: sim.url, ESIMULATOR_TOKEN: 'a-secret' },
    input: stdout,
  })
  expect(piped.code).toBe(0)
  expect(await sim.sims('esim-go')).toHaveLength(1)
})

test('provenance shows all providers, or the operations of one', async () => {
  expect((await esimulator('provenance')).stdout).toMatch(/^provider +operations +documented/)
  expect((await esimulator('provenance', 'esim-go')).stdout).toMatch(
    /GET +\/v2\.4\/catalogue +getCatalogue +documented/,
  )
})

test('--world speaks to another world', async () => {
  expect((await esimulator('clock', '--world', 'nowhere')).stderr).toMatch(
    /there is no world "nowhere"/,
  )
})

test.each([
  [['clock', 'stop'], /there is no "clock stop"/],
  [['clock', 'advance'], /esimulator clock advance P3D/],
  [['clock', 'advance', 'soon'], /is not a duration/],
  [['clock', 'advance', '2'], /"2" is not a duration: write ISO 8601/],
  [['clock', 'resume', 'fast'], /rate must be/],
  [['clock', 'resume', '0x10'], /rate must be/],
  [['clock', 'resume', '1e1'], /rate must be/],
  [['sim', 'explode', '8900000000000000000'], /there is no "sim explode"/],
  [['sim', 'show'], /esimulator sim show ICCID/],
  [['sim', 'show', '8900000000000000000'], /there is no SIM 8900000000000000000/],
  [['state', 'import', 'none.json'], /there is no such file/],
  [['provenance', 'nobody'], /there is no provider "nobody"/],
  [['clock', '--token', 'wrong'], /the token is not the one/],
  [['clock', '--url', NOBODY], /nothing answers at http:\/\/127\.0\.0\.1:9/],
  [['clock', '--nonsense'], /there is no option --nonsense: esimulator clock --help lists them/],
  [['nonsense'], /there is no command "nonsense": esimulator --help lists them/],
])('%j cannot run, and says why', async (args, sentence) => {
  const { code, stdout, stderr } = await esimulator(...args)
  expect(stderr).toMatch(sentence)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('help and version are fine', async () => {
  expect(await esimulator('--version')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  })
  for (const args of [['--help'], ['start', '--help'], ['sim', '-h']])
    expect((await esimulator(...args)).code).toBe(0)
})

test.each(['--help', 'journal --help', 'schema'])(
  '%s ends without a word where nobody reads on',
  async (words) => {
    const command = fileURLToPath(new URL('../../bin/esimulator.js', import.meta.url))
    const line = `node ${command} ${words} | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line])
    expect({ stdout, stderr }).toEqual({ stdout: '141\n', stderr: '' })
  },
)
