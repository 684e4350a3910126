// `esimulator exec`: a command run against a simulator of its own, which ends with it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { folder, run } from '../support/cli.ts'

/** A program of Node in the place of a command. */
const program = (code: string) => ['--', process.execPath, '--input-type=module', '-e', code]

test('a command finds a fresh simulator in its variables, and its exit code is handed on', async () => {
  await using dir = await folder()
  await using stale = await startSimulator()
  const code = `
    const { ESIMULATOR_URL, ESIM_GO_BASE_URL, ESIM_GO_API_KEY } = process.env
    const clock = await (await fetch(ESIMULATOR_URL + '/_sim/clock')).json()
    const headers = { 'X-API-Key': ESIM_GO_API_KEY }
    const { status } = await fetch(ESIM_GO_BASE_URL + '/esims', { headers })
    console.log(JSON.stringify({ url: ESIMULATOR_URL, mode: clock.mode, status }))
    process.exitCode = 7`
  const env = { ESIMULATOR_URL: stale.url, ESIMULATOR_PORT: String(stale.port) }
  const ended = await run(['exec', ...program(code)], { cwd: dir.path, env })
  expect(ended).toMatchObject({ code: 7, stderr: '' })
  const seen = JSON.parse(ended.stdout)
  expect(seen).toMatchObject({ mode: 'frozen', status: 200 })
  expect(seen.url).not.toBe(stale.url)
})

test('its options are those of start: settings, states, and the clock as the config file has it', async () => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yaml'), 'clock: running\n')
  const code = `
    const ask = async (path) => (await fetch(process.env.ESIMULATOR_URL + '/_sim' + path)).json()
    const { settings } = await ask('/settings/esim-go')
    const { sims } = await ask('/sims?provider=esim-go')
    console.log((await ask('/clock')).mode, settings.rateLimit.value, sims[0].profile)`
  const options = ['--set', 'esim-go.rateLimit=10', '--given', 'an assigned bundle']
  const ended = await run(['exec', ...options, ...program(code)], { cwd: dir.path })
  expect(ended).toEqual({ code: 0, stdout: 'running 10 enabled\n', stderr: '' })
})

test('a world of another simulator, left in a variable, is not handed on', async () => {
  await using dir = await folder()
  const code = `console.log(process.env.ESIMULATOR_WORLD ?? 'none')`
  const env = { ESIMULATOR_WORLD: 'ci-7' }
  const ended = await run(['exec', ...program(code)], { cwd: dir.path, env })
  expect(ended).toEqual({ code: 0, stdout: 'none\n', stderr: '' })
})

test('a command there is not: one sentence, and the status shells have for that', async () => {
  await using dir = await folder()
  expect(await run(['exec', '--', 'no-such-command-here'], { cwd: dir.path })).toEqual({
    code: 127,
    stdout: '',
    stderr:
      'esimulator: cannot run no-such-command-here: there is no such command: ' +
      'write it as in exec -- npm test\n',
  })
  expect(await run(['exec'], { cwd: dir.path })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/something is missing: esimulator exec <command\.\.\.>/),
  })
})

test('a command that a signal ends is told as shells tell it', async () => {
  await using dir = await folder()
  const ended = await run(['exec', ...program('process.kill(process.pid, "SIGTERM")')], {
    cwd: dir.path,
  })
  expect(ended.code).toBe(143)
})
