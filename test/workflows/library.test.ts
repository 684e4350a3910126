// Workflows run from a program: all of a file, or case by case; what is left of them however they end.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CannotRunWorkflows,
  MistakesError,
  runWorkflows,
  startSimulator,
  WorkflowFailed,
  workflowCases,
} from '../../src/index.ts'
import { fileIn } from '../docs/pages.ts'
import { run, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'
import { ROOT } from '../support/source.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esimulator-library-'))
})
afterAll(() => rm(folder, { recursive: true }))

const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: go, type: openapi, url: esimulator:esim-go }
  - { name: sim, type: openapi, url: esimulator:control }
workflows:
`

const CLOCK = 'operationId: $sourceDescriptions.sim.getClock'

async function file(name: string, workflows: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, HEAD + workflows)
  return path
}

const worldsOf = async (url: string) => {
  const { body } = await call<{ worlds: { name: string }[] }>(url, '/_sim/worlds')
  return body.worlds.map(({ name }) => name)
}

const TWO = `  - workflowId: right
    inputs: { type: object, properties: { n: { type: integer, default: 1 }, text: { type: string, default: x } } }
    outputs: { n: $inputs.n, text: $inputs.text }
    x-esimulator: { tags: [smoke] }
    steps: [{ stepId: look, ${CLOCK} }]
  - workflowId: wrong
    steps: [{ stepId: look, ${CLOCK}, successCriteria: [{ condition: $statusCode == 418 }] }]
`

test('runWorkflows runs what is chosen, tells of each case, and returns the result', async () => {
  const path = await file('two.yaml', TWO)
  const told: string[] = []
  const onCase = ({ workflow }: { workflow: string }) => told.push(workflow)
  const result = await runWorkflows(path, { jobs: 1, seed: 'x', onCase })
  expect(result).toMatchObject({ outcome: 'failed', seed: 'x' })
  expect(result.cases.map(({ workflow, outcome }) => [workflow, outcome])).toEqual([
    ['right', 'passed'],
    ['wrong', 'failed'],
  ])
  expect(told).toEqual(['right', 'wrong'])
  const inputs = { n: 5, text: '7' }
  const chosen = await runWorkflows([path], { tags: ['smoke'], inputs })
  expect(chosen).toMatchObject({ outcome: 'passed', cases: [{ outputs: inputs }] })
  expect((await runWorkflows(path, { only: ['wrong'] })).cases).toHaveLength(1)
})

test('workflowCases are run one by one; one that fails shows the step and a curl', async () => {
  const cases = await workflowCases(await file('two.yaml', TWO))
  expect(cases.map(({ name }) => name)).toEqual(['two.yaml.right', 'two.yaml.wrong'])
  const [right, wrong] = cases.map((each) => each.run)
  await expect(right?.()).resolves.toBeUndefined()
  const error = await wrong?.().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(WorkflowFailed)
  expect((error as WorkflowFailed).message).toMatch(
    /✗ [\s\S]*two\.yaml:13:\d+: \$statusCode == 418 does not hold: \$statusCode is 200[\s\S]*curl -i/,
  )
  expect((error as WorkflowFailed).result.workflow).toBe('wrong')
})

test('what cannot be run is told before anything is sent', async () => {
  const path = await file('two.yaml', TWO)
  const mistaken = await file('mistaken.yaml', TWO.replace('getClock', 'getClok'))
  await expect(runWorkflows([mistaken, path])).rejects.toThrow(MistakesError)
  for (const [files, options, told] of [
    [`${folder}/none-*.yaml`, {}, /no file is like/],
    [path, { only: ['rigth'] }, /no workflow "rigth": did you mean right\?/],
    [path, { tags: ['smoek'] }, /no tag "smoek": did you mean smoke\?/],
    [path, { only: ['wrong'], tags: ['smoke'] }, /no workflow is chosen/],
    [path, { target: 'localhost' }, /the target localhost: give sim, the URL/],
    [path, { target: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1/],
    [path, { inputs: { txt: 'x' } }, /no input "txt": did you mean text\? There are: n, text/],
    [path, { inputs: { n: 'x' } }, /two\.yaml\.right: the input "n" must be integer/],
  ] as const) {
    await expect(runWorkflows(files, options)).rejects.toThrow(told)
    await expect(runWorkflows(files, options)).rejects.toThrow(CannotRunWorkflows)
  }
})

test('an input of the command line is what the schema of the inputs says', async () => {
  await file('two.yaml', TWO)
  const cli = (...inputs: string[]) =>
    run(['run', 'two.yaml', '--only', 'right', '--json', ...inputs], { cwd: folder })
  const outputs = async (...inputs: string[]) => {
    const { stdout } = await cli(...inputs)
    return JSON.parse(stdout).cases[0].outputs
  }
  expect(await outputs('--input', 'n=3', '--input', 'text=3')).toEqual({ n: 3, text: '3' })
  const problem = async (input: string) => {
    const { code, stderr } = await cli('--input', input)
    return { code, error: JSON.parse(stderr).error }
  }
  expect(await problem('n=x')).toEqual({
    code: 2,
    error: expect.stringContaining('the input "n" must be integer'),
  })
  expect(await problem('txt=x')).toEqual({
    code: 2,
    error: expect.stringContaining('there is no input "txt": did you mean text?'),
  })
})

test('a workflow whose input is missing is not run', async () => {
  const path = await file(
    'needs.yaml',
    `  - { workflowId: needs, inputs: { required: [n], properties: { n: {} } }, steps: [{ stepId: a, ${CLOCK} }] }\n`,
  )
  await expect(runWorkflows(path)).rejects.toThrow(/the input "n" is missing: give it with --input/)
})

test('200 cases that pass, fail, throw or cannot begin leave no world behind', {
  timeout: 180_000,
}, async () => {
  await using sim = await startSimulator()
  await writeFile(
    join(folder, 'api.yaml'),
    'openapi: 3.1.0\npaths: { /x: { get: { operationId: foreign } } }\n',
  )
  const cases = (length: number) =>
    `cases: [${Array.from({ length }, (_, at) => `{ name: c${at} }`).join(', ')}]`
  const path = await file(
    'many.yaml',
    `  - { workflowId: passes, x-esimulator: { ${cases(80)} }, steps: [{ stepId: a, ${CLOCK} }] }
  - { workflowId: fails, x-esimulator: { ${cases(60)} }, steps: [{ stepId: a, ${CLOCK}, successCriteria: [{ condition: $statusCode == 418 }] }] }
  - { workflowId: throws, x-esimulator: { ${cases(30)} }, steps: [{ stepId: a, operationId: $sourceDescriptions.api.foreign }] }
  - { workflowId: begins, x-esimulator: { given: no such state, ${cases(30)} }, steps: [{ stepId: a, ${CLOCK} }] }
