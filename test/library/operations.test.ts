// Every operation of /_sim has a method of the client: each is called once, and seen on its way.
import { createServer, request } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { type OperationId, ROUTES } from '../../src/control/operations.ts'
import { connect, type SimulatorClient, startSimulator } from '../../src/index.ts'

type Method = (sim: SimulatorClient) => unknown

const FAULT = { provider: 'esim-go', operation: 'listEsims', kind: 'empty' } as const
const GONE = '0'

/** A new operation does not compile until its method stands here. */
const METHODS: Readonly<Record<OperationId, Method>> = {
  getHealth: (sim) => sim.health(),
  getReady: (sim) => sim.ready(),
  getMetrics: (sim) => sim.metrics(),
  getOpenApi: (sim) => sim.openApi(),
  listWorlds: (sim) => sim.worlds.list(),
  createWorld: (sim) => sim.worlds.create({ name: 'w' }),
  getWorld: (sim) => sim.show(),
  removeWorld: (sim) => sim.worlds.remove('w'),
  resetWorld: (sim) => sim.reset(),
  getClock: (sim) => sim.clock.show(),
  advanceClock: (sim) => sim.clock.advance('PT1S'),
  freezeClock: (sim) => sim.clock.freeze(),
  resumeClock: (sim) => sim.clock.resume(),
  listUpcoming: (sim) => sim.clock.upcoming(),
  listSims: (sim) => sim.sims(),
  getSim: (sim) => sim.device(GONE).show(),
  downloadSim: (sim) => sim.device(GONE).download(),
  installSim: (sim) => sim.device(GONE).install(),
  enableSim: (sim) => sim.device(GONE).enable(),
  disableSim: (sim) => sim.device(GONE).disable(),
  deleteSim: (sim) => sim.device(GONE).delete(),
  attachSim: (sim) => sim.device(GONE).attach('GB'),
  detachSim: (sim) => sim.device(GONE).detach(),
  useSim: (sim) => sim.device(GONE).use('1MB'),
  listLifecycles: (sim) => sim.lifecycles(),
  listMessages: (sim) => sim.messages(),
  listCallbacks: (sim) => sim.callbacks.list(),
  sendCallback: (sim) => sim.callbacks.send({ provider: 'esim-go', type: 'FirstUse' }),
  listDeliveries: (sim) => sim.callbacks.deliveries(),
  getDelivery: (sim) => sim.callbacks.delivery(1),
  listCallbackTargets: (sim) => sim.callbacks.targets(),
  getCallbackTarget: (sim) => sim.callbacks.targetOf('esim-go'),
  setCallbackTarget: (sim) => sim.callbacks.target('esim-go', 'http://127.0.0.1:9/'),
  removeCallbackTarget: (sim) => sim.callbacks.target('esim-go', undefined),
  getCallback: (sim) => sim.callbacks.get(GONE),
  redeliverCallback: (sim) => sim.callbacks.redeliver(GONE),
  listMagicValues: (sim) => sim.magic(),
  listFaults: (sim) => sim.faults.list(),
  addFault: (sim) => sim.faults.add(FAULT),
  clearFaults: (sim) => sim.faults.clear(),
  listFaultKinds: (sim) => sim.faults.kinds(),
  getFault: (sim) => sim.faults.get(GONE),
  removeFault: (sim) => sim.faults.remove(GONE),
  listJournal: (sim) => sim.journal.list(),
  exportHar: (sim) => sim.journal.har(),
  getJournalEntry: (sim) => sim.journal.get(1),
  explainExchange: (sim) => sim.journal.explain(1),
  listCommands: (sim) => sim.commands(),
  streamEvents: (sim) =>
    sim
      .events({ signal: AbortSignal.timeout(500) })
      [Symbol.asyncIterator]()
      .next(),
  waitFor: (sim) => sim.waitFor({ requests: {} }, { timeout: '0s' }),
  waitUntil: (sim) => sim.wait({ requests: {} }, { within: 'PT0S' }),
  getState: (sim) => sim.state(),
  putState: async (sim) => sim.restore(await sim.state()),
  listSnapshots: (sim) => sim.snapshots.list(),
  getSnapshot: (sim) => sim.snapshots.get('s'),
  saveSnapshot: (sim) => sim.snapshots.save('s'),
  removeSnapshot: (sim) => sim.snapshots.remove('s'),
  restoreSnapshot: (sim) => sim.snapshots.restore('s'),
  diffSnapshots: (sim) => sim.snapshots.diff('s'),
  listHistory: (sim) => sim.history(),
  rewindWorld: (sim) => sim.rewind(1),
  listSettings: (sim) => sim.allSettings(),
  getSettings: (sim) => sim.settings('esim-go'),
  changeSettings: (sim) => sim.set('esim-go', { strict: true }),
  getStock: (sim) => sim.stock('esim-go'),
  changeStock: (sim) => sim.restock('esim-go', { balance: 5 }),
  listCallable: (sim) => sim.calls.list('esim-go'),
  callProvider: (sim) => sim.calls.make({ provider: 'esim-go', operation: 'listEsims' }),
  listWorkflows: (sim) => sim.workflows.list(),
  listWorkflowRuns: (sim) => sim.workflows.runs(),
  recordWorkflow: (sim) => sim.workflows.record(),
  startWorkflowRun: (sim) => sim.workflows.start({ file: 'none.yaml' }),
  getWorkflowRun: (sim) => sim.workflows.get('run_1'),
  removeWorkflowRun: (sim) => sim.workflows.remove('run_1'),
  nextWorkflowStep: (sim) => sim.workflows.next('run_1'),
  continueWorkflowRun: (sim) => sim.workflows.continue('run_1'),
  getWorkflowReport: (sim) => sim.workflows.report('run_1'),
  listProvenance: (sim) => sim.provenance.list(),
  getProvenance: (sim) => sim.provenance.show('esim-go'),
}

const sim = await startSimulator({ providers: ['esim-go'] })
afterAll(() => sim.close())

/** What was asked, as `GET /clock`. */
const asked: string[] = []
const between = createServer((from, back) => {
  const path = from.url?.replace(/^.*\/_sim/, '').split('?')[0]
  asked.push(`${from.method} ${path}`)
  const { method, headers } = from
  const on = request(sim.url + from.url, { method, headers }, (answer) => {
    back.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(back)
  })
  from.pipe(on)
})
await new Promise<void>((done) => between.listen(0, '127.0.0.1', done))
afterAll(() => {
  between.closeAllConnections()
  between.close()
})
const address = between.address()
const port = typeof address === 'object' ? address?.port : 0
const client = await connect(`http://127.0.0.1:${port}`)

test.each(Object.keys(ROUTES) as OperationId[])('%s has a method', async (id) => {
  asked.length = 0
  // Many are refused here, as there is no such thing: that they are asked is what counts.
  await Promise.resolve(METHODS[id](client as unknown as SimulatorClient)).catch(() => {})
  const [method, path = ''] = ROUTES[id].split(' ')
  const pattern = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
  expect(asked).toContainEqual(expect.stringMatching(pattern))
})
