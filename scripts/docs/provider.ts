// The page of a provider: operations with provenance and evidence, settings, states, callbacks, refusals.
import type { Evidence, OperationEvidence } from '../../src/contracts/evidence.ts'
import { listedStates, listedTitle } from '../../src/contracts/pact/provider-states.ts'
import type { SimRow, SimShown } from '../../src/control/wire.ts'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { adviceOn } from '../../src/server/advice.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import type { Mount, Simulator } from '../../src/simulators/simulator.ts'
import { grouped } from '../../src/state/collection.ts'
import { type Cell, code, oneLine, page, type ReferencePage, table } from './markdown.ts'

interface OperationObject {
  readonly operationId?: string
  readonly summary?: string
  readonly 'x-provenance'?: string
  readonly 'x-effect'?: unknown
}

interface DocumentedOperation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly object: OperationObject
  readonly versions: readonly string[]
  /** In each of these versions. */
  readonly provenance: readonly string[]
}

export async function providerPage(
  provider: Simulator,
  evidence: Evidence,
): Promise<ReferencePage> {
  const { slug, title, mounts } = provider
  const listed = mounts.filter(({ isUnlisted }) => !isUnlisted)
  const bases = listed.map(({ basePath }) => code(`/${slug}${basePath}`)).join(', ')
  return page(`${slug}.md`, [
    `# ${title}`,
    `Served at ${bases}. What the marks mean stands in [specs/README.md](../../specs/README.md#marks).`,
    '## Operations',
    'The column "simulator" says whether a contract case has proven a published statement about the operation at the simulator, ' +
      'and "real" the same of a real endpoint: see [evidence](evidence.md).',
    operationsTable(provider, listed, evidence.providers[slug] ?? {}),
    '## Settings',
    'Each belongs to a world: [how to set one](../configuration.md#settings).',
    settingsTable(provider),
    '## States to start from',
    `[How to use one](../ci.md#states-to-start-from).`,
    await statesTable(provider),
    ...callbacksPart(provider),
    ...magicPart(provider),
    '## Refusals',
    'The true reason of a refusal, as [the journal](../errors.md) tells it, and what to do about it.',
    refusalsTable(provider),
  ])
}

/** Values that always bring about something rare, where there are any. */
function magicPart({ magicValues = [] }: Simulator): string[] {
  if (magicValues.length === 0) return []
  const rows = magicValues.map(({ where, value, says }) => [where, code(value), says])
  return [
    '## Magic values',
    'What each brings about, wherever it is given; all are invented. `*` stands for any characters. `GET /_sim/magic` and `esimulator fault magic` tell the same.',
    table(['where', 'value', 'what it brings about'], rows),
  ]
}

function operationsTable(
  { slug, gaps = {} }: Simulator,
  mounts: readonly Mount[],
  evidence: Readonly<Record<string, OperationEvidence>>,
): string {
  const operations = merged(mounts)
  const isVersioned = mounts.length > 1
  const head = ['call', 'operation', 'what it does', 'provenance', 'effect', 'simulator', 'real']
  const rows = operations.map(({ id, method, path, object, versions, provenance }) => {
    const known = evidence[id]
    const cases = Object.keys(known?.evidence[0]?.cases ?? {}).length
    const cells: Cell[] = [
      code(`${method} ${path}`),
      code(id),
      gaps[id] === undefined ? object.summary : `${object.summary}. Not simulated: ${gaps[id]}`,
      [...new Set(provenance)].join(', then '),
      effectText(object['x-effect']),
      known && `${known.simulator}, ${cases} ${cases === 1 ? 'case' : 'cases'}`,
      known?.real,
    ]
    return isVersioned ? [...cells, versions.join(', ')] : cells
  })
  if (rows.length === 0) throw new Error(`${slug} has no operations`)
  return table(isVersioned ? [...head, 'in'] : head, rows)
}

/** The operations of all versions, each once. */
function merged(mounts: readonly Mount[]): DocumentedOperation[] {
  const found = new Map<string, DocumentedOperation>()
  for (const { spec, basePath } of mounts)
    for (const operation of operationsIn(spec)) {
      const { id, method, path, object } = operation
      const name = `${id} ${method} ${path}`
      const before = found.get(name)
      const provenance = object['x-provenance'] ?? 'unmarked'
      found.set(name, {
        ...operation,
        versions: [...(before?.versions ?? []), basePath.replaceAll('/', '')],
        provenance: [...(before?.provenance ?? []), provenance],
      })
    }
  return [...found.values()]
}

function operationsIn(spec: string): Omit<DocumentedOperation, 'versions' | 'provenance'>[] {
  const { paths = {} } = readSpec(spec)
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).flatMap(([method, part]) => {
      const object = part as OperationObject
      const { operationId: id } = object
      return id === undefined ? [] : [{ id, method: method.toUpperCase(), path, object }]
    }),
  )
}

