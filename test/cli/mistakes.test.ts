// Mistakes on the command line: one voice, a guess wherever something was meant, and JSON where that is asked for.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { folder, run } from '../support/cli.ts'

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

const esimulator = (args: readonly string[]) =>
  run(args, { cwd: dir.path, env: { ESIMULATOR_URL: sim.url } })

test.each([
  [['clok'], /there is no command "clok": did you mean clock\?/],
  [['clock', '--wrld', 'x'], /there is no option --wrld: did you mean --world\?/],
  [['start', '--ephemral'], /there is no option --ephemral: did you mean --ephemeral\?/],
  [['start', '--tokn=a-secret'], /there is no option --tokn: did you mean --token\?/],
  [['start', '--port'], /--port needs a value, as in --port PORT/],
  [['clock', '--url'], /--url needs a value, as in --url URL/],
  [['start', '--ephemeral=3'], /--ephemeral takes no value/],
  [['start', 'now'], /one argument too many: start takes flags alone/],
  [['clock', 'advance', 'P1D', 'x', 'y'], /one argument too many: clock takes/],
  [['set'], /something is missing: esimulator set <provider>/],
  [['sim', 'instal', '1'], /there is no "sim instal": did you mean sim install\?/],
  [['wait', 'calback'], /there is no "wait calback": did you mean wait callback\?/],
  [['set', 'esim-go', 'ratelimit=10'], /no setting "ratelimit": did you mean rateLimit\?/],
  [['settings', 'esimgo'], /no provider "esimgo": did you mean esim-go\?/],
  [
    ['start', '--set', 'esimgo.rateLimit=1'],
    /--set esimgo\.rateLimit: there is no provider "esimgo": did you mean esim-go\?/,
  ],
  [['start', '--set', 'esim-go.rateLimt=1'], /no setting "rateLimt": did you mean rateLimit\?/],
  [['start', '--set', 'esim-go.strict=maybe'], /--set esim-go\.strict: it must be true or false/],
  [
    ['start', '--set', 'strict'],
    /"strict" is no setting: give a provider, a setting and its value/,
  ],
  [
    ['start', '--given', 'an asigned bundle'],
    /--given: there is no state "an asigned bundle" \(did you mean "an assigned bundle"\?\)/,
  ],
  [['events', '--types', 'calback'], /there is no type "calback": did you mean callback\?/],
  [['events', '--follow', '--count', 'x'], /--count x: give a whole number/],
  [['help', 'clok'], /there is no command "clok": did you mean clock\?/],
  [['clok', '--help'], /there is no command "clok": did you mean clock\?/],
  [['advance', 'P1D'], /there is no command "advance": did you mean clock advance\?/],
  [['fault', 'clear', 'fault_1'], /one argument too many: fault clear takes flags alone/],
  [['sim', 'use', '8943108000000000001', '800', 'MB'], /too many: sim use takes ICCID AMOUNT/],
  [['snapshot', 'diff', 'a', 'b', 'c'], /too many: snapshot diff takes NAME \[OTHER\]/],
  [['pact', 'verfy', 'x'], /there is no "pact verfy": did you mean pact verify\?/],
  [['spec', 'dif', 'a', 'b'], /there is no "spec dif": did you mean spec diff\?/],
  [['mcp', '--provider', 'esimgo'], /there is no provider "esimgo": did you mean esim-go\?/],
  [['doctor', '--target', 'nope'], /the target nope: give sim, the URL/],
  [['wait', 'event', '--operation', 'x'], /--operation tells nothing of a event/],
] as const)('%j: one sentence, status 2', async (args, sentence) => {
  const { code, stdout, stderr } = await esimulator(args)
  expect(stderr).toMatch(sentence)
  expect(stderr).toMatch(/^esimulator: .*\n$/)
  expect(stderr).not.toContain('a-secret')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('an error is JSON where that is asked for, with the status and the code of a refusal', async () => {
  const refused = await esimulator(['sim', 'show', '8900000000000000000', '--json'])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(JSON.parse(refused.stderr)).toEqual({
    error: expect.stringContaining('8900000000000000000'),
    status: 404,
    code: 'not-found',
  })
  const mistyped = await esimulator(['clok', '--json'])
  expect(JSON.parse(mistyped.stderr)).toEqual({ error: expect.stringMatching(/no command/) })
})

test('help says what a command, an action and an option are for, within 80 columns', async () => {
  for (const args of [['--help'], ['start', '--help'], ['doctor', '--help'], ['fault', '--help']]) {
    const { code, stdout } = await esimulator(args)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(code).toBe(0)
  }
  const whole = await esimulator(['sim', '--help'])
  expect(whole.stdout).toMatch(/Actions:\n[\s\S]*use ICCID AMOUNT[\s\S]*Examples:/)
  const own = await esimulator(['sim', 'use', '--help'])
  expect(own.stdout).toMatch(/^Usage: esimulator sim use ICCID AMOUNT \[options\]\n/)
  expect(await esimulator(['help', 'sim', 'use'])).toEqual(own)
})

test('the version is told in each of the ways in which it is asked for', async () => {
  const { stdout } = await esimulator(['--version'])
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  for (const args of [['-v'], ['-V'], ['version']])
    expect(await esimulator(args)).toEqual({ code: 0, stdout, stderr: '' })
})
