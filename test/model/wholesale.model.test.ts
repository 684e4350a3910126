// The wholesale API against a model: random requests, settles, duplicates, failing receivers.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startReceiver } from '../../src/index.ts'
import { can, move } from '../../src/state/lifecycle.ts'
import {
  type ServiceEvent,
  type ServiceState,
  serviceLifecycle,
} from '../../src/state/sim-lifecycle.ts'
import { RUNS_ALL } from '../support/cases.ts'
import {
  type Action,
  type Answer,
  CARD,
  ICCID,
  MINIMAL,
  startWholesale,
  type Wholesale,
} from '../support/wholesale.ts'

const SIMS = [ICCID, CARD, '8901313340000000029']
const NUMBERS = ['13035550101', '13035550102', undefined]
const IDS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'FAIL-1', 'FAIL-2', 'FAIL-3']
const EVENTS: Readonly<Record<Action, ServiceEvent>> = {
  Suspend: 'suspend',
  Resume: 'resume',
  Cease: 'cease',
  Reactivate: 'reactivate',
}
const ACTIONS = Object.keys(EVENTS) as Action[]

type Step =
  | { kind: 'activate'; id: number; sim: number; number: number }
  | { kind: 'update'; id: number; sim: number; action: Action }
  | { kind: 'again'; which: number }
  | { kind: 'reuse'; which: number }
  | { kind: 'wait'; by: string }
  | { kind: 'receiver'; answer: number }
  | { kind: 'settlement'; value: 'succeed' | 'fail' }

const id = fc.nat(IDS.length - 1)
const sim = fc.nat(SIMS.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('activate' as const),
      id,
      sim,
      number: fc.nat(NUMBERS.length - 1),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      id,
      sim,
      action: fc.constantFrom(...ACTIONS),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reuse' as const), which: fc.nat(20) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      by: fc.constantFrom('PT1S', 'PT2S', 'PT2S', 'PT6M', 'P40D'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('receiver' as const),
      answer: fc.constantFrom(200, 500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('settlement' as const),
      value: fc.constantFrom('succeed' as const, 'fail' as const),
    }),
  },
)
const history = fc.record({
  delay: fc.constantFrom(0, 2000, 300_000),
  steps: fc.array(step, { minLength: 15, maxLength: 60, size: 'max' }),
})

interface Transaction {
  readonly path: '/activate' | '/updateStatus'
  readonly id: string
  readonly body: object
  readonly iccid: string
  readonly event: ServiceEvent
  readonly due: number
  state: 'InProgress' | 'Success' | 'Failed'
}

/** What must come of requests and time, worked out apart from the simulator. */
function openModel(delay: number) {
  const accepted: Transaction[] = []
  const lines = new Map<
    string,
    { service: ServiceState; number: string | undefined; pending: Transaction | undefined }
  >()
  let settlement = 'succeed'

  return {
    accepted,
    lines,
    choose: (value: 'succeed' | 'fail') => {
      settlement = value
    },
    /** The code a request must be refused with, or `undefined` where it must be accepted. */
    refusal(
      path: Transaction['path'],
      key: string,
      iccid: string,
      event: ServiceEvent,
      number?: string,
    ): string | undefined {
      if (accepted.some((each) => each.path === path && each.id === key))
        return 'TRANSACTION_ID_REUSED'
      const line = lines.get(iccid)
      if (line?.pending) return 'REQUEST_IN_PROGRESS'
      if (event !== 'activate') {
        if (!line) return 'SUBSCRIPTION_NOT_FOUND'
        return can(serviceLifecycle, line.service, event) ? undefined : 'INVALID_SUBSCRIPTION_STATE'
      }
      if (line) return 'SIM_NOT_AVAILABLE'
      return number !== undefined && [...lines.values()].some((each) => each.number === number)
        ? 'NUMBER_ALREADY_ACTIVE'
        : undefined
    },
    accept(
      path: Transaction['path'],
      key: string,
      body: object,
      iccid: string,
      event: ServiceEvent,
      now: number,
      number?: string,
    ): void {
      const transaction: Transaction = {
        path,
        id: key,
        body,
        iccid,
        event,
        due: now + delay,
        state: 'InProgress',
      }
      accepted.push(transaction)
      const line = lines.get(iccid) ?? { service: 'inactive' as const, number, pending: undefined }
      lines.set(iccid, { ...line, pending: transaction })
    },
    settle(now: number): void {
      for (const [iccid, line] of lines) {
        const { pending, ...rest } = line
        if (!pending || pending.due > now) continue
        const failed = settlement === 'fail' || pending.id.startsWith('FAIL-')
        pending.state = failed ? 'Failed' : 'Success'
        if (!failed)
          lines.set(iccid, {
            ...rest,
            service: move(serviceLifecycle, line.service, pending.event),
            pending: undefined,
          })
        else if (pending.event === 'activate') lines.delete(iccid)
        else lines.set(iccid, { ...rest, pending: undefined })
      }
    },
  }
}
type Model = ReturnType<typeof openModel>