/** `reads`; or by the value of a parameter: `reads where type is validate, ...`. */
function effectText(effect: unknown): string {
  if (typeof effect !== 'object' || effect === null) return String(effect ?? '')
  return Object.entries(effect)
    .flatMap(([name, values]) =>
      Object.entries(values as object).map(([value, does]) => `${does} where ${name} is ${value}`),
    )
    .join(', ')
}

function settingsTable({ settings }: Simulator): string {
  const rows = Object.entries(settings.table).map(([name, { fallback, description }]) => [
    code(name),
    code(JSON.stringify(fallback)),
    description,
  ])
  return table(['setting', 'unless set', 'what it is'], rows)
}

async function statesTable(provider: Simulator): Promise<string> {
  const rows = []
  const usual = await heldBy(provider, 'default')
  for (const state of listedStates(provider)) {
    const title = listedTitle(state)
    const { name } = state
    const isOfWorld = name in provider.seeds || name in (provider.states ?? {})
    const says = isOfWorld ? `${state.says.replace(/\.$/, '')}. ` : ''
    const holds = isOfWorld
      ? heldText(await heldBy(provider, name), usual, name)
      : `for [Pact](../pact.md): ${state.says}`
    rows.push([code(title), says + holds, parametersText(provider, name)])
  }
  return table(['state', 'what it holds', 'values'], rows)
}

function parametersText({ states = {} }: Simulator, name: string): string {
  const parameters = Object.entries(states[name]?.parameters ?? {})
  return parameters
    .map(([each, { says, fallback }]) => {
      const usual = fallback === undefined ? '' : `; ${JSON.stringify(fallback)} unless given`
      return `${code(each)}: ${says}${usual}`
    })
    .join('<br>')
}

/** What a state holds, in words. */
interface Held {
  readonly sims: string
  readonly stock: string
}

/** The stock is told where it is not that of every new world. */
function heldText({ sims, stock }: Held, usual: Held, name: string): string {
  return name !== 'default' && stock === usual.stock ? sims : `${sims} In stock: ${stock}.`
}

/** Starts a simulator with the state, and looks at its SIMs. */
async function heldBy(provider: Simulator, given: string): Promise<Held> {
  await using sim = await startSimulator({ providers: [provider], given })
  const rows = await sim.sims(provider.slug)
  const { stock, more } = await sim.control.call('getStock', { path: { slug: provider.slug } })
  return { sims: await simsText(rows, sim), stock: stockText(stock, more ?? {}) }
}

/** Values as they are, lists by how many entries they have. */
function stockText(
  stock: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, number>>,
): string {
  const texts = Object.entries(stock).map(([name, value]) => {
    const isList = Array.isArray(value)
    return `${name} ${isList ? value.length + (more[name] ?? 0) : JSON.stringify(value)}`
  })
  return texts.join(', ') || 'nothing'
}

async function simsText(rows: readonly SimRow[], sim: RunningSimulator): Promise<string> {
  if (rows.length === 0) return 'No SIMs in use.'
  if (rows.length > 3) {
    const kinds = grouped(rows, ({ profile, service }) => `${profile} and ${service}`)
    const counts = [...kinds].map(([kind, group]) => `${group.length} ${kind}`)
    return `${rows.length} SIMs: ${counts.join(', ')}.`
  }
  const shown = await Promise.all(rows.map(({ iccid }) => sim.device(iccid).show()))
  return shown.map(simText).join(' ')
}

function simText({ iccid, profile, service, bundles }: SimShown): string {
  const held = bundles.map(({ name, state }) => `${name} (${state})`)
  const tail = held.length === 0 ? 'without a bundle' : `with ${held.join(', ')}`
  return `SIM ${iccid}: ${profile}, ${service}, ${tail}.`
}

function callbacksPart({ title, callbacks, settings }: Simulator): string[] {
  if (!callbacks) return ['## Callbacks', `${title} sends none.`]
  const { retrySchedule } = settings.defaults
  const delays = Array.isArray(retrySchedule) ? retrySchedule.map((each) => code(each)) : []
  return [
    '## Callbacks',
    `Types: ${callbacks.types.map(code).join(', ')}. Versions: ${callbacks.versions.join(', ')}. ` +
      `Tried again after ${delays.join(', ')} (setting ${code('retrySchedule')}); then it is dead.`,
  ]
}

function refusalsTable(provider: Simulator): string {
  const rows = [...new Set(provider.refusalCodes)].map((each) => [
    code(each),
    oneLine(adviceOn(each, provider) ?? ''),
  ])
  return table(['reason', 'what to do'], rows)
}