`,
  )
  const foreign = '\n  - { name: api, type: openapi, url: api.yaml }\nworkflows:'
  await writeFile(path, (await readFile(path, 'utf8')).replace('\nworkflows:', foreign))
  const result = await runWorkflows(path, { target: sim.url, jobs: 8 })
  const reasons = (workflow: string) => [
    ...new Set(
      result.cases
        .filter((each) => each.workflow === workflow)
        .map(({ outcome, reason, steps }) =>
          [outcome, reason ?? steps[0]?.failures[0]?.message].join(': '),
        ),
    ),
  ]
  expect(result.cases).toHaveLength(200)
  expect(reasons('passes')).toEqual(['passed: '])
  expect(reasons('fails')).toEqual(['failed: $statusCode == 418 does not hold: $statusCode is 200'])
  expect(reasons('throws')).toEqual([
    expect.stringMatching(/it cannot be sent: api\.yaml is no API/),
  ])
  expect(reasons('begins')).toEqual([expect.stringMatching(/^failed: there is no world for it: /)])
  expect(await worldsOf(sim.url)).toEqual(['default'])
})

/** The order never gets an answer, and the workflow tries again and again. */
const HANGS = `  - workflowId: hangs
    x-esimulator: { cases: [{ name: a }, { name: b }, { name: c }] }
    steps:
      - stepId: fault
        operationId: $sourceDescriptions.sim.addFault
        requestBody: { payload: { provider: esim-go, operation: getOrganisation, kind: hang } }
      - stepId: ask
        operationId: $sourceDescriptions.go.getOrganisation
        onFailure: [{ name: again, type: retry, retryLimit: 900 }]
