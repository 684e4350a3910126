// Every option: its flag, its ESIMULATOR_ variable, its key in the file, and how it is read.
import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { hostProblem, originProblem } from '../server/access.ts'
import { shortName } from '../server/bounded.ts'
import type { Port } from '../server/listen.ts'
import { unknownName } from '../server/nearest.ts'
import { defined } from '../state/defined.ts'
import { addDuration } from '../state/duration.ts'
import { reasonOf } from '../state/reason.ts'
import { isDatabaseUrl, readDatabaseUrl } from '../stores/postgres/database-url.ts'
import type { Durability } from '../stores/store.ts'
import { reportKinds } from '../workflows/reports/kinds.ts'

/** The port of everything, unless another is named. */
export const DEFAULT_PORT = 4010

/** Thrown by a reader; the message goes behind where the value came from. */
export class ValueError extends Error {}

export interface Option<T> {
  /**
   * What stands for its value in the help; absent where it is switched on by
   * being there.
   */
  readonly value?: string
  /**
   * May be given several times; in a variable separated by commas, in the file
   * a list.
   */
  readonly many?: true
  /** Its key in the file, where that is not the flag's. */
  readonly key?: string
  /** The config file may have what the file holds in the place of its name. */
  readonly mayBeInline?: true
  /** A comma is part of a value: a variable holds one. */
  readonly hasCommas?: true
  /** What it takes is JSON, in the file as it is: an object, or a list of them. */
  readonly isJson?: true
  /** A JSON Schema of one value as it stands in the file; any text, or a number, unless given. */
  readonly form?: Readonly<Record<string, unknown>>
  readonly says: string
  /**
   * Its value from what was written for it: one text unless `many`.
   * @throws ValueError
   */
  readonly read: (texts: readonly string[]) => T
  readonly fallback: T
}

function option<T>(option: Option<T>): Option<T> {
  return option
}

const last = (texts: readonly string[]) => texts.at(-1) ?? ''
const text = (texts: readonly string[]): string | undefined => last(texts)

function flag(says: string): Option<boolean> {
  const words: Readonly<Record<string, boolean>> = {
    true: true,
    1: true,
    yes: true,
    on: true,
    false: false,
    0: false,
    no: false,
    off: false,
  }
  return option({
    says,
    fallback: false,
    form: { anyOf: [{ type: 'boolean' }, { enum: [...Object.keys(words), 0, 1] }] },
    read(texts) {
      const word = words[last(texts).toLowerCase()]
      if (word === undefined) throw new ValueError(`"${last(texts)}" is neither true nor false`)
      return word
    },
  })
}

function choice<const T extends string>(
  values: readonly T[],
  fallback: NoInfer<T>,
  says: string,
): Option<T> {
  return option({
    value: values.join('|'),
    says,
    fallback,
    form: { enum: values },
    read(texts) {
      const found = values.find((each) => each === last(texts))
      if (found === undefined)
        throw new ValueError(`"${last(texts)}" is not one of ${values.join(', ')}`)
      return found
    },
  })
}

const PORTS = 'give a number from 0 to 65535, or one for a provider, as in esim-go=4011'

function port(written: string): Port {
  const [, slug, number] = /^(?:([a-z0-9-]+)=)?(\d{1,5})$/.exec(written) ?? []
  if (number === undefined || Number(number) > 65_535)
    throw new ValueError(`"${written}" is not a port: ${PORTS}`)
  return defined({ port: Number(number), slug })
}

/** A host that stands for a provider. */
export interface MappedHost {
  readonly host: string
  readonly slug: string
}

function mappedHost(written: string): MappedHost {
  const [, host, slug] = /^([^=\s]+)=([a-z]+(?:-[a-z]+)*)$/.exec(written) ?? []
  if (host === undefined || slug === undefined)
    throw new ValueError(
      `"${written}": give a host and a provider, as in api.my-provider.example=highland`,
    )
  const problem = hostProblem(host)
  if (problem !== undefined) throw new ValueError(problem)
  return { host, slug }
}

/** Exactly as it is written: a receiver's path may end in a slash. */
function webUrl(texts: readonly string[]): string {
  const url = last(texts)
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ValueError(`"${url}" is not a URL that starts with http:// or https://`)
  return url
}

/** Of those who call it: they are told it, so it says nothing of who one is. */
function openUrl(texts: readonly string[]): string {
  const url = webUrl(texts)
  const { username, password } = new URL(url)
  if (username || password) throw new ValueError('must be a URL without a user name and a password')
  return url
}

