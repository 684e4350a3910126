// What a provider of one's own is written with: the entry `esimulator/provider`.
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeKnown, nameOfDocument, PLUGIN_API } from '../simulators/plugins.ts'
import { defineSimulator, type Mount, type Simulator } from '../simulators/simulator.ts'
import type { Handlers } from '../simulators/typed-handlers.ts'
import { defined } from '../state/defined.ts'
import { type AnyRefusal, Refusal, type RefusalDetail } from '../state/refusal.ts'
import type { SettingsDef, SettingTable } from '../state/settings.ts'

export { keyAuthentication, seedKey } from '../simulators/api-key.ts'
export {
  type Call,
  type Content,
  type Handler,
  type HeaderOf,
  type Reply,
  reply,
} from '../simulators/call.ts'
export {
  bearerChallenge,
  clientAuthentication,
  issueToken,
  seedClient,
  type TokenReply,
  type TokenRequest,
  tokenAdvice,
  tokenRefusalCodes,
  wordTokenRefusal,
} from '../simulators/client-credentials.ts'
export { type NewSim, newSim } from '../simulators/new-sim.ts'
export { type RefusalTold, wordRefusals } from '../simulators/refusal-words.ts'
export {
  type Authentication,
  type CallbackRules,
  type ComposedCallback,
  type DeviceRules,
  defineState,
  type MagicValue,
  type NamedState,
  type RequestHooks,
  type Signing,
  type Simulator,
  type WantedCallback,
} from '../simulators/simulator.ts'
export type { Handlers } from '../simulators/typed-handlers.ts'
export { assignBundle, type Bundle, bundlesOf, type NewBundle } from '../state/bundles.ts'
export { type Callback, queueCallback } from '../state/callbacks.ts'
export { type Collection, defineCollection, SEPARATOR, sortable } from '../state/collection.ts'
export { covers } from '../state/coverage.ts'
export { credentials } from '../state/credentials.ts'
export { addDuration } from '../state/duration.ts'
export type { WorldEvent } from '../state/events.ts'
export { lpaString } from '../state/installation-code.ts'
export { iso } from '../state/instant.ts'
export { can, type Lifecycle, move } from '../state/lifecycle.ts'
export { type Machine, type Move, machineOf, serviceMachine } from '../state/machine.ts'
export { CAPITALS_AND_DIGITS, DIGITS, HEX } from '../state/random.ts'
export type { CommonRefusal } from '../state/refusal.ts'
export * as setting from '../state/settings.ts'
export { commonSettings, defineSettings } from '../state/settings.ts'
export * as shape from '../state/shape.ts'
export { moveService, newestSim, type Sim, simKey, sims } from '../state/sims.ts'
export { defineTask, type ShownAs, type TaskDef } from '../state/tasks.ts'
export type { UsedData } from '../state/usage.ts'
export type { World } from '../state/world.ts'

/** What an operation takes and gives, where its types are not generated from the spec. */
export interface OperationParts {
  readonly path?: object
  readonly query?: object
  readonly body?: unknown
  /** The body of its reply of 200 or 201. */
  readonly reply?: unknown
}

/**
 * The type of an operation, as openapi-typescript would write it; for `defineProvider`.
 * @example
 * interface Operations {
 *   getPlan: Operation<{ path: { id: string }; reply: Plan }>
 * }
 */
export interface Operation<Parts extends OperationParts> {
  parameters: { path?: Parts['path']; query?: Parts['query'] }
  requestBody: { content: { 'application/json': Parts['body'] } }
  responses: { 200: { content: { 'application/json': Parts['reply'] } } }
}

/**
 * A refusal, to be thrown: what a handler did is undone, and the provider words it.
 * @param code one of those that every provider has, or one of your own
 * @param reason the whole truth, for the journal
 */
export function refusal(code: string, reason: string, detail?: RefusalDetail): AnyRefusal {
  return new Refusal<string>(code, reason, detail)
}

