// What a call of a tool comes to: refused, unanswered, or what its operation answers.
import { controlClient } from '../control/node-client.ts'
import { shortName } from '../server/bounded.ts'
import { isJson } from '../server/media-type.ts'
import { nearest, unknownName } from '../server/nearest.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { type Effect, effectOf } from '../workflows/effect.ts'
import {
  type Arguments,
  BODY,
  type CallTarget,
  type OperationCaller,
  WORLD,
} from '../workflows/operation-calls.ts'
import type { Answer } from '../workflows/send.ts'
import { shortJson, shortText } from './shortened.ts'
import { type Tool, whyRefused } from './tools.ts'

/** A piece of what a tool gives back. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }

export interface ToolResult {
  [key: string]: unknown
  content: Piece[]
  isError?: boolean
}

export interface ToolCalls {
  readonly tools: ReadonlyMap<string, Tool>
  readonly world: OperationCaller
  readonly target: CallTarget
  readonly allowed: Effect
}

/** Calls a tool. What goes wrong is told, not thrown: an agent reads it and goes on. */
export async function callTool(
  { tools, world, target, allowed }: ToolCalls,
  name: string,
  given: Arguments,
): Promise<ToolResult> {
  const tool = tools.get(name)
  if (!tool) return failed(unknownTool(name, tools))
  const wrong = argumentProblem(tool, given)
  if (wrong !== undefined) return failed(wrong)
  const { operation, source } = tool
  const refused = whyRefused(
    name,
    effectOf(operation, (field) => valueIn(given, field)),
    allowed,
  )
  if (refused !== undefined) return failed(refused)
  try {
    const answer = await world.call(operation, source, given)
    if ('error' in answer) return failed(unanswered(target, answer.error))
    const why = await reasonIn(answer, tool, given, target)
    return told(answer, why)
  } catch (error) {
    return failed(reasonOf(error))
  }
}

/** There are too many to list them all. */
function unknownTool(name: string, tools: ToolCalls['tools']): string {
  const near = nearest(name, tools.keys())
  const meant = near === undefined ? '' : ` did you mean ${near}?`
  return `there is no tool "${shortName(name)}":${meant} tools/list has them all`
}

function failed(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}

function unanswered({ url }: CallTarget, error: string): string {
  return `nothing answers at ${url} (${error}): start the simulator again, with esimulator start`
}

/** Why arguments cannot be sent; what stands in them the simulator looks at. */
function argumentProblem(
  { name, inputSchema, operation }: Tool,
  given: Arguments,
): string | undefined {
  const { properties, required } = inputSchema
  const unknown = Object.keys(given).find((each) => !Object.hasOwn(properties, each))
  if (unknown !== undefined) {
    if (bodyFields(inputSchema).includes(unknown))
      return `${name}: "${unknown}" is a field of the body: give { "${BODY}": { "${unknown}": ... } }`
    return `${name}: ${unknownName('no argument', unknown, Object.keys(properties))}`
  }
  const missing = required.filter((each) => given[each] === undefined || given[each] === null)
  if (missing.length > 0) return `${name} needs the argument ${missing.join(', ')}`
  // A URL leaves these out: another operation would be called, which may do more.
  const dots = operation.parameters.find(
    (each) => each.in === 'path' && /^\.{1,2}$/.test(String(given[each.name])),
  )
  return dots && `${name}: ${dots.name} cannot be "${given[dots.name]}": give an id or a name`
}

/** The fields that the body of a tool has by name. */
function bodyFields({ properties, $defs = {} }: Tool['inputSchema']): readonly string[] {
  const body = properties[BODY] as Readonly<Record<string, unknown>> | undefined
  const [, name = ''] = /^#\/\$defs\/(.+)$/.exec(String(body?.$ref)) ?? []
  return Object.keys((($defs[name] ?? body)?.properties as object | undefined) ?? {})
}

/** What a call has under a name: among its parameters, or in its body. */
function valueIn(given: Arguments, field: string): unknown {
  const body = given[BODY]
  const inBody =
    typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : undefined
  return given[field] ?? inBody?.get(field)
}

type Answered = Exclude<Answer, { readonly error: string }>

function told({ status, headers, body }: Answered, why: string | undefined): ToolResult {
  const type = headers['content-type']?.split(';')[0] ?? ''
  const isError = status >= 400 ? true : undefined
  if (type.startsWith('image/') && !type.includes('svg'))
    return { content: [{ type: 'image', data: body.toString('base64'), mimeType: type }] }
  const lines = [String(status), textIn(body, type), why && `Why: ${why}`]
  const text = lines.filter((line) => line !== undefined && line !== '').join('\n')
  return defined({ content: [{ type: 'text' as const, text }], isError })
}

function textIn(body: Buffer, type: string): string {
  if (body.length === 0) return ''
  if (isJson(type)) return jsonIn(body.toString('utf8'))
  const isText = /^text\/|xml|csv|yaml|svg/.test(type)
  return isText ? shortText(body.toString('utf8')) : `(${body.length} bytes of ${type})`
}

function jsonIn(text: string): string {
  try {
    return shortJson(JSON.parse(text))
  } catch {
    return shortText(text)
  }
}

/** The true reason for which a provider refused a call, as the journal has it. */
async function reasonIn(
  { status }: Answered,
  { operation, source }: Tool,
  given: Arguments,
  { url, token, ca, world: own }: CallTarget,
): Promise<string | undefined> {
  const provider = source.simulator?.slug
  if (status < 400 || provider === undefined || provider === 'control') return undefined
  const world = typeof given[WORLD] === 'string' ? given[WORLD] : own
  const client = controlClient({ url, token, ca, world })
  try {
    const query = { provider, operation: operation.id, limit: 1 }
    const [entry] = (await client.call('listJournal', { query })).entries
    if (entry?.status !== status) return undefined
    const { summary, next } = await client.call('explainExchange', { path: { id: entry.id } })
    return [summary, ...next].join('. ')
  } catch {
    return undefined
  }
}
