// The contract of a provider: what it is to the server.
import type { Callback } from '../state/callbacks.ts'
import type { AnyCollection, RecordRule } from '../state/collection.ts'
import type { PermanentKind } from '../state/credentials.ts'
import type { WorldEvent } from '../state/events.ts'
import type { Machine } from '../state/machine.ts'
import type { AnyRefusal } from '../state/refusal.ts'
import type { SettingsDef, SettingTable, SettingValue } from '../state/settings.ts'
import type { Sim } from '../state/sims.ts'
import type { TaskDef } from '../state/tasks.ts'
import type { UsageRules, UsedData } from '../state/usage.ts'
import type { World } from '../state/world.ts'
import type { Handler, HeaderOf, Reply } from './call.ts'
import type { ImportPlan } from './import-plan.ts'
import type { Handlers } from './typed-handlers.ts'

/** A spec and the path it is served under, below the provider's slug. */
export interface Mount {
  /**
   * The name of its file in the folder `specs`; of a provider in a package of its own an absolute
   * path, or what `nameOfDocument` gave it.
   */
  readonly spec: string
  readonly basePath: string
  /**
   * What a client's base URL has after the base path, where the spec has more
   * than the API.
   */
  readonly api?: string
  /** An older version: served to those who ask for it, and not named among the base URLs. */
  readonly isUnlisted?: true
  /** The file of the numbered sentences about it, where a package of its own brings them. */
  readonly statements?: string
}

/** What a provider in a package of its own brings besides. */
export interface PluginParts {
  /** The contract it was made for: `PLUGIN_API` of its day. */
  readonly api: number
  /** The files of its contract suite: absolute paths. */
  readonly suites: readonly string[]
}

/** A host of the real API: clients that know no other URL are answered under its name, too. */
export interface PublicHost {
  readonly name: string
  /** Where the name is from. */
  readonly provenance: 'documented' | 'public' | 'inferred'
}

/** The paths below the slug that a client's base URLs end with, without those of older versions. */
export function basesOf({ mounts }: Pick<Simulator, 'mounts'>): string[] {
  const listed = mounts.filter(({ isUnlisted }) => !isUnlisted)
  return listed.map(({ basePath, api = '' }) => basePath + api)
}

/** What a provider that counts requests makes of one. */
export interface Admission {
  /** Go with the reply, whatever it is. */
  readonly headers: Readonly<Record<string, string>>
  /** Set where the request is turned away unread. */
  readonly refusal?: AnyRefusal
}

/** The settings of a provider in one world. */
export type SettingValues = Readonly<Record<string, SettingValue>>

/** How a provider knows who calls. */
export interface Authentication {
  /** What a caller is given to prove itself with, and a user may choose. */
  readonly kind: PermanentKind
  /**
   * The secret a request carries, if any. It may choose the world; the journal does not keep it.
   * @param values absent before the world is known
   * @param body as sent; absent where there is none
   */
  readonly credentialIn: (
    header: HeaderOf,
    values?: SettingValues,
    body?: string,
  ) => string | undefined
  /** Lets the sender through. @throws Refusal `unauthorized` with the true reason */
  readonly authenticate: (header: HeaderOf, world: World) => void
  /** Path of the token endpoint below the slug, where there is one. */
  readonly tokenPath?: (values: SettingValues) => string
  /** What proves a caller and stands in the settings, where something does: never shown elsewhere. */
  readonly secretsIn?: (values: SettingValues) => readonly string[]
  /** Begins to ask for credentials once a user chose some, where that is not done anyway. */
  readonly demand?: (world: World) => void
}

/** What a provider does with requests beside answering them. */
export interface RequestHooks {
  /**
   * The spec's path for one asked for, both below the slug, where settings can
   * move paths.
   */
  readonly pathOf?: (path: string, values: SettingValues) => string
  /** The other way round: where a path of the spec is served. */
  readonly servedAt?: (ofSpec: string, values: SettingValues) => string
  /**
   * Counts a request before it is read. Called outside a transaction, and opens one of its own: the
   * count stays though the request be refused.
   * @param caller the address of the sender
   * @returns `undefined` where requests are not counted
   */
  readonly count?: (caller: string, world: World) => Admission | undefined
  /**
   * Does what a refusal leads to, in a transaction of its own: the request's is
   * undone.
   */
  readonly afterRefusal?: (refusal: AnyRefusal, world: World) => void
}

/** A value that always brings about something rare. */
export interface MagicValue {
  /** Where it is given, as in `an ICCID`. */
  readonly where: string
  /** `*` in it stands for any characters. */
  readonly value: string
  /** What it brings about. */
  readonly says: string
}