/** Sends a request and checks that it is answered as the model says. */
async function request(
  sim: Wholesale,
  model: Model,
  step: Extract<Step, { kind: 'activate' | 'update' }>,
): Promise<void> {
  const key = IDS[step.id] ?? ''
  const iccid = SIMS[step.sim] ?? ''
  const activates = step.kind === 'activate'
  const number = activates ? NUMBERS[step.number] : undefined
  const path = activates ? '/activate' : '/updateStatus'
  const event = activates ? 'activate' : EVENTS[step.action]
  const rest = activates ? { ...MINIMAL, eid: undefined, gpsi: number } : { action: step.action }
  const body = { partnerTransactionId: key, iccid, ...rest }
  const before = JSON.stringify(await sim.state())
  const expected = duplicateOf(model, path, body)
    ? 'duplicate'
    : model.refusal(path, key, iccid, event, number)
  const answer = await sim.call('POST', path, body)
  if (expected === undefined) {
    expect(answer).toMatchObject({ status: 200, body: { status: 'Success' } })
    model.accept(path, key, body, iccid, event, sim.clock.now().getTime(), number)
    return
  }
  if (expected === 'duplicate') expect(answer.body).toEqual({ status: 'Success' })
  else expect(answer.body).toMatchObject({ status: 'Failure', code: expected })
  expect(
    JSON.stringify(await sim.state()),
    'a refused request and a duplicate change nothing',
  ).toBe(before)
}

function duplicateOf(model: Model, path: string, body: { partnerTransactionId: string }): boolean {
  return model.accepted.some(
    (each) => each.path === path && JSON.stringify(each.body) === JSON.stringify(body),
  )
}

/** Sends an accepted request once more, as it was or with another body. */
async function repeat(
  sim: Wholesale,
  { accepted }: Model,
  which: number,
  change: object,
): Promise<Answer | undefined> {
  const chosen = accepted[which % Math.max(accepted.length, 1)]
  if (!chosen) return undefined
  const before = JSON.stringify(await sim.state())
  const answer = await sim.call('POST', chosen.path, { ...chosen.body, ...change })
  expect(JSON.stringify(await sim.state()), 'a repeated id changes nothing').toBe(before)
  return answer
}

async function take(
  sim: Wholesale,
  model: Model,
  step: Step,
  answerWith: (status: number) => void,
): Promise<void> {
  if (step.kind === 'activate' || step.kind === 'update') await request(sim, model, step)
  else if (step.kind === 'again')
    expect((await repeat(sim, model, step.which, {}))?.status ?? 200).toBe(200)
  else if (step.kind === 'reuse')
    expect((await repeat(sim, model, step.which, { note: 'another' }))?.status ?? 409).toBe(409)
  else if (step.kind === 'receiver') answerWith(step.answer)
  else if (step.kind === 'wait') await sim.clock.advance(step.by)
  else {
    await sim.set('wholesale', { settlement: step.value })
    model.choose(step.value)
  }
}

/** What must hold between any two steps. */
async function compare(sim: Wholesale, model: Model): Promise<void> {
  const shown = new Map((await sim.sims('wholesale')).map(({ iccid, service }) => [iccid, service]))
  const wanted = [...model.lines]
    .filter(([, { service }]) => service !== 'inactive')
    .map(([iccid, { service }]) => [iccid, service] as const)
  expect(shown, 'the last settled action of each line wins').toEqual(new Map(wanted))
  for (const { id, path } of model.accepted) {
    const last = model.accepted.findLast((each) => each.id === id)
    if (last?.path === path)
      expect((await sim.query(id)).body, `${path} ${id}`).toEqual({ status: last.state })
  }
  const kept = Object.values((await sim.state()).collections['wholesale.transactions'] ?? {})
  expect(kept.length, 'a transaction for each request that was accepted').toBe(
    model.accepted.length,
  )
  const pending = kept.filter(({ state }) => state === 'InProgress').map(({ iccid }) => iccid)
  expect(new Set(pending).size, 'never two pending on a line').toBe(pending.length)
  const told = (await sim.told()).map(
    ({ action, partnerTransactionId, result }) => `${action} ${partnerTransactionId} ${result}`,
  )
  const settled = model.accepted.filter(({ state }) => state !== 'InProgress')
  const outcomes = settled.map(({ event, id, state }) => {
    const action = event[0]?.toUpperCase() + event.slice(1)
    return `${action} ${id} ${state === 'Failed' ? 'Failure' : 'Success'}`
  })
  expect(told.toSorted(), 'one notification for each settled transaction, none for others').toEqual(
    outcomes.toSorted(),
  )
}

/** How many courses are played: ESIMULATOR_CASES=all plays more. */
const RUNS = RUNS_ALL ? 25 : 8

test('requests, duplicates, failures and time: one notification a transaction, the last settled action wins, one pending a line', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ delay, steps }) => {
      let answer = 200
      await using receiver = await startReceiver({ answer: () => answer })
      await using sim = await startWholesale({ callbackUrl: receiver.url })
      await sim.set('wholesale', { settlingDelay: `PT${delay / 1000}S`, tokenLifetime: 'P50Y' })
      await sim.authorize()
      const model = openModel(delay)
      for (const each of steps) {
        model.settle(sim.clock.now().getTime())
        await take(sim, model, each, (status) => {
          answer = status
        })
        model.settle(sim.clock.now().getTime())
        await compare(sim, model)
      }
      answer = 200
      await sim.clock.advance('P1D')
      model.settle(sim.clock.now().getTime())
      await compare(sim, model)
      const states = (await sim.deliveries()).map(({ state }) => state)
      expect(states.filter((state) => state !== 'delivered' && state !== 'dead')).toEqual([])
      const arrived = new Set(receiver.arrivals.map(({ body }) => body))
      expect(arrived.size, 'attempts repeat the same bytes').toBe((await sim.told()).length)
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 20_000 },
  )
})