/** Without a slash at its end: paths are put behind it. Host and port alone are meant as HTTP. */
function baseUrl(texts: readonly string[]): string {
  const written = last(texts)
  const url = /^[a-z0-9.-]+(?::\d{1,5})?$/i.test(written) ? `http://${written}` : written
  return webUrl([url]).replace(/\/+$/, '')
}

/** What is written may hold a password: it is not repeated. */
function databaseUrl(texts: readonly string[]): string {
  const url = last(texts)
  if (!isDatabaseUrl(url))
    throw new ValueError(
      'must be the URL of a PostgreSQL database, which begins with postgres://; ' +
        'a folder is named with --state',
    )
  try {
    readDatabaseUrl(url)
  } catch (error) {
    throw new ValueError(reasonOf(error))
  }
  return url
}

/** A host name, an address or a range of addresses. */
function reachable(written: string): string {
  const [address = '', bits, ...rest] = written.split('/')
  const most = isIP(address) === 4 ? 32 : 128
  const ranged =
    bits !== undefined && isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most
  const single =
    bits === undefined && (isIP(address) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(address))
  if (rest.length > 0 || !(ranged || single))
    throw new ValueError(`"${written}" is no host name, address or range such as 10.0.0.0/8`)
  return written
}

/** The parts of a list that is separated by commas. */
export function partsOf(list: string): string[] {
  const parts = list.split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

/** Several lists as one, each part of which is looked at. */
function listed(
  texts: readonly string[],
  problemOf: (part: string) => string | undefined,
): readonly string[] {
  const parts = texts.flatMap(partsOf)
  const problem = parts.map(problemOf).find((each) => each !== undefined)
  if (problem !== undefined) throw new ValueError(problem)
  return parts
}

/** A duration in ms; a bare number is ms. */
function duration(texts: readonly string[]): number {
  const written = last(texts)
  const ms = /^\d+$/.test(written) ? Number(written) : lengthOf(written)
  if (ms <= 0 || ms > 2 ** 31 - 1)
    throw new ValueError(`"${written}" is not a duration from 1 ms to 24 days`)
  return ms
}

function lengthOf(written: string): number {
  try {
    return addDuration(0, written)
  } catch (error) {
    throw new ValueError(reasonOf(error))
  }
}

const optional = <T>(fields: Omit<Option<T | undefined>, 'fallback'>): Option<T | undefined> =>
  option({ ...fields, fallback: undefined })

const WEB_URL = { type: 'string', pattern: '^https?://' }
const DURATION = {
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: '^(?:P.+|\\d+(?:\\.\\d+)?(?:ms|[smhdw])?)$' },
  ],
}
const DATE = String.raw`^\d{4}-\d{2}-\d{2}$`
/** As patterns: a kind with its file, or alone. */
const reportForms = Object.entries(reportKinds).map(([kind, { hasFile }]) =>
  hasFile ? `${kind}:.+` : kind,
)

/**
 * By config key. `callbackUrl` is spelled `callback-url` by flags and in the file, and
 * `ESIMULATOR_CALLBACK_URL` by variables.
 */
