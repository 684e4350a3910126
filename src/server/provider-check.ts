// What keeps a provider from being served: looked for before it is, and told a sentence each.
import { commonRefusals } from '../simulators/refusal-words.ts'
import type { Mount, Simulator } from '../simulators/simulator.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { commonSettings } from '../state/settings.ts'
import { sharedCollections } from '../state/shared-collections.ts'
import { compileSpec, type Operation, type Spec } from './spec.ts'
import { readSpec } from './spec-files.ts'
import { compileWebhooks, type Webhooks } from './webhooks.ts'

const PROVENANCE: readonly unknown[] = ['documented', 'public', 'inferred', 'invented']
const EFFECTS: readonly unknown[] = ['reads', 'changes', 'spends']

/** What no provider can be called: the paths and the files of the simulator itself. */
const RESERVED = ['control', 'sim', 'w', 'faults']

/** A spec of a provider, compiled. */
interface MountedSpec {
  readonly spec: Spec
  readonly webhooks: Webhooks
}

/**
 * Every problem of a provider that can be seen without running it, a sentence each; empty: none.
 */
export async function providerProblems(simulator: Simulator): Promise<string[]> {
  const { slug, mounts } = simulator
  const named = slugProblems(slug)
  const basePaths = mounts.flatMap(basePathProblems)
  const read = await Promise.all(mounts.map(specIn))
  const unread = read.flatMap((each) => (typeof each === 'string' ? [each] : []))
  const specs = read.flatMap((each) => (typeof each === 'string' ? [] : [each]))
  if (mounts.length === 0) unread.push('it has no spec: name one in "mounts"')
  if (unread.length > 0) return [...named, ...basePaths, ...unread]

  const operations = specs.flatMap(({ spec }) => [...spec.operations.values()])
  return [
    ...named,
    ...basePaths,
    ...specs.flatMap(({ spec }) => routeProblems(spec)),
    ...servedProblems(simulator, operations),
    ...operations.flatMap(markProblems),
    ...refusalProblems(simulator, operations),
    ...settingProblems(simulator),
    ...seedProblems(simulator),
    ...callbackProblems(simulator, specs),
    ...ownershipProblems(simulator),
  ]
}

function slugProblems(slug: string): string[] {
  if (typeof slug !== 'string' || !/^[a-z]+(-[a-z]+)*$/.test(slug))
    return [`its slug "${slug}" will not do: slugs are kebab-case letters, as in acme-mobile`]
  return RESERVED.includes(slug)
    ? [`its slug "${slug}" is a word of the simulator: choose another`]
    : []
}

function basePathProblems({ basePath }: Mount): string[] {
  if (/^(\/[A-Za-z0-9._~-]+)*$/.test(basePath)) return []
  return [`the base path "${basePath}" begins with a slash and ends without one, or is empty`]
}

/** A spec, or why there is none. */
async function specIn({ spec: file }: Mount): Promise<MountedSpec | string> {
  try {
    const document = readSpec(file)
    if (!/^3\.[01]/.test(String(document?.openapi)))
      return `its spec ${file} is no OpenAPI 3.0 or 3.1 document: "openapi" must begin so`
    const unnamed = unnamedIn(document)
    if (unnamed.length > 0) return `its spec ${file} has no operationId at ${unnamed.join(', ')}`
    const spec = await compileSpec(document)
    const webhooks = compileWebhooks(document)
    for (const operation of spec.operations.values()) tryValidators(operation)
    return { spec, webhooks }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : reasonOf(error).split('\n')[0]
    return `its spec ${file} cannot be used: ${reason}`
  }
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch']

function unnamedIn({ paths = {} }: { paths?: object }): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, { operationId?: string }>).flatMap(([method, each]) =>
      METHODS.includes(method) && each.operationId === undefined
        ? [`${method.toUpperCase()} ${path}`]
        : [],
    ),
  )
}

/** Compiles what checks requests and replies. @throws Error for a schema that is none */
function tryValidators(operation: Operation): void {
  operation.problems({ path: {}, query: {}, header: {} })
  // 599 stands for `default`.
  for (const [status, { content }] of Object.entries(operation.object.responses))
    for (const type of content ? Object.keys(content) : [undefined])
      operation.violations(Number(status) || 599, type, null)
}

function routeProblems(spec: Spec): string[] {
  return [...spec.operations.values()].flatMap(({ id, method, path }) => {
    const found = spec.find(method, path.replaceAll(/\{\w+\}/g, 'x'))
    const isFound = typeof found === 'object' && found.operation.id === id
    return isFound ? [] : [`no request reaches ${id}: another path answers ${method} ${path}`]
  })
}

function servedProblems(
  { handlers, gaps = {} }: Simulator,
  operations: readonly Operation[],
): string[] {
  const specified = new Set(operations.map(({ id }) => id))
  const served = new Set([...Object.keys(handlers), ...Object.keys(gaps)])
  const both = Object.keys(handlers).filter((id) => Object.hasOwn(gaps, id))
  const silent = Object.entries(gaps).filter(([, why]) => !/\w+ \w+/.test(why))
  return [
    ...[...specified]
      .filter((id) => !served.has(id))
      .map((id) => `${id} has no handler: write one, or say in "gaps" why there is none`),
    ...[...served]
      .filter((id) => !specified.has(id))
      .map((id) => `${id} is no operation of the spec: it has ${[...specified].join(', ')}`),
    ...both.map((id) => `${id} has a handler and is a gap: take one of them away`),
    ...silent.map(([id]) => `the gap ${id} does not say why: write a sentence`),
  ]
}

