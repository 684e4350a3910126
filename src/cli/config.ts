// One typed config: flags over ESIMULATOR_ variables over the config file over defaults.
import { readdir, readFile } from 'node:fs/promises'
import type { YAMLParseError } from 'yaml'
import { unknownName } from '../server/nearest.ts'
import { CannotRun } from './cannot-run.ts'
import {
  keyOf,
  type Option,
  type OptionName,
  options,
  partsOf,
  spelled,
  ValueError,
  variable,
} from './options.ts'

export type Config = { readonly [Name in OptionName]: (typeof options)[Name]['fallback'] }

/** Flags as they were parsed, by config key; `config` names the file. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

const FILE = 'esimulator.config.yaml'

/** Where an option may be written: what stands before counts before what stands behind. */
const KINDS = ['flag', 'variable', 'file'] as const

/** What is written about an option, and the name of the place it is written in. */
interface Source {
  readonly texts: readonly string[]
  readonly place: string
  readonly kind: (typeof KINDS)[number]
}

/**
 * @param dir where the config file is looked for, unless a flag or ESIMULATOR_CONFIG names one
 * @param fallbacks what holds where nothing is said, instead of the options' own
 * @throws CannotRun naming the first unknown key or bad value
 */
export async function readConfig(
  flags: Flags,
  env: NodeJS.ProcessEnv = process.env,
  dir: string = process.cwd(),
  fallbacks: Partial<Config> = {},
): Promise<Config> {
  const otherwise: Readonly<Record<string, unknown>> = fallbacks
  const named = typeof flags.config === 'string' ? flags.config : env.ESIMULATOR_CONFIG || undefined
  const file = await readFileOptions(named ?? `${dir}/${FILE}`, named !== undefined)
  if (named === undefined) await tellOfOthers(dir)
  const known = Object.entries(options as Readonly<Record<string, Option<unknown>>>)
  const sources = new Map<string, Source>()
  for (const [name, option] of known) {
    const source =
      fromFlags(flags, name) ?? fromEnv(env, name, option) ?? file.get(name as OptionName)
    if (source) sources.set(name, source)
  }
  const values = new Map<string, unknown>()
  for (const [name, option] of known) {
    const source = sources.get(name)
    values.set(name, source ? valueIn(option, source) : (otherwise[name] ?? option.fallback))
  }
  for (const name of outdone(sources, values)) values.set(name, options[name].fallback)
  return Object.fromEntries(values) as Config
}

/**
 * Of a database, a folder and nothing to keep the state in the one that is written where more counts;
 * the options that then do not hold.
 * @throws CannotRun where two are written in one place
 */
function outdone(
  sources: ReadonlyMap<string, Source>,
  values: ReadonlyMap<string, unknown>,
): OptionName[] {
  const store = sources.get('store')
  if (!store) return []
  const others = (['state', 'ephemeral'] as const).filter((name) => values.get(name) !== false)
  for (const name of others) {
    const other = sources.get(name)
    if (!other) continue
    if (KINDS.indexOf(other.kind) < KINDS.indexOf(store.kind)) return ['store']
    // An image names the folder in a variable, for those who say nothing.
    const isImage = name === 'state' && other.kind === 'variable'
    if (other.kind === store.kind && !isImage)
      throw new CannotRun(
        `${store.place} and ${other.place} both say where the state is kept: leave one of them out`,
      )
  }
  return others
}

/** Names that the config file is given by mistake. */
const OTHERS = ['esimulator.config.yml', 'esimulator.config.json']

/** Says that a file is not read, whose name is nearly that of the config file. */
async function tellOfOthers(dir: string): Promise<void> {
  const files: readonly string[] = await readdir(dir).catch(() => [])
  if (files.includes(FILE)) return
  const other = OTHERS.find((name) => files.includes(name))
  if (other !== undefined)
    console.error(`esimulator: ${other} is not read: name it ${FILE}, or give it with --config`)
}

/** What there is where nothing is said. */
export function defaultConfig(): Config {
  const values = Object.entries(options).map(([name, { fallback }]) => [name, fallback])
  return Object.fromEntries(values) as Config
}

function valueIn(option: Option<unknown>, { texts, place }: Source): unknown {
  try {
    return option.read(texts)
  } catch (error) {
    if (error instanceof ValueError) throw new CannotRun(`${place}: ${error.message}`)
    throw error
  }
}

function fromFlags(flags: Flags, name: string): Source | undefined {
  const value = flags[name]
  if (value === undefined) return undefined
  return {
    texts: Array.isArray(value) ? value : [String(value)],
    place: `--${spelled(name)}`,
    kind: 'flag',
  }
}

function fromEnv(
  env: NodeJS.ProcessEnv,
  name: string,
  { many, isJson, hasCommas }: Option<unknown>,
): Source | undefined {
  const place = variable(name)
  const value = env[place]
  // Kubernetes sets ESIMULATOR_PORT=tcp://... in every pod beside a service of the name esimulator.
  if (value === undefined || value === '' || (name === 'port' && value.startsWith('tcp://')))
    return undefined
  const texts = many && !isJson && !hasCommas ? partsOf(value) : [value]
  return { texts, place, kind: 'variable' }
}