`

// Those that wait for time to pass wait side by side.
test.concurrent('a server that hangs is given up after the time-out', async () => {
  await using sim = await startSimulator()
  const path = await file('hangs.yaml', HANGS.replace('900', '1'))
  const { cases } = await runWorkflows(path, { target: sim.url, timeout: 3000, jobs: 3 })
  expect(cases.map(({ outcome, steps }) => [outcome, steps.length])).toEqual([
    ['failed', 3],
    ['failed', 3],
    ['failed', 3],
  ])
  expect(cases[0]?.steps[2]?.failures[0]?.message).toBe(
    'there was no answer: no answer came within 3 s',
  )
  expect(await worldsOf(sim.url)).toEqual(['default'])
})

test.concurrent('a target that hangs is told after a while', { timeout: 60_000 }, async () => {
  const deaf = createServer(() => {})
  deaf.listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  try {
    const target = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`
    const path = await file('two.yaml', TWO)
    await expect(runWorkflows(path, { target })).rejects.toThrow(/has not answered within 10 s/)
  } finally {
    deaf.closeAllConnections()
    deaf.close()
  }
})

test('a run that is broken off ends what is under way, and begins nothing more', async () => {
  await using sim = await startSimulator()
  const path = await file('hangs.yaml', HANGS)
  const stop = new AbortController()
  const running = runWorkflows(path, { target: sim.url, jobs: 1, signal: stop.signal })
  await expect.poll(() => worldsOf(sim.url)).toHaveLength(2)
  stop.abort(new Error('enough'))
  const { cases, outcome } = await running
  expect(outcome).toBe('failed')
  expect(cases.map((each) => [each.outcome, each.reason])).toEqual([
    ['failed', 'enough'],
    ['skipped', 'not begun: enough'],
    ['skipped', 'not begun: enough'],
  ])
  expect(await worldsOf(sim.url)).toEqual(['default'])
})

test('where whoever is told of a case throws, that is thrown, and no world is left', async () => {
  await using sim = await startSimulator()
  const cases = Array.from({ length: 20 }, (_, at) => `{ name: c${at} }`).join(', ')
  const path = await file(
    'told.yaml',
    `  - { workflowId: told, x-esimulator: { cases: [${cases}] }, steps: [{ stepId: a, ${CLOCK} }] }\n`,
  )
  let told = 0
  const onCase = () => {
    told += 1
    throw new Error('told enough')
  }
  const running = runWorkflows(path, { target: sim.url, jobs: 4, onCase })
  await expect(running).rejects.toThrow('told enough')
  expect(told).toBeLessThan(9)
  expect(await worldsOf(sim.url)).toEqual(['default'])
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s: worlds are removed, what was done is told, and the status is %d',
  async (signal, status) => {
    await file('hangs.yaml', HANGS)
    await using server = await startServer([], { cwd: folder })
    const main = join(ROOT, 'dist/cli/main.js')
    const args = ['run', 'hangs.yaml', '--target', server.url, '--jobs', '2']
    const child = spawn(process.execPath, [main, ...args], { cwd: folder })
    const stdout = text(child.stdout)
    const ended = once(child, 'exit')
    await expect.poll(() => worldsOf(server.url), { timeout: 20_000 }).toHaveLength(3)
    child.kill(signal)
    expect((await ended)[0]).toBe(status)
    expect(await stdout).toMatch(/0 passed, 2 failed, 1 skipped in \d+ ms\n$/)
    expect(await worldsOf(server.url)).toEqual(['default'])
  },
)

test('the example of the documentation runs in Vitest', { timeout: 60_000 }, async () => {
  const code = fileIn('docs/library.md', 'scenarios.test.ts').replace('highland-*', '*')
  const project = join(folder, 'project')
  await mkdir(join(project, 'node_modules'), { recursive: true })
  await mkdir(join(project, 'scenarios'))
  await symlink(join(ROOT, 'node_modules/vitest'), join(project, 'node_modules/vitest'))
  await symlink(ROOT, join(project, 'node_modules/esimulator'))
  await writeFile(join(project, 'scenarios.test.ts'), code)
  await writeFile(join(project, 'scenarios/two.yaml'), HEAD + TWO)
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--root', project], {
    cwd: project,
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  })
  const [stdout, stderr, [code1]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  expect(stdout).toMatch(/Tests {2}1 failed \| 1 passed/)
  expect(stderr).toMatch(/FAIL .*two\.yaml\.wrong[\s\S]*\$statusCode == 418 does not hold/)
  expect(code1).toBe(1)
})
