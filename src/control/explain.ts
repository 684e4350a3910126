// The way of one exchange through the stages, in words: what each did, and what to do where one refused.
import { adviceOn } from '../server/advice.ts'
import type { Stage, TracedFault } from '../server/exchange.ts'
import type { JournalEntry } from '../server/journal.ts'
import type { Redactor } from '../server/redaction/redactor.ts'
import type { SimulatorServer } from '../server/server.ts'
import type { Operation } from '../server/spec.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { unsentCallbacks } from '../state/callbacks.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { nearMissesOf } from './exchange-shown.ts'
import type { ExplainedShown } from './wire.ts'

type Step = ExplainedShown['steps'][number]

/** An exchange, and what is known of where it led. */
interface Told {
  readonly entry: JournalEntry
  readonly world: World
  readonly redactor: Redactor
  /** Absent where it reached no provider. */
  readonly simulator: Simulator | undefined
  readonly operation: Operation | undefined
}

/** How an exchange went, and what to do next. */
export function explained(
  server: SimulatorServer,
  world: World,
  entry: JournalEntry,
): ExplainedShown {
  const simulator = server.providers.get(entry.provider ?? '')?.simulator
  const { redactor } = server
  const told: Told = { entry, world, redactor, simulator, operation: operationOf(server, entry) }
  const near = nearMissesOf(server, world, entry)
  const steps = stepsOf(told)
  const summary = summaryOf(told)
  const alike = alikeOf(told)
  const next = [...near.map(nearMissText), ...nextOf(told)]
  return defined({
    id: entry.id,
    summary,
    steps,
    alike: alike.length > 0 ? alike : undefined,
    nearMisses: near.length > 0 ? [...near] : undefined,
    next,
    text: textOf(summary, steps, next),
  })
}

/** The operation as its spec has it, where that is compiled: it is, once it was called. */
function operationOf(
  { providers }: SimulatorServer,
  { provider = '', operation = '', basePath }: JournalEntry,
): Operation | undefined {
  const ready = providers.get(provider)?.ready(basePath ?? '')
  const mount = ready?.mounts.find(({ mount }) => mount.basePath === basePath)
  return mount?.spec.operations.get(operation)
}

function summaryOf({ entry }: Told): string {
  const { id, at, method, url, status, refusal, fault } = entry
  const answer = status === undefined ? 'was answered nothing' : `was answered ${status}`
  const asked = `exchange ${id} at ${iso(at)}: ${method} ${url} ${answer}`
  if (fault) return `${asked}, by the fault ${fault.id}`
  if (!refusal) return asked
  return `${asked}, refused by the stage "${refusal.stage}": ${refusal.code}`
}

/** The stages in their order, with what each has to say where the request came through. */
const STAGES: readonly (readonly [stage: Stage, passed: (told: Told) => string])[] = [
  ['read', () => 'its URL and its Host can be read, and the guard lets it in'],
  ['count', () => 'no rate limit was in its way'],
  ['route', routeText],
  ['authenticate', authenticateText],
  ['faults', faultsText],
  ['validate', validateText],
  ['perform', performText],
  ['check', checkText],
  ['commit', commitText],
  ['render', renderText],
]

const SKIPPED = 'it did not come to that'

function stepsOf(told: Told): Step[] {
  const { entry } = told
  const steps: Step[] = [{ stage: 'world', outcome: 'passed', says: worldText(told) }]
  let isOver = false
  for (const [stage, passed] of STAGES) {
    if (isOver) {
      steps.push({ stage, outcome: 'skipped', says: SKIPPED })
      continue
    }
    const step = stepAt(told, stage, passed)
    steps.push(step)
    // What ended at the last stage it came to did so there; a reply that left went through all.
    isOver = stage === entry.stage && (step.outcome === 'refused' || stage === 'faults')
  }
  steps.push(replyStep(told))
  return steps
}

function stepAt(told: Told, stage: Stage, passed: (told: Told) => string): Step {
  const { refusal, fault, stage: last } = told.entry
  if (stage === 'faults' && last === stage) return { stage, outcome: 'changed', says: passed(told) }
  if (refusal?.stage === stage && !fault)
    return { stage, outcome: 'refused', says: refusedText(told) }
  return { stage, outcome: 'passed', says: passed(told) }
}

/** A fault `after` lets all be done, and tells of it otherwise. */
function replyStep(told: Told): Step {
  const { fault } = told.entry
  if (fault?.when !== 'after') return { stage: 'reply', outcome: 'passed', says: replyText(told) }
  return { stage: 'reply', outcome: 'changed', says: faultText(fault) }
}

function worldText({ entry, world }: Told): string {
  const { name } = world
  const [, prefix] = /^\/w\/([^/?]*)/.exec(entry.url) ?? []
  if (prefix !== undefined) return `the world "${name}", by the prefix /w/${prefix} of the URL`
  if (entry.requestHeaders['x-sim-world']) return `the world "${name}", by the header X-Sim-World`
  if (name !== DEFAULT_WORLD) return `the world "${name}", by its credential, which leads there`
  const none = 'no prefix /w/<world>, no header X-Sim-World and no credential names another'
  return `the world "${name}": ${none}`
}

function routeText({ entry, simulator, operation }: Told): string {
  const where = entry.basePath ? ` below ${entry.basePath}` : ''
  const what = operation && ` (${operation.method} ${operation.path})`
  return `${entry.operation}${what ?? ''} of ${simulator?.title ?? entry.provider}${where}`
}

function authenticateText({ operation }: Told): string {
  return operation?.isPublic ? 'anyone may call it' : 'the credential is one of this world'
}