/** What a SIM of this provider does in a handset and on the air. */
export interface DeviceRules {
  readonly usage: UsageRules
  /**
   * A country (ISO 3166 alpha-2) where the SIM works, for a device that is told
   * none.
   */
  readonly homeCountry?: (world: World, sim: Sim) => string | undefined
  /** The data a SIM used, oldest first, where the provider keeps records of its own of that. */
  readonly usesOf?: (world: World, sim: Sim) => readonly UsedData[]
}

/** How a callback is to be signed. */
export interface Signing {
  /** The machine's clock, in ms since the epoch. */
  readonly wall: number
  /** What to sign with, as `secret` has it; that of the world unless given. */
  readonly secret?: string
  /** How long before now the timestamp lies, in ms; not at all unless given. */
  readonly age?: number
}

/** What a callback tells, and of which SIM, where it is about one. */
export interface ComposedCallback {
  readonly iccid?: string
  readonly body: object
}

/** A callback that somebody asks for: nothing happened that it would tell of. */
export interface WantedCallback {
  /** One of the provider's. */
  readonly type: string
  /** Of the SIM it is about; the newest one unless said. */
  readonly iccid?: string | undefined
  /** One of the provider's. */
  readonly version: number
}

/** How a provider's callbacks are written and sent. */
export interface CallbackRules {
  /** Every type there is. */
  readonly types: readonly string[]
  /** A seed in which one of every type can be written. */
  readonly seed: string
  /**
   * Writes a callback of what there is now, and changes nothing. What is not there is left out: the
   * spec says whether it has to be.
   * @throws Refusal `not-found` for a SIM there is not, `wrong-state` where there is none at all
   */
  readonly compose: (world: World, wanted: WantedCallback) => ComposedCallback
  /** Headers that go with a callback: its signature. None where it is not signed. */
  readonly sign: (
    callback: Callback,
    world: World,
    signing: Signing,
  ) => Readonly<Record<string, string>>
  /** True where what is signed holds the time it was signed at. */
  readonly signsTime?: true
  /** What a receiver checks that signature with, for those who may see credentials. */
  readonly secret?: (world: World) => string | undefined
  /** What the callbacks of another world could be signed with. */
  readonly otherSecret?: (world: World) => string
  /** Delays between attempts, ISO 8601. */
  readonly schedule: (world: World) => readonly string[]
  /** What `version` a target may ask for; the first unless it asks. */
  readonly versions: readonly [number, ...number[]]
}

/** A setting that makes the simulator answer as a real endpoint was seen to. */
export interface SettingMend {
  readonly setting: string
  /** Its value, by what was seen at the real endpoint. */
  readonly value: SettingValue | ((seen: string) => SettingValue)
  /** The kind of the difference: `status`, `header`, `presence`, `type`, `enum`, `format`, `order`, `state`. */
  readonly kind: string
  /** `METHOD /path` of the spec; any unless given. */
  readonly operation?: string
  /** How the JSON pointer of the field ends; any unless given, empty for the body as a whole. */
  readonly pointer?: string
  /** What is seen of the simulator, and of the real endpoint; anything unless given. */
  readonly ours?: RegExp
  readonly theirs?: RegExp
}

/** What a provider has in stock. */
export interface StockShown {
  /** By the names of the seed file. */
  readonly stock: Readonly<Record<string, unknown>>
  /** How many entries of a list are not told, by its name. */
  readonly more: Readonly<Record<string, number>>
}

/** A value that a named state takes. */
export interface StateParameter {
  readonly kind: keyof StateValueKinds
  /** What it is, and how it has to look. */
  readonly says: string
  /** A regular expression that a text has to fit as a whole; any unless given. */
  readonly pattern?: string
  /** What it is where it is left out; absent where the provider draws or counts one. */
  readonly fallback?: string | number | boolean
}

interface StateValueKinds {
  readonly text: string
  readonly number: number
  readonly flag: boolean
}

/** Values of a named state, as they are given to it: the fallback where one is left out. */
export type StateValues = Readonly<Record<string, string | number | boolean | undefined>>

/** A state that takes values. */
export interface NamedState {
  readonly says: string
  /** The first one may be written behind the name: `balance 12.50`. */
  readonly parameters: Readonly<Record<string, StateParameter>>
  /** @throws Refusal where a value cannot be */
  readonly lay: (world: World, values: StateValues) => void
}

type ValuesOf<Parameters extends Readonly<Record<string, StateParameter>>> = {
  readonly [Name in keyof Parameters]:
    | StateValueKinds[Parameters[Name]['kind']]
    | (Parameters[Name] extends { readonly fallback: unknown } ? never : undefined)
}

