// `esimulator fault`: failures on demand in a running simulator.
import type { FaultShown, MagicValueShown, NewFault } from '../control/wire.ts'
import type { FaultKind } from '../server/faults/kind.ts'
import { callbackKindsByName, callKindsByName, faultKinds } from '../server/faults/kinds.ts'
import { defined } from '../state/defined.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import { argument, connect, print } from './connection.ts'
import { spelled } from './options.ts'
import { table } from './table.ts'
import { typedValue } from './typed-value.ts'

const PARTS = 'path.iccid=8943*, query.limit=10, headers.x-case=7, body./order/0/item=...'

/** Fields of all faults, as flags. */
const COMMON: readonly OwnFlag[] = [
  { usage: '--when <SIDE>', says: 'before or after the change' },
  { usage: '--match <PART=VALUE>', says: `what a call has to have: ${PARTS}`, many: true },
  { usage: '--nth <N>', says: 'from which matching call on' },
  { usage: '--times <N>', says: 'how often' },
  { usage: '--until <WHEN>', says: "an instant or a duration of the world's clock" },
  { usage: '--callback', says: 'the name is that of a callback, where a kind is of both' },
]

/** Fields that kinds have of their own, with all that they mean by them. */
function ownFields(): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>()
  for (const kind of faultKinds)
    for (const [name, { says }] of Object.entries(kind.fields))
      fields.set(name, [...(fields.get(name) ?? []), `${kind.name}: ${says}`])
  return fields
}

export const faultFlags: readonly OwnFlag[] = [
  ...COMMON,
  ...[...ownFields()].map(([name, says]) => ({
    usage: `--${spelled(name)} <VALUE>`,
    says: [...new Set(says)].join('; '),
  })),
]

/** `path.iccid=8943*` and others, by part and name. @throws CannotRun */
function matchOf(written: Flags[string]): object | undefined {
  if (!Array.isArray(written)) return undefined
  const match: Record<string, Record<string, unknown>> = {}
  for (const each of written) {
    const [, part = '', name = '', value = ''] = /^(\w+)\.([^=]+)=(.*)$/s.exec(String(each)) ?? []
    if (part === '') throw new CannotRun(`--match ${each}: write it as in ${PARTS}`)
    match[part] = { ...match[part], [name]: typedValue(value) }
  }
  return match
}

/** A time without a unit stays a text: what reads it tells how one is written. */
function fieldValue(kind: string, name: string, written: string): unknown {
  const { form = '' } = faultKinds.find((each) => each.name === kind)?.fields[name] ?? {}
  const isTime = name === 'until' || form.startsWith('a duration')
  const value = typedValue(written)
  return isTime && typeof value === 'number' ? written : value
}

/** The fault that a command line describes. @throws CannotRun */
function faultOf(args: readonly string[], flags: Flags): NewFault {
  const usage =
    'fault add PROVIDER OPERATION KIND, as in fault add esim-go createOrder status --status 503'
  const provider = argument(args, 1, usage)
  const name = argument(args, 2, usage)
  const kind = argument(args, 3, usage)
  const isOfCallbacks =
    flags.callback === true || (callbackKindsByName.has(kind) && !callKindsByName.has(kind))
  const fields = ['nth', 'times', 'until', ...ownFields().keys()].map((field) => {
    const written = flags[field]
    return [field, typeof written === 'string' ? fieldValue(kind, field, written) : undefined]
  })
  return defined({
    provider,
    operation: isOfCallbacks ? undefined : name,
    callback: isOfCallbacks ? name : undefined,
    kind,
    when: flags.when,
    match: matchOf(flags.match),
    ...Object.fromEntries(fields),
  }) as NewFault
}

/** Fields that every fault shows in a column of its own. */
const SHOWN = new Set(
  'id provider operation callback kind when match setAt seen hits active'.split(' '),
)

function rowOf(fault: FaultShown): (string | number | undefined)[] {
  const { id, provider, operation, callback, kind, when, match, seen, hits, active } = fault
  const rest = Object.entries(fault)
    .filter(([name]) => !SHOWN.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  if (match) rest.push(`match=${JSON.stringify(match)}`)
  const state = active ? 'active' : 'over'
  return [id, provider, operation ?? callback, kind, when, seen, hits, state, rest.join(' ')]
}

const COLUMNS = ['fault', 'provider', 'of', 'kind', 'when', 'seen', 'hits', 'state', 'with']

function listText(faults: readonly FaultShown[]): string {
  if (faults.length === 0)
    return 'there are no faults: `esimulator fault kinds` lists what can be set'
  return table(COLUMNS, faults.map(rowOf))
}

interface FieldShown {
  readonly form: string
  readonly says: string
  readonly required: boolean
}

/** A kind as it is listed. */
interface KindShown {
  readonly kind: string
  readonly of: FaultKind['of']
  readonly when?: readonly string[]
  readonly says: string
  readonly fields: Readonly<Record<string, FieldShown>>
}

function kindShown(kind: FaultKind): KindShown {
  const fields: Record<string, FieldShown> = {}
  for (const [name, { form, says, required = false }] of Object.entries(kind.fields))
    fields[name] = { form, says, required }
  const { name, of, says } = kind
  return of === 'operation'
    ? { kind: name, of, when: kind.when, says, fields }
    : { kind: name, of, says, fields }
}

function kindsText(kinds: readonly KindShown[]): string {
  const rows = kinds.map(({ kind, of, when, says, fields }) => [
    kind,
    of === 'operation' ? 'calls' : 'callbacks',
    when?.join(', '),
    Object.entries(fields)
      .map(([name, { required }]) => (required ? name : `[${name}]`))
      .join(' '),
    says,
  ])
  return table(['kind', 'of', 'when', 'fields', 'what is seen'], rows)
}

function magicText(values: readonly MagicValueShown[]): string {
  const rows = values.map(({ provider, where, value, says }) => [provider, where, value, says])
  return table(['provider', 'where', 'value', 'what it brings about'], rows)
}

export const fault: Run = async (config, args, flags) => {
  const [action = 'list'] = args
  const client = connect(config)
  switch (action) {
    case 'list':
      print(config, await client.faults.list(), listText)
      return 0
    case 'kinds':
      print(config, faultKinds.map(kindShown), kindsText)
      return 0
    case 'magic':
      print(config, await client.magic(), magicText)
      return 0
    case 'show': {
      const found = await client.faults.get(argument(args, 1, 'fault show ID'))
      print(config, found, (each) => listText([each]))
      return 0
    }
    case 'add':
      print(config, await client.faults.add(faultOf(args, flags)), (added) => listText([added]))
      return 0
    case 'remove': {
      const id = argument(args, 1, 'fault remove ID')
      await client.faults.remove(id)
      print(config, { removed: id }, () => `${id} is removed`)
      return 0
    }
    case 'clear':
      await client.faults.clear()
      print(config, { faults: [] }, () => 'there are no faults now')
      return 0
    default:
      throw unknownAction('fault', action)
  }
}