function faultText({ id, kind, when, saw, lost }: TracedFault): string {
  const own = lost === undefined ? '' : `; the reply ${lost} was lost`
  return `the fault ${id} (${kind}, ${when}) happened: the client saw ${saw}${own}`
}

function faultsText({ entry }: Told): string {
  const { fault, otherFaults = [], missedFaults = [], preference } = entry
  const happened = [...otherFaults, ...(fault?.when === 'before' ? [fault] : [])].map(faultText)
  const missed = missedFaults.map((each) => `its turn had come, and it could not happen: ${each}`)
  const asked = preference === undefined ? [] : [`Prefer asked for ${preference}, and got it`]
  return [...asked, ...happened, ...missed].join('; ') || 'no fault hit it'
}

function validateText({ entry: { undocumented } }: Told): string {
  if (undocumented.length === 0) return 'it is as its spec has it'
  const extra = `its spec does not know ${undocumented.join(', ')}`
  return `it is good; ${extra}: passed over, where the setting \`strict\` would refuse it`
}

function performText({ entry: { effects }, simulator }: Told): string {
  const happened = counted(effects?.events ?? {})
  const who = simulator?.title ?? 'the provider'
  return happened === '' ? `${who} did it` : `${who} did it, and this happened: ${happened}`
}

function checkText({ entry: { violations } }: Told): string {
  if (violations.length === 0) return 'the reply is as its spec has it'
  return `the reply breaks its spec: ${violations.join('; ')}`
}

function commitText({ entry: { effects }, world, redactor }: Told): string {
  const changes = counted(effects?.changes ?? {})
  if (!effects || changes === '') return 'nothing was changed'
  const sent = effects.callbacks.map((id) => redactor.redacted(callbackText(world, id), 'sentence'))
  const callbacks = sent.length > 0 ? sent.join('; ') : 'no callback was called for'
  return `written: ${changes}; ${callbacks}`
}

function callbackText(world: World, id: string): string {
  const unsent = world.in(unsentCallbacks).get(id)
  return unsent ? `${unsent.type} (${id}) is not sent: ${unsent.reason}` : `callback ${id}`
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
    .join(', ')
}

function renderText({ entry: { replyType } }: Told): string {
  return replyType === undefined ? 'there is no body' : `the body is ${replyType}`
}

function refusedText({ entry }: Told): string {
  const { code = '', reason = '', fields = [] } = entry.refusal ?? {}
  const places = fields.map(({ in: part, pointer, rule, expected, got = 'nothing' }) => {
    const place = pointer === '' ? `the ${part}` : `${part} ${pointer}`
    return `${place} (${rule}): ${expected} was expected, ${got} came`
  })
  return places.length === 0 ? `${code}: ${reason}` : `${code}: ${places.join('; ')}`
}

function replyText(told: Told): string {
  const { entry, simulator } = told
  const { status, replyBody } = entry
  if (!entry.refusal) return status === undefined ? 'nothing went back' : `${status} went back`
  const who = simulator ? simulator.title : 'the simulator'
  const body = replyBody === undefined ? '' : ` ${replyBody}`
  const after = entry.effects ? `; and it led to something: ${commitText(told)}` : ''
  const words = `${who} words it as ${status}${body}${after}`
  const alike = alikeOf(told)
  return alike.length === 0 ? words : `${words}, which may also stand for ${alike.join(', ')}`
}

/** Stands in for the reason, to see whether a reply tells it. */
const PROBE = '(the reason)'

/** The codes that the provider words just like this one: what the reply does not tell apart. */
function alikeOf({ entry, simulator, world }: Told): string[] {
  const { refusal, operation, basePath } = entry
  if (!refusal || !simulator) return []
  const settings = world.settings(simulator.settings)
  const wording = (code: string) => {
    const probe = new Refusal<string>(code, PROBE)
    const { status, body } = simulator.refusalReply(probe, operation, settings, basePath)
    return JSON.stringify([status, body])
  }
  const own = wording(refusal.code)
  if (own.includes(PROBE)) return []
  return simulator.refusalCodes.filter((code) => code !== refusal.code && wording(code) === own)
}

function nearMissText({ method, path, why }: ReturnType<typeof nearMissesOf>[number]): string {
  return `${method} ${path} is near: ${why}`
}

function nextOf({ entry, simulator, world }: Told): string[] {
  const { refusal, effects, fault } = entry
  const next: string[] = []
  if (fault) {
    const { id } = fault
    next.push(
      `\`esimulator fault remove ${id}\` or DELETE /_sim/faults/${id} lets the next one through`,
    )
  }
  const advice = refusal && !fault ? adviceOn(refusal.code, simulator) : undefined
  // To wait for what a frozen clock holds up would be to wait for ever.
  if (refusal?.stage === 'count' && world.clock.mode === 'frozen')
    next.push('`esimulator clock resume`, or `esimulator clock advance` past the end of the window')
  if (advice !== undefined) next.push(advice)
  for (const id of effects?.callbacks ?? []) {
    if (!world.in(unsentCallbacks).has(id)) continue
    next.push('GET /_sim/callbacks?state=unsent shows what was not sent')
    break
  }
  return next
}

function textOf(summary: string, steps: readonly Step[], next: readonly string[]): string {
  const width = Math.max(...steps.map(({ stage }) => stage.length))
  const marks = { passed: 'ok', refused: 'NO', changed: '!!', skipped: '--' }
  const lines = steps.map(
    ({ stage, outcome, says }) => `  ${marks[outcome]}  ${stage.padEnd(width)}  ${says}`,
  )
  const todo = next.map((each) => `next: ${each}`)
  return [summary, ...lines, ...todo].join('\n')
}