/** A spec, and where it is served below the slug. */
export interface OwnMount extends Omit<Mount, 'spec' | 'statements'> {
  /** The URL or the absolute path of its file, YAML or JSON; or the document itself. */
  readonly spec: URL | string | object
  /** The file of the numbered sentences about it: a URL or an absolute path. */
  readonly statements?: URL | string
}

/** What every provider has; JavaScript does not tell when one is forgotten. */
const NEEDED = [
  'slug',
  'title',
  'mounts',
  'settings',
  'handlers',
  'refusalReply',
  'refusalCodes',
  'auth',
  'seeds',
  'device',
] as const

/** A provider, as `defineProvider` takes it. */
export interface ProviderDefinition<Operations, Settings extends SettingTable>
  extends Omit<Simulator, 'handlers' | 'settings' | 'mounts' | 'plugin'> {
  readonly mounts: readonly OwnMount[]
  readonly settings: SettingsDef<Settings>
  readonly handlers: Handlers<Operations, Settings>
  /** The workflow files of its contract suite: URLs or absolute paths. */
  readonly suites?: readonly (URL | string)[]
}

/**
 * Defines a provider of your own. Hand it to `startSimulator({ providers: [...] })`, or make it the
 * default export of a module for `esimulator start --plugin`. Its spec has the extensions
 * `x-provenance` and `x-effect` at each operation; `checkProvider` tells what is missing.
 *
 * @example
 * export default defineProvider<Operations, typeof settings.table>({
 *   slug: 'acme-mobile',
 *   title: 'Acme Mobile',
 *   mounts: [{ spec: new URL('./openapi.yaml', import.meta.url), basePath: '/v1' }],
 *   ...
 * })
 *
 * @throws TypeError for what lacks, and for the path of a file that is not absolute
 */
export function defineProvider<Operations, Settings extends SettingTable>(
  definition: ProviderDefinition<Operations, Settings>,
): Simulator {
  const missing = NEEDED.filter((name) => definition[name] === undefined)
  if (missing.length > 0) throw new TypeError(`defineProvider needs ${missing.join(', ')}, too`)
  const { mounts, suites = [], ...rest } = definition
  const simulator = defineSimulator<Operations, Settings>({
    ...rest,
    mounts: mounts.map((mount) => mountOf(mount, definition.slug)),
  })
  return { ...simulator, plugin: { api: PLUGIN_API, suites: suites.map(pathOf) } }
}

/**
 * Holds a provider to what the built-in ones are held to: every operation has a handler or a declared
 * gap, says where it comes from and what it does; every refusal has words that fit the spec; settings
 * are described; each seed can be laid, and each callback written in its seed as the spec has it; the
 * suite compiles, names states there are, and calls every operation.
 * @returns a sentence for each problem, with what to do; empty where there is none
 * @example
 * test('the provider is complete', async () => expect(await checkProvider(acme)).toEqual([]))
 */
export async function checkProvider(simulator: Simulator): Promise<string[]> {
  makeKnown([simulator])
  // What checks it is loaded when it is asked for: a start with the provider needs none of it.
  return (await import('./check-provider.ts')).allProblems(simulator)
}

function mountOf({ spec, statements, ...mount }: OwnMount, slug: string): Mount {
  const isFile = typeof spec === 'string' || spec instanceof URL
  return defined({
    ...mount,
    spec: isFile ? pathOf(spec) : nameOfDocument(slug + mount.basePath, spec),
    statements: statements && pathOf(statements),
  })
}

/** @throws TypeError */
function pathOf(file: URL | string): string {
  if (file instanceof URL) return fileURLToPath(file)
  if (file.startsWith('file:')) return fileURLToPath(file)
  if (isAbsolute(file)) return file
  throw new TypeError(
    `"${file}" is not absolute: write new URL('./${file}', import.meta.url), which is beside your module`,
  )
}
