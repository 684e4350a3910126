// The operations of the control API: where each is found, what it is asked, and what it answers.
import type { components, operations } from './spec.d.ts'

export type Schemas = components['schemas']
export type OperationId = keyof operations

/**
 * Method of every operation, and its path below `/_sim`: all that a client
 * needs of the spec.
 */
export const ROUTES = {
  getHealth: 'GET /health',
  getReady: 'GET /ready',
  getMetrics: 'GET /metrics',
  getOpenApi: 'GET /openapi.json',
  listWorlds: 'GET /worlds',
  createWorld: 'POST /worlds',
  getWorld: 'GET /worlds/{name}',
  removeWorld: 'DELETE /worlds/{name}',
  resetWorld: 'POST /reset',
  getClock: 'GET /clock',
  advanceClock: 'POST /clock/advance',
  freezeClock: 'POST /clock/freeze',
  resumeClock: 'POST /clock/resume',
  listUpcoming: 'GET /upcoming',
  listSims: 'GET /sims',
  getSim: 'GET /sims/{iccid}',
  downloadSim: 'POST /sims/{iccid}/download',
  installSim: 'POST /sims/{iccid}/install',
  enableSim: 'POST /sims/{iccid}/enable',
  disableSim: 'POST /sims/{iccid}/disable',
  deleteSim: 'POST /sims/{iccid}/delete',
  attachSim: 'POST /sims/{iccid}/attach',
  detachSim: 'POST /sims/{iccid}/detach',
  useSim: 'POST /sims/{iccid}/use',
  listLifecycles: 'GET /lifecycles',
  listMessages: 'GET /messages',
  listCallbacks: 'GET /callbacks',
  sendCallback: 'POST /callbacks',
  listDeliveries: 'GET /deliveries',
  listCallable: 'GET /calls/{slug}',
  callProvider: 'POST /calls',
  getDelivery: 'GET /deliveries/{id}',
  listCallbackTargets: 'GET /callbacks/target',
  getCallbackTarget: 'GET /callbacks/target/{slug}',
  setCallbackTarget: 'PUT /callbacks/target/{slug}',
  removeCallbackTarget: 'DELETE /callbacks/target/{slug}',
  getCallback: 'GET /callbacks/{id}',
  redeliverCallback: 'POST /callbacks/{id}/redeliver',
  listMagicValues: 'GET /magic',
  listFaults: 'GET /faults',
  addFault: 'POST /faults',
  clearFaults: 'DELETE /faults',
  listFaultKinds: 'GET /faults/kinds',
  getFault: 'GET /faults/{id}',
  removeFault: 'DELETE /faults/{id}',
  listJournal: 'GET /journal',
  exportHar: 'GET /journal.har',
  getJournalEntry: 'GET /journal/{id}',
  explainExchange: 'GET /journal/{id}/explain',
  listCommands: 'GET /commands',
  streamEvents: 'GET /events',
  waitFor: 'GET /wait',
  waitUntil: 'POST /wait',
  getState: 'GET /state',
  putState: 'PUT /state',
  listSnapshots: 'GET /snapshots',
  getSnapshot: 'GET /snapshots/{name}',
  saveSnapshot: 'PUT /snapshots/{name}',
  removeSnapshot: 'DELETE /snapshots/{name}',
  restoreSnapshot: 'POST /snapshots/{name}/restore',
  diffSnapshots: 'GET /snapshots/{name}/diff/{other}',
  listHistory: 'GET /history',
  rewindWorld: 'POST /rewind',
  listSettings: 'GET /settings',
  getSettings: 'GET /settings/{slug}',
  changeSettings: 'PATCH /settings/{slug}',
  getStock: 'GET /stock/{slug}',
  changeStock: 'PATCH /stock/{slug}',
  listWorkflows: 'GET /workflows',
  recordWorkflow: 'POST /workflows/record',
  listWorkflowRuns: 'GET /workflows/runs',
  startWorkflowRun: 'POST /workflows/runs',
  getWorkflowRun: 'GET /workflows/runs/{id}',
  removeWorkflowRun: 'DELETE /workflows/runs/{id}',
  nextWorkflowStep: 'POST /workflows/runs/{id}/next',
  continueWorkflowRun: 'POST /workflows/runs/{id}/continue',
  getWorkflowReport: 'GET /workflows/runs/{id}/report',
  listProvenance: 'GET /provenance',
  getProvenance: 'GET /provenance/{slug}',
} as const satisfies Readonly<Record<OperationId, `${string} /${string}`>>

type JsonOf<T> = T extends { content: { 'application/json': infer Body } } ? Body : never

/** The path parameters of an operation; `never` where it has none. */
export type PathOf<Id extends OperationId> = NonNullable<operations[Id]['parameters']['path']>

/** The query parameters of an operation; `never` where it has none. */
export type QueryOf<Id extends OperationId> = NonNullable<operations[Id]['parameters']['query']>

/** The body of an operation; `undefined` where it takes none, or may go without. */
export type BodyOf<Id extends OperationId> = operations[Id] extends { requestBody: infer Body }
  ? JsonOf<Body>
  : JsonOf<NonNullable<operations[Id]['requestBody']>> | undefined

/**
 * What an operation answers where it does what it is asked; `undefined` where
 * that is nothing.
 */
export type AnswerOf<Id extends OperationId> = operations[Id]['responses'] extends
  | { 200: infer Answer }
  | { 201: infer Answer }
  ? JsonOf<Answer>
  : undefined

/** The operations whose answer is a stream of events. */
export type StreamingId = {
  [Id in OperationId]: operations[Id]['responses'] extends {
    200: { content: { 'text/event-stream': unknown } }
  }
    ? Id
    : never
}[OperationId]