/** What a config file says of each option. @throws CannotRun */
async function readFileOptions(file: string, required: boolean): Promise<Map<string, Source>> {
  const written = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !required) return undefined
    const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message
    throw new CannotRun(`cannot read the config file ${file}: ${reason}`)
  })
  if (written === undefined) return new Map()

  const content = await parseYaml(file, written, { asWritten: true })
  const isTyped = Object.entries(content).some(([key, value]) => isTypedValue(KEYS.get(key), value))
  const typed = isTyped ? await parseYaml(file, written) : {}
  return new Map(
    Object.entries(content).map(([key, value]) =>
      sourceIn(file, key, { value, typed: typed[key] }),
    ),
  )
}

/** Options by the key they have in a config file. */
const KEYS = new Map(
  Object.keys(options).map((name) => [keyOf(name as OptionName), name as OptionName]),
)

/** Whether a value counts in the types that YAML gives it, and not as it is written. */
function isTypedValue(name: OptionName | undefined, value: unknown): boolean {
  if (name === undefined) return false
  const { isJson = false, mayBeInline = false } = options[name] as Option<unknown>
  return isJson || (mayBeInline && typeof value === 'object' && value !== null)
}

/** What stands in a config file: in texts, and in the types that YAML gives it. */
interface Written {
  readonly value: unknown
  readonly typed: unknown
}

/** What a key of a config file says of its option. @throws CannotRun */
function sourceIn(file: string, key: string, { value, typed }: Written): [OptionName, Source] {
  const name = KEYS.get(key)
  if (!name) {
    throw new CannotRun(`${file}: ${unknownName('no option', key, KEYS.keys())}`)
  }
  const place = `${file}: ${key}`
  const { many } = options[name] as Option<unknown>
  if (isTypedValue(name, value))
    return [name, { texts: [JSON.stringify(typed)], place, kind: 'file' }]
  const values = Array.isArray(value) && many ? value : [value]
  if (!values.every((each) => typeof each === 'string')) {
    const form = many ? 'a value or a list of values' : 'a single value'
    throw new CannotRun(`${place}: must be ${form}`)
  }
  return [name, { texts: values.map(String), place, kind: 'file' }]
}

/** How a file is read. */
interface YamlOptions {
  /** Numbers and booleans stay the texts they were written as: `0123`, not 123. */
  readonly asWritten?: true
}

/**
 * The keys and values of a YAML or JSON file; an empty file has none.
 * @throws CannotRun
 */
export async function parseYaml(
  file: string,
  written: string,
  { asWritten }: YamlOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { LineCounter, parseDocument, visit } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(written, { lineCounter })
  const [wrong] = document.errors
  if (wrong) throw new CannotRun(`${file} is not YAML: ${yamlReason(wrong)}`)

  visit(document, {
    Scalar(_key, node) {
      const isNumber = typeof node.value === 'number'
      if (asWritten && (isNumber || typeof node.value === 'boolean')) node.value = node.source
      else if (isNumber && !isExact(node.value)) {
        const { line } = lineCounter.linePos(node.range?.[0] ?? 0)
        const digits = `${node.source?.length} digits are too long for a number`
        throw new CannotRun(`${file} line ${line}: ${digits}: put them in quotes`)
      }
    },
  })
  let content: unknown
  try {
    content = document.toJS() ?? {}
  } catch (error) {
    const isAlias = error instanceof ReferenceError
    throw new CannotRun(`${file} is not YAML: ${isAlias ? NO_ANCHOR : yamlReason(error)}`)
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new CannotRun(`${file} must hold keys and values, as in "port: 4010"`)
  return content as Record<string, unknown>
}

/** An ICCID without quotes is a number, and loses digits. */
function isExact(value: unknown): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value)
}

const NO_ANCHOR =
  'an alias begins with * and names no anchor before it: quote a text that begins so'

/** What the parser says without repeating the file, which may hold secrets. */
const YAML_REASONS: Readonly<Record<string, string>> = {
  BAD_ALIAS: NO_ANCHOR,
  BAD_COLLECTION_TYPE:
    'a tag, which begins with !, is of another kind: quote a text that begins so',
  BAD_DIRECTIVE: 'a line that begins with % is no directive',
  BAD_DQ_ESCAPE: 'a text in double quotes has a \\ that begins no escape: write it twice',
  TAG_RESOLVE_FAILED: 'a tag, which begins with !, is not known: quote a text that begins so',
}

function yamlReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, linePos } = error as Partial<YAMLParseError>
  const place = linePos ? ` at line ${linePos[0].line}, column ${linePos[0].col}` : ''
  // What is quoted stands behind a colon.
  const [sentence = ''] = error.message.split(/: | at line /)
  return `${(code && YAML_REASONS[code]) ?? sentence}${place}`
}