export const options = {
  port: option<readonly Port[]>({
    value: 'PORT',
    many: true,
    says: 'port to listen on (4010); esim-go=4011 gives a provider a port of its own, mounted at /',
    fallback: [],
    form: {
      anyOf: [
        { type: 'integer', minimum: 0, maximum: 65_535 },
        { type: 'string', pattern: '^(?:[a-z0-9-]+=)?\\d{1,5}$' },
      ],
    },
    read: (texts) => texts.map(port),
  }),
  host: option({
    value: 'ADDRESS',
    says: 'address to listen on; any but loopback demands a token',
    fallback: '127.0.0.1',
    read: last,
  }),
  callbackUrl: optional<string>({
    value: 'URL',
    says: 'where every provider sends its callbacks',
    form: WEB_URL,
    read: openUrl,
  }),
  callbackAllow: option<readonly string[]>({
    value: 'HOST|CIDR',
    many: true,
    says: 'where callbacks may go besides loopback',
    fallback: [],
    read: (texts) => texts.map(reachable),
  }),
  callbackTimeout: option({
    value: 'DURATION',
    says: 'how long a receiver may take (2s)',
    fallback: 2000,
    form: DURATION,
    read: duration,
  }),
  maxWorlds: option({
    value: 'NUMBER',
    says: 'how many worlds there may be (1000)',
    fallback: 1000,
    form: { type: 'integer', minimum: 1, maximum: 100_000 },
    read: (texts) => wholeNumber(texts, 100_000),
  }),
  state: option({
    value: 'DIR',
    says: 'folder the state is kept in',
    fallback: '.esimulator',
    read: last,
  }),
  store: optional<string>({
    value: 'URL',
    says:
      'PostgreSQL database the state is kept in instead, which several simulators may share, as in ' +
      'postgres://user:password@host/name; its tables are in the schema esimulator, or in another as ' +
      'in ?schema=name',
    form: { type: 'string', pattern: '^postgres(ql)?://' },
    read: databaseUrl,
  }),
  replicaUrl: optional<string>({
    value: 'URL',
    says: 'where the other simulators that share --store reach this one (http://, its address and its port)',
    form: WEB_URL,
    read: (texts) => openUrl(texts).replace(/\/+$/, ''),
  }),
  idle: option({
    value: 'DURATION',
    says: 'how long a world of --store stays open here while nobody uses it (1m)',
    fallback: 60_000,
    form: DURATION,
    read: duration,
  }),
  ephemeral: flag('keep nothing'),
  durability: option<Durability | undefined>({
    ...choice<Durability>(
      ['buffered', 'written', 'synced'],
      'buffered',
      'when a reply leaves: when its changes are in the log, so that they outlive kill -9 (buffered, ' +
        'written), or when the log is on the disk, so that they outlive a power cut (synced); with ' +
        '--store at once (buffered), or when PostgreSQL has committed them (written, synced); buffered ' +
        'unless told, with --store written',
    ),
    fallback: undefined,
  }),
  publicUrl: optional<string>({
    value: 'URL',
    says: "what links in replies begin with, instead of the request's Host",
    form: WEB_URL,
    read: (texts) => openUrl(texts).replace(/\/+$/, ''),
  }),
  tls: flag(
    'speak TLS on every port, beside HTTP, with a certificate of a CA of this machine that is made ' +
      'once and kept; how clients trust it is printed',
  ),
  tlsCert: optional<string>({
    value: 'FILE',
    says: 'speak TLS with a certificate of your own (PEM, those that signed it behind it)',
    read: text,
  }),
  tlsKey: optional<string>({
    value: 'FILE',
    says: 'the key of --tls-cert (PEM)',
    read: text,
  }),
  tlsCa: optional<string>({
    value: 'DIR',
    says: 'folder the CA of --tls is kept in (~/.esimulator/ca)',
    read: text,
  }),
  hostMap: option<readonly MappedHost[]>({
    value: 'HOST=PROVIDER',
    many: true,
    says:
      'a host that stands for a provider, as in api.my-provider.example=highland: its paths are at / ' +
      'there; those of the real APIs stand for theirs anyway',
    fallback: [],
    form: { type: 'string', pattern: '^[^=\\s]+=[a-z]+(?:-[a-z]+)*$' },
    read: (texts) => texts.map(mappedHost),
  }),
  seed: option({
    value: 'TEXT',
    says: 'the same one gives new worlds the same ids, ICCIDs and names',
    fallback: 'esimulator',
    read: last,
  }),
  seedFile: optional<string>({
    value: 'FILE',
    mayBeInline: true,
    form: { type: ['string', 'number', 'object'] },
    says:
      'your own stock, balance and catalogue for new worlds, by provider; in the config file also ' +
      'what it holds',
    read: text,
  }),
  plugin: option<readonly string[]>({
    value: 'PATH|PACKAGE',
    many: true,
    says: 'a provider of your own, made with esimulator/provider: its module, folder or package',
    fallback: [],
    form: { type: 'string', pattern: '\\S' },
    read: (texts) => texts,
  }),
  set: option<readonly Setting[]>({
    value: 'PROVIDER.NAME=VALUE',
    many: true,
    key: 'settings',
    isJson: true,
    says:
      'settings of new worlds, and of default, as in esim-go.rateLimit=10; `esimulator settings` ' +
      'lists them; in the file by provider and name, below settings',
    fallback: [],
    form: { type: ['string', 'object'] },
    read: (texts) => texts.flatMap(settings),
  }),
  given: option<readonly string[]>({
    value: 'STATES',
    many: true,
    hasCommas: true,
    says: 'named states that new worlds begin from, as in "an assigned bundle"; also by a reset',
    fallback: [],
    read: (texts) => texts,
  }),
  faults: option<readonly unknown[]>({
    value: 'JSON',
    many: true,
    isJson: true,
    says:
      'faults of new worlds, as in \'{"provider": "esim-go", "kind": "status", "status": 503}\'; ' +
      '`esimulator fault kinds` lists the kinds',
    fallback: [],
    form: { type: 'object', required: ['provider', 'kind'] },
    read: (texts) => texts.flatMap(json),
  }),
  key: option<readonly Key[]>({
    value: 'PROVIDER=KEY',
    many: true,
    says:
      'your own key instead of the default one, as in esim-go=test-api-key or ' +
      'wholesale=client:secret; several open the API, the first signs callbacks',
    fallback: [],
    form: { type: 'string', pattern: '^[a-z]+(?:-[a-z]+)*=[!-~]+$' },
    read: (texts) => texts.map(key),
  }),
  worldKey: option<readonly Key[]>({
    value: 'PROVIDER=KEY',
    many: true,
    says:
      'the key that your application has, as in esim-go=test-api-key: each world of a run has it ' +
      'instead of its own, so cases run one after the other',
    fallback: [],
    read: (texts) => texts.map(key),
  }),
  workflows: optional<string>({
    value: 'DIR',
    says: 'folder of workflows (Arazzo) of your own, which `workflow` and /_sim/workflows list and run',
    read: text,
  }),
  token: optional<string>({
    value: 'TEXT',
    says: 'demanded by the control API; better given as ESIMULATOR_TOKEN',
    form: { type: ['string', 'number'], pattern: '^[!-~]+$' },
    read: token,
  }),
  allowedHosts: option<readonly string[]>({
    value: 'HOST,...',
    many: true,
    says: 'host names that browsers, and all who use /_sim, are answered under besides loopback',
    fallback: [],
    read: (texts) => listed(texts, hostProblem),
  }),
  cors: option<readonly string[]>({
    value: 'ORIGIN,...',
    many: true,
    says: "pages that may use the providers' APIs, as in http://localhost:3000; * for all",
    fallback: [],
    read: (texts) => listed(texts, originProblem),
  }),
  instance: optional<string>({
    value: 'NAME',
    says:
      'a name for this start, as in the id of a CI job: wait-ready with the same one takes no other ' +
      'simulator for it',
    form: { type: ['string', 'number'], pattern: '^[!-~]{1,200}$' },
    read: instance,
  }),
  quiet: flag('print no line for each request and callback'),
  unchecked: flag('let replies through that break their spec (for load tests)'),
  clock: choice(['running', 'frozen'], 'running', 'how the clock of a new world goes'),
  url: optional<string>({
    value: 'URL',
    says: 'the running simulator (http://127.0.0.1:4010)',
    form: WEB_URL,
    read: baseUrl,
  }),
  world: optional<string>({ value: 'NAME', says: 'the world to speak to (default)', read: text }),
  only: option<readonly string[]>({
    value: 'ID',
    many: true,
    says: 'run only the workflow of this id',
    fallback: [],
    read: (texts) => texts,
  }),
  tag: option<readonly string[]>({
    value: 'TAG',
    many: true,
    says: 'run only workflows with this tag',
    fallback: [],
    read: (texts) => texts,
  }),
  input: option<readonly Input[]>({
    value: 'NAME=VALUE',
    many: true,
    says: 'an input of the workflows that know it; the schema of their inputs says what a value is',
    fallback: [],
    form: { type: 'string', pattern: '^[^=]+=' },
    read: (texts) => texts.map(input),
  }),
  source: option<readonly Input[]>({
    value: 'NAME=URL',
    many: true,
    says:
      'where a source is that is no API of the simulator, as in shop=http://127.0.0.1:3000; ' +
      'else a server on this machine that its document has',
    fallback: [],
    form: { type: 'string', pattern: '^[^=]+=https?://' },
    read: (texts) => texts.map(input),
  }),
  jobs: option({
    value: 'NUMBER',
    says: 'how many cases run at a time (as many as there are processors)',
    fallback: availableParallelism(),
    form: { type: 'integer', minimum: 1, maximum: 64 },
    read: jobs,
  }),
  report: option<readonly Report[]>({
    value: 'KIND:FILE',
    many: true,
    says: 'write a report: json:FILE, html, junit, ctrf, har or sarif; github prints annotations',
    fallback: [],
    form: { type: 'string', pattern: `^(?:${reportForms.join('|')})$` },
    read: (texts) => texts.map(report),
  }),
  target: optional<string>({
    value: 'sim|URL|FILE|cassette:FILE',
    says:
      'sim starts a simulator for the run, as if nothing is said; the URL of one that runs; ' +
      'the file of a real endpoint; or what --record has written, and nothing is sent',
    read: text,
  }),
  record: optional<string>({
    value: 'FILE',
    says: 'write what the run exchanges, redacted: --target cassette:FILE answers it again',
    read: text,
  }),
  left: option({
    value: 'sim|URL|FILE',
    says:
      'what is compared: sim, a URL or a file as --target has them, or the JSON report of a ' +
      'run (sim)',
    fallback: 'sim',
    read: last,
  }),
  right: optional<string>({
    value: 'sim|URL|FILE',
    says: 'what it is compared with, as --left has it',
    read: text,
  }),
  provider: optional<string>({
    value: 'SLUG',
    says: 'the provider whose contract suite is run, or that contracts of Pact are with',
    read: text,
  }),
  spec: optional<string>({
    value: 'FILE',
    says: 'an OpenAPI document of your own: its operations are called with its examples',
    read: text,
  }),
  checks: option<readonly string[] | undefined>({
    value: 'NAME,...',
    many: true,
    says: 'what every exchange is held to besides: names, all or none',
    fallback: undefined,
    read: (texts) => texts.flatMap(partsOf),
  }),
  negative: flag('send inputs that the schemas do not allow, too: they have to be refused'),
  allow: choice(
    ['reads', 'changes', 'spends'],
    'reads',
    'what may be done to a real endpoint: calls that do more are skipped',
  ),
  maxWait: option({
    value: 'DURATION',
    says: 'how long a workflow may wait at a real endpoint, where no clock can be moved (1m)',
    fallback: 60_000,
    form: DURATION,
    read: duration,
  }),
  receiver: optional<string>({
    value: 'URL',
    says: 'where callbacks of a real endpoint reach us: they arrive at --receiver-port',
    form: WEB_URL,
    read: webUrl,
  }),
  receiverPort: option({
    value: 'PORT',
    says: 'where callbacks of a real endpoint are listened for (4020)',
    fallback: 4020,
    form: { type: 'integer', minimum: 1, maximum: 65_535 },
    read: (texts) => wholeNumber(texts, 65_535),
  }),
  out: optional<string>({
    value: 'FILE|DIR',
    says:
      'the seed file that an import writes (seed.yaml), or the folder that contracts of Pact are ' +
      'exported to (pacts)',
    read: last,
  }),
  keepNames: flag(
    'keep names, e-mail addresses, phone numbers and codes of an account as they are',
  ),
  minCoverage: optional<number>({
    value: 'PERCENT',
    says:
      'fail where fewer of the documented statuses were seen; fields and statements are told, and ' +
      'not counted',
    form: { type: 'integer', minimum: 1, maximum: 100 },
    read: (texts) => wholeNumber(texts, 100),
  }),
  brokerUrl: optional<string>({
    value: 'URL',
    says: 'the Pact broker whose contracts are verified, too; none is asked unless it is given',
    form: WEB_URL,
    read: baseUrl,
  }),
  brokerToken: optional<string>({
    value: 'TEXT',
    says: 'lets us in at the broker; better given as ESIMULATOR_BROKER_TOKEN or PACT_BROKER_TOKEN',
    form: { type: ['string', 'number'], pattern: '^[!-~]+$' },
    read: token,
  }),
  brokerProvider: optional<string>({
    value: 'NAME',
    says: 'what the provider is called at the broker (its slug)',
    read: text,
  }),
  selector: option<readonly unknown[]>({
    value: 'JSON',
    many: true,
    isJson: true,
    says: 'which contracts of the broker, as in \'{"mainBranch":true}\'',
    fallback: [],
    form: { type: 'object' },
    read: (texts) => texts.flatMap(json),
  }),
  enablePending: flag('let contracts of the broker fail that it calls pending'),
  includeWipPactsSince: optional<string>({
    value: 'DATE',
    says: 'verify work in progress of the broker since this day, too',
    form: { type: 'string', pattern: DATE },
    read: date,
  }),
  providerBranch: optional<string>({
    value: 'NAME',
    says: 'the branch of the provider that the broker is told',
    read: text,
  }),
  consumer: optional<string>({
    value: 'NAME',
    says: 'what the consumer of exported contracts is called (esimulator-suite)',
    read: text,
  }),
  shuffle: optional<string>({
    value: 'TEXT',
    says: 'begin the cases in another order, the same one for the same text',
    read: text,
  }),
  states: option({
    value: 'DIR',
    says:
      'folder for the worlds of cases that failed: state import puts one in again ' +
      '(.esimulator/failed)',
    fallback: '.esimulator/failed',
    read: last,
  }),
  evidence: optional<string>({
    value: 'FILE',
    says: 'add what the run has proven of our providers to this file, with the day and the target',
    read: text,
  }),
  keep: flag('leave the worlds of a run where they are'),
  dryRun: flag('tell what would be run, and run nothing'),
  timeout: option({
    value: 'DURATION',
    says: 'how long to wait (30s)',
    fallback: 30_000,
    form: DURATION,
    read: duration,
  }),
  repair: flag('keep what can be kept of damaged worlds of a state folder nobody uses'),
  json: flag('JSON instead of text'),
} as const