function markProblems({ id, object }: Operation): string[] {
  const { 'x-provenance': provenance, 'x-effect': effect } = object
  const effects = effectsOf(effect)
  return [
    ...(PROVENANCE.includes(provenance)
      ? []
      : [
          `${id} does not say where it comes from: give it x-provenance: ${PROVENANCE.join(' | ')}`,
        ]),
    ...(effects.length > 0 && effects.every((each) => EFFECTS.includes(each))
      ? []
      : [`${id} does not say what it does: give it x-effect: ${EFFECTS.join(' | ')}`]),
  ]
}

/** The effects of an operation: one, or one by the value of a parameter. */
function effectsOf(effect: unknown): unknown[] {
  if (typeof effect !== 'object' || effect === null) return [effect]
  return Object.values(effect).flatMap((byValue) => Object.values(byValue as object))
}

/** What may be refused at any operation, before its handler is called. */
const ANYWHERE = ['unauthorized', 'invalid-request', 'internal']

function refusalProblems(simulator: Simulator, operations: readonly Operation[]): string[] {
  const { refusalCodes, advice = {} } = simulator
  const missing = commonRefusals.filter((code) => !refusalCodes.includes(code))
  const own = refusalCodes.filter((code) => !commonRefusals.includes(code))
  return [
    ...missing.map((code) => `it has no words for the refusal "${code}": add it to its errors`),
    ...own
      .filter((code) => !/\w+ \w+/.test(advice[code] ?? ''))
      .map((code) => `nothing is said about the refusal "${code}": add a sentence to "advice"`),
    ...operations.flatMap((operation) =>
      ANYWHERE.flatMap((code) => wordingProblems(simulator, operation, code)),
    ),
  ]
}

function wordingProblems(simulator: Simulator, operation: Operation, code: string): string[] {
  const { id, isPublic } = operation
  if (isPublic && code === 'unauthorized') return []
  const { settings, mounts } = simulator
  const refusal = new Refusal<string>(code, 'the reason')
  const said = simulator.refusalReply(refusal, id, settings.defaults, mounts[0]?.basePath)
  const type = said.body === undefined ? said.content?.type : operation.jsonType(said.status)
  const [broken] = operation.violations(said.status, type, said.body)
  if (broken === undefined) return []
  return [`the refusal "${code}" of ${id} breaks the spec (${broken}): mend one of them`]
}

function settingProblems({ slug, settings }: Simulator): string[] {
  const { provider, table } = settings
  const foreign = `its settings are those of "${provider}": defineSettings('${slug}', ...) makes its own`
  const missing = Object.keys(commonSettings).filter((name) => !Object.hasOwn(table, name))
  const own = Object.entries(table).flatMap(([name, { fallback, description, problem }]) => {
    const wrong = problem(fallback)
    const silent = /\w+ \w+/.test(description) ? [] : [`the setting "${name}" is not described`]
    return wrong ? [...silent, `the default of the setting "${name}" ${wrong}`] : silent
  })
  return [
    ...(provider === slug ? [] : [foreign]),
    ...missing.map(
      (name) => `it has no setting "${name}": put ...commonSettings into its settings`,
    ),
    ...own,
  ]
}

function seedProblems({ seeds, states = {} }: Simulator): string[] {
  const both = Object.keys(states).filter((name) => Object.hasOwn(seeds, name))
  return [
    ...(seeds.default ? [] : ['it has no seed "default": a new world begins with it']),
    ...both.map((name) => `"${name}" is a seed and a state: call one of them by another name`),
  ]
}

function callbackProblems(
  { callbacks, seeds }: Simulator,
  specs: readonly MountedSpec[],
): string[] {
  if (!callbacks) return []
  const { types, seed, versions } = callbacks
  const none = types.filter((type) =>
    specs.every(({ webhooks }) => webhooks.namesFor(type).length === 0),
  )
  return [
    ...(types.length > 0 ? [] : ['it sends no type of callback: leave "callbacks" out']),
    ...(versions.length > 0 ? [] : ['its callbacks have no version: "versions" is [1] at least']),
    ...none.map((type) => `the callback ${type} is not in the spec: add it to "webhooks"`),
    ...(Object.hasOwn(seeds, seed)
      ? []
      : [
          `there is no seed "${seed}" to write callbacks in: it has ${Object.keys(seeds).join(', ')}`,
        ]),
  ]
}

/** What it keeps and schedules is known for its own. */
function ownershipProblems({ slug, collections = [], tasks = [] }: Simulator): string[] {
  const taken = new Set(sharedCollections.map(({ name }) => name))
  const names = collections.map(({ name }) => name)
  return [
    ...names
      .filter((name) => taken.has(name) || !name.startsWith(slug))
      .map((name) => `the collection "${name}" is not told from others: call it "${slug}.${name}"`),
    ...names
      .filter((name, at) => names.indexOf(name) !== at)
      .map((name) => `there are two collections "${name}": call one of them by another name`),
    ...tasks
      .filter(({ provider }) => provider !== slug)
      .map(({ kind }) => `the task "${kind}" is nobody's: give it provider: '${slug}'`),
  ]
}
