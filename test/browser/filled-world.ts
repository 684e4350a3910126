// A world with something on every page of the dashboard: four providers, what was refused, what is broken, callbacks of every state, snapshots, runs.
import type { RunningSimulator } from '../../src/index.ts'

const WORKFLOW = 'highland-qr-expires'
const NOBODY = '8943108170000000001'

/** What the pages of single things are named after. */
export interface Filled {
  readonly iccid: string
  readonly delivered: string
  readonly failed: string
  readonly unsent: string
  readonly refused: number
  readonly run: string
}

/** Sends one of the bodies that an operation comes with; the number of the exchange. */
async function call(
  { calls }: RunningSimulator,
  provider: string,
  operation: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { operations } = await calls.list(provider)
  const bodies = operations.find(({ id }) => id === operation)?.bodies ?? []
  const example = bodies.find(({ name }) => name === 'newEsim') ?? bodies[0]
  const body = example === undefined ? {} : { body: example.value }
  const { exchange } = await calls.make({ provider, operation, parameters, ...body })
  return exchange ?? 0
}

/** Sends a callback of eSIM Go, and waits until it was tried. */
async function callback(simulator: RunningSimulator, type: string, iccid: string, isTried = true) {
  const { id } = await simulator.callbacks.send({ provider: 'esim-go', type, iccid })
  if (isTried) await simulator.waitFor({ callbacks: { provider: 'esim-go', type, iccid } })
  return id
}

/**
 * Fills a world whose clock is frozen.
 * @param urls a receiver that answers 200, and one that answers 500
 */
export async function fill(
  simulator: RunningSimulator,
  urls: { readonly good: string; readonly bad: string },
): Promise<Filled> {
  const { callbacks, faults, clock, snapshots, control } = simulator
  await call(simulator, 'esim-go', 'createOrder')
  await simulator.set('esim-go', { rateLimit: 1000 })
  const [sim] = await simulator.sims('esim-go')
  const iccid = sim?.iccid ?? ''
  const unsent = await callback(simulator, 'FirstUse', iccid, false)
  await callbacks.target('esim-go', urls.bad)
  const failed = await callback(simulator, 'FirstAttachment', iccid)
  await callbacks.target('esim-go', urls.good)
  const delivered = await callback(simulator, 'Utilisation', iccid)
  await callbacks.target('wholesale', urls.good)
  await snapshots.save('before')

  await call(simulator, 'highland', 'acquireEsim')
  await call(simulator, 'wholesale', 'activateSubscription')
  await call(simulator, 'accounts-orders', 'createOrder')
  const device = simulator.device(iccid)
  await device.install()
  await device.attach('GB')
  await device.use('850MB')
  const refused = await call(simulator, 'esim-go', 'getEsim', { iccid: NOBODY })
  await call(simulator, 'highland', 'getBarCode', { bar_code_id: 'none' })
  await call(simulator, 'wholesale', 'queryTransactionStatus', { partnerTransactionId: 'none' })
  await call(simulator, 'accounts-orders', 'getOrder', { id: 'none' })

  await faults.add({ provider: 'esim-go', operation: 'createOrder', kind: 'status', status: 503 })
  await faults.add({ provider: 'wholesale', operation: '*', kind: 'delay', delay: 'PT1S', nth: 9 })
  await faults.add({ provider: 'esim-go', callback: '*', kind: 'bad-signature', times: 3 })
  await call(simulator, 'esim-go', 'createOrder')
  await callback(simulator, 'Utilisation', iccid)
  await clock.advance('PT1M')
  await snapshots.save('after')
  await simulator.worlds.create({ name: 'ci-7', ttl: '1h' })
  const body = { file: `esimulator:${WORKFLOW}.arazzo.yaml` }
  const { id: run } = await control.call('startWorkflowRun', { body })
  await control.call('startWorkflowRun', { body: { ...body, pause: 'each-step' } })
  return { iccid, delivered, failed, unsent, refused, run }
}

/** Every page of the dashboard, as it is filled; each path below `/_sim/ui`. */
export const pagesOf = (filled: Filled): readonly string[] => [
  '',
  'sims',
  `sims/${filled.iccid}`,
  `call?provider=esim-go&operation=createOrder`,
  'callbacks',
  `callbacks/${filled.delivered}`,
  `callbacks/${filled.failed}`,
  `callbacks/${filled.unsent}`,
  'journal',
  `journal/${filled.refused}`,
  'faults',
  'worlds?from=before',
  'settings',
  'workflows',
  `workflows/runs/${filled.run}`,
]

/** Pages that show things, where there are none. */
export const PAGES_OF_NOTHING = [
  '',
  'sims?search=nobody',
  'callbacks',
  'journal',
  'faults',
  'worlds',
  'settings?search=nothing-like-it',
  'workflows?search=nothing-like-it',
  'workflows/runs/run_999',
  'sims/8943108170000000001',
  'callbacks/cb_999',
  'journal/999',
] as const