function wholeNumber(texts: readonly string[], most: number): number {
  const number = Number(last(texts))
  if (!/^\d+$/.test(last(texts)) || number < 1 || number > most)
    throw new ValueError(`"${last(texts)}" is not a number from 1 to ${most}`)
  return number
}

function date(texts: readonly string[]): string {
  if (!new RegExp(DATE).test(last(texts)) || Number.isNaN(Date.parse(last(texts))))
    throw new ValueError(`"${last(texts)}" is no day such as 2026-01-31`)
  return last(texts)
}

const VISIBLE = 'must be of visible ASCII characters, without spaces'

function token(texts: readonly string[]): string {
  if (!/^[\x21-\x7e]+$/.test(last(texts))) throw new ValueError(VISIBLE)
  return last(texts)
}

/** One value of JSON, or those of a list. */
function json(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    throw new ValueError(`${written} is no JSON`)
  }
}

function instance(texts: readonly string[]): string {
  if (!/^[!-~]{1,200}$/.test(last(texts))) throw new ValueError(VISIBLE)
  return last(texts)
}

/** A setting of a provider, as it is written: a text stands for what its default is. */
export interface Setting {
  readonly slug: string
  readonly name: string
  readonly value: unknown
}

const SETTING = 'give a provider, a setting and its value, as in esim-go.rateLimit=10'

