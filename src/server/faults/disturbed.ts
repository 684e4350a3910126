// A call that faults or its own preferences change: which happen, and what leaves in place of the reply.
import type { Reply } from '../../simulators/call.ts'
import {
  activeFaults,
  chooseFaults,
  type Fault,
  type FaultWhen,
  type Hit,
} from '../../state/faults.ts'
import { type Answer, type BytesAnswer, headerOf, type Wait } from '../exchange.ts'
import { appliedText, delayIn, type Overrides, overridesIn, replyIn } from '../prefer.ts'
import type { Route } from '../provider.ts'
import type { RequestContext } from '../request-context.ts'
import type { CallAt, CallEffect, CallOutcome } from './kind.ts'
import { callKindsByName } from './kinds.ts'
import { type CallSeen, matchesCall } from './match.ts'

/** What the pipeline does with a call, for those who interfere with it. */
export interface Stages {
  /**
   * From validation to commit: the provider's own reply, or its refusal in its words.
   * @param step at whose end the world is looked at, and nothing is changed; absent for the present
   */
  readonly carryOut: (step?: number) => Reply | Promise<Reply>
  /** A refusal in the provider's words. */
  readonly refuse: (error: unknown) => Reply
  /** Renders a reply and writes the exchange down. */
  readonly answer: (reply: Reply, leave: Leave) => Answer | Promise<Answer>
  /** Writes an exchange down that nothing was answered to. */
  readonly silent: (answer: Answer) => Answer
}

/** What becomes of a reply that is rendered. */
export type Leave = (reply: BytesAnswer) => Answer

const asItIs: Leave = (reply) => reply

/** An answer that waits for these, too, before it leaves. */
function waiting(answer: Answer, waits: readonly Wait[]): Answer {
  if (waits.length === 0) return answer
  return { ...answer, waits: [...(answer.waits ?? []), ...waits] }
}

/** What the faults of one side of the change come to. */
interface Happened {
  readonly waits: readonly Wait[]
  /** The one that decides what is answered. */
  readonly hit: Hit<CallEffect> | undefined
}

/** Serves a call that its own preferences or the faults of its world may change. */
export function disturbed(
  context: RequestContext,
  found: Route,
  stages: Stages,
): Answer | Promise<Answer> {
  const overrides = overridesOf(context)
  if (!overrides) return withFaults(context, found, stages)

  const late = delayIn(overrides)
  const waits: Wait[] = late === 0 ? [] : [{ wall: late }]
  const reply = replyIn(overrides, context.provider.simulator, found)
  const applied = appliedText(overrides)
  context.trace.preference = applied
  const marked: Stages = {
    ...stages,
    answer: (each, leave) =>
      stages.answer(withApplied(each, applied), (rendered) => waiting(leave(rendered), waits)),
  }
  if (!reply) return withFaults(context, found, marked)
  context.trace.stage = 'faults'
  return marked.answer(reply, asItIs)
}

/** What the call itself asks for, where its world lets it. */
function overridesOf({ exchange, provider, world }: RequestContext): Overrides | undefined {
  const header = headerOf(exchange, 'prefer')
  if (header === undefined) return undefined
  const isOn = world.settings(provider.simulator.settings).preferOverrides !== false
  return isOn ? overridesIn(header) : undefined
}

const APPLIED = 'Preference-Applied'

/** A provider may have preferences of its own. */
function withApplied(reply: Reply, applied: string): Reply {
  const own = reply.headers?.[APPLIED]
  const all = own === undefined ? applied : `${own}, ${applied}`
  return { ...reply, headers: { ...reply.headers, [APPLIED]: all } }
}

function withFaults(
  context: RequestContext,
  found: Route,
  stages: Stages,
): Answer | Promise<Answer> {
  const { waits, hit } = happening(context, found, undefined)
  return afterWaits(context, stages, waits, () => {
    if (hit) return answeredByFault(context, stages, hit)
    return whenCarriedOut(stages.carryOut(), (reply) =>
      context.trace.refusal === undefined
        ? afterChange(context, found, stages, reply)
        : stages.answer(reply, asItIs),
    )
  })
}

/** Goes on with a reply once it is there: mostly it is at once. */
function whenCarriedOut(
  reply: Reply | Promise<Reply>,
  then: (reply: Reply) => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  return reply instanceof Promise ? reply.then(then) : then(reply)
}