/** Defines a state whose values have the types that its parameters tell. */
export function defineState<const Parameters extends Readonly<Record<string, StateParameter>>>(
  state: Omit<NamedState, 'parameters' | 'lay'> & {
    readonly parameters: Parameters
    readonly lay: (world: World, values: ValuesOf<Parameters>) => void
  },
): NamedState {
  // Values are held to the parameters before they come here.
  return { ...state, lay: state.lay as NamedState['lay'] }
}

/**
 * A provider; what most providers do not need is optional. Made with
 * `defineSimulator`.
 */
export interface Simulator {
  /** Its name in URLs, folders and specs: kebab-case. */
  readonly slug: string
  /** Its name for people. */
  readonly title: string
  /** Its specs, each where it is served. */
  readonly mounts: readonly Mount[]
  /** Hosts of the real API, where they are known: its paths below the slug are served at `/` there. */
  readonly hosts?: readonly PublicHost[]
  /** What a user can choose about it. */
  readonly settings: SettingsDef
  /** Which differences to the real endpoint a setting ends; the first that fits is proposed. */
  readonly settingMends?: readonly SettingMend[]
  /** What answers each operation, by operationId. */
  readonly handlers: Readonly<Record<string, Handler>>
  /**
   * Words any refusal in the provider's dialect.
   * @param operation absent where none was found
   * @param values absent where there is no world
   * @param basePath of the mount the operation was found in
   */
  readonly refusalReply: (
    refusal: AnyRefusal,
    operation: string | undefined,
    values?: SettingValues,
    basePath?: string,
  ) => Reply
  /** Every code that `refusalReply` has words for. */
  readonly refusalCodes: readonly string[]
  /** What to do about each of the refusals that only it has, by code. */
  readonly advice?: Readonly<Record<string, string>>
  readonly auth: Authentication
  /**
   * States to begin with, by name, each laid over an empty one; `default` is a
   * new world's.
   */
  readonly seeds: Readonly<Record<string, (world: World) => void>>
  /** What each of these holds, and what to do next in it, by name. */
  readonly seedTexts?: Readonly<Record<string, string>>
  /** States that take values, by name, each laid over what a seed has made. */
  readonly states?: Readonly<Record<string, NamedState>>
  readonly device: DeviceRules

  /** Operations of the spec that answer 501, and why. */
  readonly gaps?: Readonly<Record<string, string>>
  readonly requests?: RequestHooks
  /**
   * Lays the provider's part of a user's seed file over what there is: over the state `default`, or,
   * in the middle of a world's life, over its present stock.
   * @param content as parsed from the file, unchecked
   * @throws Refusal `invalid-request` naming the field that is wrong
   */
  readonly applySeedFile?: (world: World, content: unknown) => void
  /**
   * The present stock in the words of the seed file.
   * @param limit how many entries of each list are told
   */
  readonly stockShown?: (world: World, limit: number) => StockShown
  /** How a real account becomes a seed file, read when it is asked for: no start needs it. */
  readonly importPlan?: () => Promise<ImportPlan>
  /** What it alone keeps: every collection it defines. */
  readonly collections?: readonly AnyCollection[]
  /** What its records in collections that all share have to be besides. */
  readonly narrower?: readonly RecordRule[]
  /** The kinds of tasks it schedules. */
  readonly tasks?: readonly TaskDef[]
  /** Answers what happened to one of its SIMs, in the same transaction. */
  readonly react?: (event: WorldEvent, world: World) => void
  /** Values that bring about what is rare, or cannot be provoked at the vendor's. */
  readonly magicValues?: readonly MagicValue[]
  /** The tables of states that it goes by, beside those of every profile and bundle. */
  readonly machines?: readonly Machine[]
  /** What it keeps of a SIM that people look for it by: names, references, numbers beside the SIM's own. */
  readonly searchedBy?: (world: World, sim: Sim) => readonly (string | undefined)[]
  /** Absent where it sends no callbacks. */
  readonly callbacks?: CallbackRules
  /** Set where it is of a package of its own. */
  readonly plugin?: PluginParts
}

/**
 * Defines a provider. Each handler is typed by its operation in the spec and by the provider's
 * settings: `defineSimulator<operations, typeof settings.table>({...})`.
 */
export function defineSimulator<Operations, Settings extends SettingTable>(
  definition: Omit<Simulator, 'handlers' | 'settings'> & {
    readonly settings: SettingsDef<Settings>
    readonly handlers: Handlers<Operations, Settings>
  },
): Simulator {
  // The server calls all handlers alike, with what the spec has validated: their types end here.
  const handlers = definition.handlers as unknown as Simulator['handlers']
  return { ...definition, handlers }
}
