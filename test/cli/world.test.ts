// `esimulator world`, and what jobs of CI make of it: the examples in examples/ci are run.
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { type Ended, folder, run } from '../support/cli.ts'
import { call } from '../support/control.ts'

const examples = fileURLToPath(new URL('../../examples/ci/', import.meta.url))
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let sim: RunningSimulator
let dir: Awaited<ReturnType<typeof folder>>
/** The environment of a job: where the simulator is, and `npx esimulator`. */
let env: Record<string, string>
beforeAll(async () => {
  sim = await startSimulator({ token: 'a-secret' })
  dir = await folder()
  const bin = join(dir.path, 'bin')
  await mkdir(bin)
  // As npx runs the installed one.
  await writeFile(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${MAIN}' "$@"\n`)
  await chmod(join(bin, 'npx'), 0o755)
  const PATH = `${bin}:${process.env.PATH}`
  env = { PATH, ESIMULATOR_URL: sim.url, ESIMULATOR_TOKEN: 'a-secret' }
})
afterAll(async () => {
  await sim.close()
  await dir[Symbol.asyncDispose]()
})

const esimulator = (...args: string[]): Promise<Ended> => run(args, { cwd: dir.path, env })

/** A script of a job, run by bash. */
const bash = (args: readonly string[], more: Record<string, string> = {}) =>
  promisify(execFile)('bash', [...args], { cwd: dir.path, env: { ...env, ...more } })

const headers = { Authorization: 'Bearer a-secret' }
const names = async () => {
  const { body } = await call<{ worlds: { name: string }[] }>(sim.url, '/_sim/worlds', { headers })
  return body.worlds.map(({ name }) => name)
}

test('a world is made as it is told, listed, shown and removed', async () => {
  const flags = ['--seed', 'mine', '--given', 'an assigned bundle', '--ttl', '1h']
  const clock = ['--clock', 'frozen', '--at', '2026-03-01T00:00:00Z']
  const made = await esimulator('world', 'create', 'job', ...flags, ...clock)
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toMatch(
    /^the world "job": 2026-03-01T00:00:00.000Z frozen, \d+ SIMs, seed mine$/m,
  )
  expect(made.stdout).toContain(`${sim.url}/w/job/esim-go/v2.4`)
  expect(made.stdout).toMatch(/^in a shell: eval "\$\(esimulator env --world job --url .*\)"$/m)
  expect(made.stdout).toMatch(/^removed by itself at 20/m)

  expect((await esimulator('world')).stdout).toMatch(/^job +2026-03-01T00:00:00.000Z frozen/m)
  expect((await esimulator('world', 'show', 'job')).stdout).toContain('the world "job": ')
  const shown = JSON.parse((await esimulator('world', 'show', '--world', 'job', '--json')).stdout)
  expect(shown).toMatchObject({ name: 'job', seed: 'mine', expiresAt: expect.any(String) })
  expect(await esimulator('world', 'remove', 'job')).toMatchObject({
    code: 0,
    stdout: 'the world "job" is gone\n',
  })
  expect(await names()).toEqual(['default'])
})

test('its variables are lines for eval', async () => {
  const json = await esimulator('world', 'create', 'two', '--json')
  const { credentials } = JSON.parse(json.stdout)
  const script = `eval "$(npx esimulator world env two)"; echo $ESIMULATOR_WORLD $ESIM_GO_API_KEY`
  const { stdout } = await bash(['-c', script])
  expect(stdout).toBe(`two ${credentials['esim-go'].apiKey}\n`)
  expect(await esimulator('world', 'remove', 'two')).toMatchObject({ code: 0 })
})

test.each([
  [['create'], /something is missing: esimulator world create NAME, as in/],
  [['create', 'x', '--clock', 'fast'], /--clock fast: give running or frozen/],
  [['create', 'x', '--ttl', 'soon'], /ttl: "soon" is not a duration/],
  [['create', 'default'], /exists already/],
  [['show', 'nowhere'], /there is no world "nowhere"/],
  [['env', 'nowhere'], /there is no world "nowhere"/],
  [['remove', 'default'], /POST \/_sim\/reset begins it anew/],
  [['make', 'x'], /there is no "world make"; there are: list, create, show, env, remove/],
])('world %j is refused in a sentence', async (args, sentence) => {
  expect(await esimulator('world', ...args)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(sentence),
  })
})

test('a state put into a new world tells how a shell gets its variables', async () => {
  await esimulator('state', 'export', 'state.json')
  const { stdout } = await esimulator('state', 'import', 'state.json', '--world', 'copy')
  const [, command = ''] = /^in a shell: (eval .*)$/m.exec(stdout) ?? []
  const script = `${command.replace('esimulator', 'npx esimulator')}; echo $ESIMULATOR_WORLD`
  expect((await bash(['-c', script])).stdout).toBe('copy\n')
  await esimulator('world', 'remove', 'copy')
})

test('the shell example runs a command in a world of its own, and leaves none behind', async () => {
  const script = join(examples, 'in-own-world.sh')
  const list = 'curl -s -H "X-API-Key: $ESIM_GO_API_KEY" "$ESIM_GO_BASE_URL/esims?perPage=1"'
  const job = (command: string) => bash([script, 'sh', '-c', command], { CI_JOB_ID: '4711' })
  const { stdout } = await job(`${list}; echo; echo "in $ESIMULATOR_WORLD"`)
  expect(stdout).toMatch(/^\{"esims":/m)
  expect(stdout).toMatch(/^in ci-4711$/m)
  expect(await names()).toEqual(['default'])
  // A failure of the command is one of the job, and the world goes all the same.
  await expect(job('exit 3')).rejects.toMatchObject({ code: 3 })
  expect(await names()).toEqual(['default'])
})

test('the shell example without a command says so, and makes no world', async () => {
  await expect(bash([join(examples, 'in-own-world.sh')])).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('give the command to run, as in npm test'),
  })
})

interface Step {
  readonly run?: string
  readonly uses?: string
  readonly if?: string
}

test('the steps of the GitHub Actions example make a world, use it and remove it', async ({
  skip,
}) => {
  // Runners of GitHub have it.
  await bash(['-c', 'command -v jq']).catch(() => skip('jq is not installed'))
  const text = await readFile(join(examples, 'github-actions.yml'), 'utf8')
  const { steps } = (parse(text) as { jobs: { test: { steps: Step[] } } }).jobs.test
  const own = steps.flatMap(({ run: script }) => (script?.includes('esimulator') ? [script] : []))
  expect(own).toHaveLength(3)
  const file = join(dir.path, 'github-env')
  const [create = '', variables = '', remove = ''] = own
  const step = (script: string) =>
    bash(['-e', '-c', script], { WORLD: 'ci-1-1-2', GITHUB_ENV: file })
  await step(create)
  await step(variables)
  const set = Object.fromEntries(
    (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  )
  const { status } = await fetch(`${set.ESIM_GO_BASE_URL}/esims`, {
    headers: { 'X-API-Key': set.ESIM_GO_API_KEY },
  })
  expect([status, set.ESIMULATOR_WORLD]).toEqual([200, 'ci-1-1-2'])
  await step(remove)
  expect(await names()).toEqual(['default'])
  expect(steps.at(-1)).toMatchObject({ if: 'always()', run: remove })
})
