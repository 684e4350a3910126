// `esimulator workflow`, and `start --workflows`: the built command line, from the list to the report.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowRunShown, WorkflowsShown } from '../../src/index.ts'
import { folder, run, type Server, startServer } from '../support/cli.ts'

const OWN = `arazzo: 1.0.1
info: { title: Ours, version: 1.0.0 }
sourceDescriptions: [{ name: sim, type: openapi, url: esimulator:control }]
workflows:
  - workflowId: wait
    summary: Time goes by
    inputs: { type: object, properties: { by: { type: string, default: P1D } } }
    steps:
      - stepId: looks
        operationId: $sourceDescriptions.sim.getClock
      - stepId: moves
        operationId: $sourceDescriptions.sim.advanceClock
        requestBody: { payload: { by: $inputs.by } }
`

let dir: Awaited<ReturnType<typeof folder>>
let server: Server
beforeAll(async () => {
  dir = await folder()
  await mkdir(join(dir.path, 'flows'))
  await writeFile(join(dir.path, 'flows/wait.arazzo.yaml'), OWN)
  await writeFile(join(dir.path, 'flows/wrong.arazzo.yaml'), OWN.replace('getClock', 'getClok'))
  server = await startServer(['--ephemeral', '--workflows', 'flows'], { cwd: dir.path })
}, 60_000)
afterAll(async () => {
  await server.stop()
  await dir[Symbol.asyncDispose]()
})

const workflow = (...args: string[]) =>
  run(['workflow', ...args], { cwd: dir.path, env: { ESIMULATOR_URL: server.url } })

test('lists what ships with the package and what the folder has, mistakes with their lines', async () => {
  const { code, stdout } = await workflow()
  expect(code).toBe(0)
  expect(stdout).toMatch(/^esimulator:highland-qr-expires\.arazzo\.yaml +qrExpires +The bar code/m)
  expect(stdout).toMatch(/^wait\.arazzo\.yaml +wait +Time goes by$/m)
  expect(stdout).toMatch(/^wrong\.arazzo\.yaml:10: .*getClock/m)
  const json = JSON.parse((await workflow('--json')).stdout) as WorkflowsShown
  expect(json.folder).toBe(join(dir.path, 'flows'))
  expect(json.problems).toHaveLength(1)
}, 60_000)

test('runs one a step at a time, and prints its report', async () => {
  const begun = await workflow('start', 'wait.arazzo.yaml', '--input', 'by=P3D', '--pause')
  expect(begun.stdout).toMatch(/^run_1: wait of wait\.arazzo\.yaml paused, in the world run_1\./)
  expect(begun.stdout).toContain('looks comes next: esimulator workflow next run_1')
  expect((await workflow('next', 'run_1')).stdout).toMatch(/ {2}passed {2}looks {2}GET .* -> 200$/m)
  const early = await workflow('report', 'run_1')
  expect([early.code, early.stderr]).toEqual([
    2,
    'esimulator: there is no report of run_1: it is paused: let it end\n',
  ])
  const last = await workflow('next', 'run_1', '--json')
  const { state, steps } = JSON.parse(last.stdout) as WorkflowRunShown
  expect(state).toBe('passed')
  expect(steps.at(-1)).toMatchObject({ id: 'moves', clock: expect.stringMatching(/Z$/) })
  expect((await workflow('runs')).stdout).toMatch(
    /^run_1 +passed +wait\.arazzo\.yaml +wait +run_1/m,
  )
  expect((await workflow('report', 'run_1', '--format', 'junit')).stdout).toContain('<testsuite')
  expect((await workflow('report', 'run_1')).stdout).toMatch(/^<!doctype html>/)
  expect((await workflow('remove', 'run_1')).stdout).toBe('run_1 is gone, and its world\n')
  expect((await workflow('show', 'run_1')).stderr).toContain('there is no run run_1')
}, 60_000)

test('what cannot be is refused', async () => {
  const none = await run(['start', '--ephemeral', '--workflows', 'none'], { cwd: dir.path })
  expect([none.code, none.stderr]).toEqual([
    2,
    'esimulator: --workflows: there is no folder none: make it first, or name another\n',
  ])
  expect((await workflow('report', 'run_1', '--format', 'pdf')).stderr).toContain(
    '--format pdf: give html, json, junit',
  )
  expect((await workflow('begin')).stderr).toContain('there is no "workflow begin"')
}, 60_000)
