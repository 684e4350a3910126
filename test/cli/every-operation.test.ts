// Everything of `/_sim` has a command: each operation of the control API is asked for by one.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ACTIONS } from '../../src/cli/actions.ts'
import { COMMANDS, nameOf } from '../../src/cli/commands.ts'
import { run } from '../../src/cli/program.ts'
import type { OperationId } from '../../src/control/operations.ts'
import { compileSpec } from '../../src/server/spec.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { folder } from '../support/cli.ts'

const ICCID = '8943108170000000013'

/** By operation, a command line that asks for it. */
const ASKED: Partial<Readonly<Record<OperationId, string>>> = {
  getHealth: 'wait-ready --timeout 300ms',
  getMetrics: 'metrics',
  listWorlds: 'world',
  createWorld: 'world create ci-7',
  getWorld: 'env',
  removeWorld: 'world remove ci-7',
  resetWorld: 'reset --given default',
  getClock: 'clock',
  advanceClock: 'clock advance P3D',
  freezeClock: 'clock freeze',
  resumeClock: 'clock resume',
  listUpcoming: 'clock upcoming',
  listSims: 'sim',
  getSim: `sim show ${ICCID}`,
  downloadSim: `sim download ${ICCID}`,
  installSim: `sim install ${ICCID}`,
  enableSim: `sim enable ${ICCID}`,
  disableSim: `sim disable ${ICCID}`,
  deleteSim: `sim delete ${ICCID}`,
  attachSim: `sim attach ${ICCID} DE`,
  detachSim: `sim detach ${ICCID}`,
  useSim: `sim use ${ICCID} 500MB`,
  listLifecycles: 'sim lifecycles',
  listMessages: 'messages',
  listCallbacks: 'callbacks',
  sendCallback: 'callbacks send esim-go Utilisation',
  listDeliveries: 'callbacks deliveries',
  getDelivery: 'callbacks delivery 1',
  listCallbackTargets: 'callbacks target',
  getCallbackTarget: 'callbacks target esim-go',
  setCallbackTarget: 'callbacks target esim-go http://127.0.0.1:3000/',
  removeCallbackTarget: 'callbacks target esim-go none',
  getCallback: 'callbacks show cb_000001',
  redeliverCallback: 'callbacks redeliver cb_000001',
  listMagicValues: 'fault magic',
  listFaults: 'fault',
  addFault: 'fault add esim-go createOrder reset',
  clearFaults: 'fault clear',
  getFault: 'fault show fault_1',
  removeFault: 'fault remove fault_1',
  listJournal: 'journal',
  exportHar: 'journal har',
  getJournalEntry: 'journal 12',
  explainExchange: 'journal explain 12',
  streamEvents: 'events',
  waitFor: 'wait callback --still',
  waitUntil: 'wait event --type sim.enabled',
  getState: 'state export',
  putState: 'state import state.json',
  listSnapshots: 'snapshot',
  getSnapshot: 'snapshot show before',
  saveSnapshot: 'snapshot save before',
  removeSnapshot: 'snapshot delete before',
  restoreSnapshot: 'snapshot restore before',
  diffSnapshots: 'snapshot diff before',
  listHistory: 'history',
  rewindWorld: 'rewind 1',
  listSettings: 'settings',
  getSettings: 'settings esim-go',
  getStock: 'stock show esim-go',
  changeStock: 'stock set esim-go balance=1',
  listCallable: 'call esim-go',
  callProvider: 'call esim-go listEsims',
  listWorkflows: 'workflow',
  listWorkflowRuns: 'workflow runs',
  startWorkflowRun: 'workflow start esimulator:highland-qr-expires.arazzo.yaml',
  getWorkflowRun: 'workflow show run_1',
  removeWorkflowRun: 'workflow remove run_1',
  nextWorkflowStep: 'workflow next run_1',
  continueWorkflowRun: 'workflow continue run_1',
  getWorkflowReport: 'workflow report run_1',
  listProvenance: 'provenance',
  getProvenance: 'provenance esim-go',
}

/** Operations without a command of their own, and why. */
const EXCEPTIONS: Partial<Readonly<Record<OperationId, string>>> = {
  getOpenApi: 'a document for programs: they read it from /_sim/openapi.json',
  getReady: '`wait-ready` asks for it once the health has told who answers',
  listFaultKinds: '`fault kinds` tells them where no simulator runs, too',
  listCommands: '`record` asks for it once it has the journal',
  recordWorkflow: '`record` makes the same by itself, of simulators that cannot, too',
  changeSettings: '`set` looks the settings up first, so that a text becomes what its default is',
}

const spec = await compileSpec(readSpec('control.yaml'))

/** Operations that were asked for; each is refused, so that a command asks for its first alone. */
const asked: (string | undefined)[] = []
const server = createServer((request, response) => {
  const found = spec.find(request.method ?? '', (request.url ?? '').split('?', 1)[0] ?? '')
  asked.push(typeof found === 'object' ? found.operation.id : undefined)
  response.writeHead(409, { 'Content-Type': 'application/problem+json', Connection: 'close' })
  response.end(JSON.stringify({ title: 'Conflict', status: 409, detail: 'refused for the test' }))
})

let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  dir = await folder()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  vi.stubEnv('ESIMULATOR_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(dir.path, 'state.json'), '{}')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  server.close()
  await dir[Symbol.asyncDispose]()
})

test('every operation has a command, or a reason why it has none', () => {
  const told = [...Object.keys(ASKED), ...Object.keys(EXCEPTIONS)]
  expect(told.toSorted()).toEqual([...spec.operations.keys()].toSorted())
})

test.each(Object.entries(ASKED))('%s is asked for by esimulator %s', async (id, line) => {
  asked.length = 0
  const args = line.replace('state.json', join(dir.path, 'state.json')).split(' ')
  await run(args).catch(() => {})
  expect(asked).toContain(id)
})

test('every command has an example that begins with its name, and its actions are its own', () => {
  for (const definition of COMMANDS) {
    expect(definition.examples.length, nameOf(definition)).toBeGreaterThan(0)
    for (const example of definition.examples)
      expect(example.split(' ', 1)).toEqual([nameOf(definition)])
  }
  const names = COMMANDS.map(nameOf)
  expect(Object.keys(ACTIONS).filter((name) => !names.includes(name))).toEqual([])
})