/** Goes on when all is waited for; a world that begins another life meanwhile answers nothing. */
function afterWaits(
  context: RequestContext,
  stages: Stages,
  [wait, ...others]: readonly Wait[],
  then: () => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  if (wait === undefined) return then()
  return context.delays
    .wait(wait, () => afterWaits(context, stages, others, then))
    .then((answer) => answer ?? stages.silent({ kind: 'hang-up' }))
}

/** A fault `before` stands in for all that the provider would have done. */
function answeredByFault(
  context: RequestContext,
  stages: Stages,
  hit: Hit<CallEffect>,
): Answer | Promise<Answer> {
  const { effect } = hit
  context.trace.stage = 'faults'
  switch (effect.kind) {
    case 'wait':
      throw new Error('a wait decides nothing')
    case 'reply':
      tell(context, hit, effect.saw)
      return stages.answer(effect.reply, asItIs)
    case 'refusal':
      tell(context, hit, effect.saw)
      return stages.answer(stages.refuse(effect.refusal), asItIs)
    case 'past':
      tell(context, hit, effect.saw)
      return whenCarriedOut(stages.carryOut(effect.step), (reply) => stages.answer(reply, asItIs))
    case 'answer': {
      const { answer, saw } = effect.leave(undefined)
      tell(context, hit, saw)
      return stages.silent(answer)
    }
  }
}

/** What was done is kept, and nothing of it is told yet. */
function afterChange(
  context: RequestContext,
  found: Route,
  stages: Stages,
  reply: Reply,
): Answer | Promise<Answer> {
  const { waits, hit } = happening(context, found, reply)
  const late = (answer: Answer) => waiting(answer, waits)
  if (!hit) return stages.answer(reply, late)

  const { effect } = hit
  if (effect.kind === 'reply') {
    tell(context, hit, effect.saw, reply.status)
    return stages.answer(effect.reply, late)
  }
  if (effect.kind !== 'answer') throw new Error(`${hit.fault.kind} is no fault after the change`)
  return stages.answer(reply, (rendered) => {
    const { answer, saw } = effect.leave(rendered)
    tell(context, hit, saw, 'lost' in answer ? reply.status : undefined)
    return late(answer)
  })
}

/** Chooses and counts. @param reply the provider's own; absent before it has done anything */
function happening(context: RequestContext, found: Route, reply: Reply | undefined): Happened {
  const { world, history, provider, exchange } = context
  const { operation, params, basePath } = found
  const { simulator } = provider
  const when: FaultWhen = reply ? 'after' : 'before'
  const seen: CallSeen = { exchange, operation, params }
  const call: CallAt = { world, history, simulator, exchange, operation, basePath, reply }

  const matching = activeFaults(world, simulator.slug).filter(
    (fault) => fault.when === when && concerns(fault, seen),
  )
  const chosen = history.within(context, () =>
    chooseFaults(
      world,
      matching,
      (fault) => happen(fault, call),
      ({ kind }) => kind === 'wait',
    ),
  )
  for (const { fault, why } of chosen.missed)
    context.trace.missedFaults.push(`${fault.id} (${fault.kind}): ${why}`)

  const waits: Wait[] = []
  let hit: Hit<CallEffect> | undefined
  for (const each of chosen.hits) {
    if (each.effect.kind !== 'wait') hit = each
    else {
      waits.push(each.effect.wait)
      tell(context, each, each.effect.saw)
    }
  }
  return { waits, hit }
}

function concerns({ kind, operation, match }: Fault, seen: CallSeen): boolean {
  if (operation !== seen.operation.id && operation !== '*') return false
  const concerned = callKindsByName.get(kind)?.concerns
  return (concerned === undefined || concerned(seen.operation)) && matchesCall(match, seen)
}

/** A state of a later version may have kinds that are not known here. */
function happen(fault: Fault, call: CallAt): CallOutcome {
  const kind = callKindsByName.get(fault.kind)
  return kind ? kind.happen(fault, call) : { missed: 'this version knows no such kind of fault' }
}

function tell(
  { trace }: RequestContext,
  { fault }: Hit<CallEffect>,
  saw: string,
  lost?: number,
): void {
  const { id, kind, when = 'before' } = fault
  trace.faults.push(lost === undefined ? { id, kind, when, saw } : { id, kind, when, saw, lost })
}