/** Settings as texts, several with commas between, or as the file has them by provider and name. */
function settings(written: string): Setting[] {
  if (/^\s*[[{]/.test(written)) return settingsIn(json(written))
  // A comma within a value is none before another setting.
  return written.split(/,(?=[a-z][a-z-]*\.\w+=)/).map(setting)
}

function setting(written: string): Setting {
  const [, slug, name, value = ''] = /^([a-z][a-z-]*)\.(\w+)=(.*)$/s.exec(written.trim()) ?? []
  if (slug === undefined || name === undefined)
    throw new ValueError(`"${shortName(written)}" is no setting: ${SETTING}`)
  return { slug, name, value }
}

function settingsIn(content: unknown): Setting[] {
  if (Array.isArray(content)) return content.map((each) => setting(String(each)))
  return Object.entries(content as object).flatMap(([slug, values]) => {
    if (typeof values !== 'object' || values === null)
      throw new ValueError(`"${slug}" has no settings below it: write each as a name and a value`)
    return Object.entries(values).map(([name, value]) => ({ slug, name, value }))
  })
}

/** A provider's key, or a client and its secret, as it is written. */
export interface Key {
  readonly slug: string
  readonly text: string
}

/** What is wrong is told without the key. */
function key(written: string): Key {
  // A key alone may have a = in it, too, at its end as base64 has: what is no slug is not repeated.
  const [, slug, text] = /^([a-z]+(?:-[a-z]+)*)=(?!=+$)(.*)$/s.exec(written) ?? []
  if (slug === undefined || text === undefined)
    throw new ValueError('give a provider and its key, as in esim-go=test-api-key')
  if (!/^[\x21-\x7e]+$/.test(text)) throw new ValueError(`the key of ${slug} ${VISIBLE}`)
  return { slug, text }
}

/** An input of workflows, as it is written. */
export interface Input {
  readonly name: string
  readonly text: string
}

function input(written: string): Input {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(written) ?? []
  if (name === undefined)
    throw new ValueError(`"${written}": give a name and a value, as in plan=A`)
  return { name, text: value }
}

function jobs(texts: readonly string[]): number {
  const number = Number(last(texts))
  if (!Number.isInteger(number) || number < 1 || number > 64)
    throw new ValueError(`"${last(texts)}" is no number of jobs from 1 to 64`)
  return number
}

/** A report to be written; `github` has no file: it goes to standard output. */
export interface Report {
  readonly kind: string
  readonly file: string | undefined
}

function report(written: string): Report {
  const [, kind = '', file] = /^([^:]*)(?::(.+))?$/s.exec(written) ?? []
  const known = Object.hasOwn(reportKinds, kind) ? reportKinds[kind] : undefined
  if (!known) throw new ValueError(unknownName('no report', kind, Object.keys(reportKinds)))
  if (known.hasFile && file === undefined)
    throw new ValueError(`"${written}": name its file, as in ${kind}:reports/run.${kind}`)
  if (!known.hasFile && file !== undefined)
    throw new ValueError(`"${written}": ${kind} is printed, it takes no file`)
  return { kind, file }
}

export type OptionName = keyof typeof options

/** Those of `start`. */
export const START: readonly OptionName[] = [
  'port',
  'host',
  'callbackUrl',
  'callbackAllow',
  'callbackTimeout',
  'maxWorlds',
  'state',
  'store',
  'replicaUrl',
  'idle',
  'ephemeral',
  'durability',
  'publicUrl',
  'hostMap',
  'tls',
  'tlsCert',
  'tlsKey',
  'tlsCa',
  'seed',
  'seedFile',
  'set',
  'given',
  'faults',
  'key',
  'token',
  'allowedHosts',
  'cors',
  'instance',
  'unchecked',
  'clock',
  'workflows',
  'plugin',
  'quiet',
  'json',
]

/** Those of `run` that say nothing of a comparison. */
const RUN_ALONE: readonly OptionName[] = [
  'target',
  'checks',
  'negative',
  'minCoverage',
  'shuffle',
  'states',
  'evidence',
  'source',
]

/** Those of `run`. */
export const RUN: readonly OptionName[] = [
  'only',
  'tag',
  'input',
  'jobs',
  'seed',
  'target',
  'record',
  'token',
  'provider',
  'spec',
  'checks',
  'negative',
  'allow',
  'maxWait',
  'receiver',
  'receiverPort',
  'minCoverage',
  'evidence',
  'worldKey',
  'source',
  'shuffle',
  'states',
  'keep',
  'dryRun',
  'plugin',
  'report',
  'json',
]

/** Those of `diff`. */
export const DIFF: readonly OptionName[] = [
  'left',
  'right',
  ...RUN.filter((name) => !RUN_ALONE.includes(name)),
]

/** Those of `pact`. */
export const PACT: readonly OptionName[] = [
  'provider',
  'target',
  'token',
  'allow',
  'jobs',
  'seed',
  'shuffle',
  'keep',
  'brokerUrl',
  'brokerToken',
  'brokerProvider',
  'selector',
  'enablePending',
  'includeWipPactsSince',
  'providerBranch',
  'out',
  'consumer',
  'plugin',
  'report',
  'json',
]

/** Those of `proxy`. */
export const PROXY: readonly OptionName[] = [
  'target',
  'provider',
  'port',
  'host',
  'publicUrl',
  'hostMap',
  'faults',
  'token',
  'allowedHosts',
  'cors',
  'plugin',
  'json',
]

/** Those of `import`. */
export const IMPORT: readonly OptionName[] = [
  'target',
  'provider',
  'out',
  'keepNames',
  'input',
  'world',
  'token',
  'plugin',
  'json',
]

/** Those of commands that speak to a running simulator. */
export const CLIENT: readonly OptionName[] = ['url', 'world', 'token', 'json']

/** `callbackUrl` as `callback-url`: how flags and the config file spell it. */
export function spelled(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
}

/** How the config file calls an option. */
export function keyOf(name: OptionName): string {
  return (options[name] as Option<unknown>).key ?? spelled(name)
}

/** `callbackUrl` as `ESIMULATOR_CALLBACK_URL`. */
export function variable(name: string): string {
  return `ESIMULATOR_${spelled(name).replaceAll('-', '_').toUpperCase()}`
}
