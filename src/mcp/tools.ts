// The tools of an agent: one for each operation of the control API and of the providers.
import { type Effect, effectOf, exceeds } from '../workflows/effect.ts'
import type { Source, SourceOperation } from '../workflows/sources.ts'
import { type InputSchema, inputSchema } from './input-schema.ts'

/** A tool, and the operation that it calls. */
export interface Tool {
  /** As in `esim-go_createOrder` and `sim_advanceClock`: clients take no dot and no slash. */
  readonly name: string
  readonly source: Source
  readonly operation: SourceOperation
  /** What it does at most. */
  readonly effect: Effect
  readonly description: string
  readonly inputSchema: InputSchema
  readonly annotations: {
    readonly title: string
    readonly readOnlyHint: boolean
    readonly destructiveHint: boolean
    readonly idempotentHint: boolean
    readonly openWorldHint: false
  }
}

/** What clients take as the name of a tool. */
const LONGEST_NAME = 64

/** The operations of the control API that are not called once and answered: they stream. */
const STREAMS = new Set(['streamEvents'])

/** Operations of the control API that throw away what a world has. */
const DESTRUCTIVE = new Set([
  'resetWorld',
  'putState',
  'restoreSnapshot',
  'rewindWorld',
  'deleteSim',
])

/** The tools of these sources, in their order; a name that is taken is not taken twice. */
export function toolsOf(sources: readonly Source[], allowed: Effect): Map<string, Tool> {
  const tools = new Map<string, Tool>()
  for (const source of sources)
    for (const operation of source.operations) {
      const tool = toolOf(source, operation, allowed)
      if (tool && !tools.has(tool.name)) tools.set(tool.name, tool)
    }
  return tools
}

function toolOf(source: Source, operation: SourceOperation, allowed: Effect): Tool | undefined {
  const { id, method, path, object } = operation
  if (id === undefined || STREAMS.has(id)) return undefined
  const effect = effectOf(operation, () => undefined)
  const { summary = id, description } = object as { summary?: string; description?: string }
  const isControl = source.simulator?.slug === 'control'
  const parts = [
    `${summary.replace(/\.$/, '')}.`,
    description?.trim().replaceAll(/\s*\n\s*/g, ' '),
    `${method} ${path}${isControl ? '' : ` of ${source.document.info?.title ?? source.name}`}.`,
    noteOn(operation, effect, allowed),
  ]
  const readOnlyHint = effect === 'reads'
  return {
    name: `${source.name}_${id}`.slice(0, LONGEST_NAME),
    source,
    operation,
    effect,
    description: parts.filter((part) => part !== undefined).join(' '),
    inputSchema: inputSchema(operation, source),
    annotations: {
      title: summary,
      readOnlyHint,
      destructiveHint: !readOnlyHint && (method === 'DELETE' || (isControl && DESTRUCTIVE.has(id))),
      idempotentHint: ['GET', 'PUT', 'DELETE'].includes(method),
      openWorldHint: false,
    },
  }
}

/** Whether a parameter decides, and some calls only read. */
function mayRead({ object }: SourceOperation): boolean {
  const mark = object['x-effect']
  return typeof mark === 'object' && mark !== null && JSON.stringify(mark).includes('"reads"')
}

/** What a call does, in words. */
const DOES: Readonly<Record<Effect, string>> = {
  reads: 'reads',
  changes: 'changes something',
  spends: 'spends money',
}

/** What a server may do, in words. */
export const MAY: Readonly<Record<Effect, string>> = {
  reads: 'may only read',
  changes: 'may read and change, and spend nothing',
  spends: 'may do all',
}

function noteOn(operation: SourceOperation, effect: Effect, allowed: Effect): string | undefined {
  if (!exceeds(effect, allowed)) return undefined
  return mayRead(operation)
    ? `A call that ${DOES[effect]} is refused.`
    : `Refused, since it ${DOES[effect]}.`
}

/** Why a call is refused, and what to do; `undefined` where it may be made. */
export function whyRefused(name: string, effect: Effect, allowed: Effect): string | undefined {
  if (!exceeds(effect, allowed)) return undefined
  const more = `start it with esimulator mcp --allow ${effect}`
  return `${name} ${DOES[effect]} here, and this server ${MAY[allowed]}: ${more}`
}
