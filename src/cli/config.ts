// One typed config: flags over ESIMULATOR_ variables over the config file over defaults.
import { readFile } from 'node:fs/promises'
import { CannotRun } from './cannot-run.ts'
import { type Option, type OptionName, options, spelled, ValueError, variable } from './options.ts'

export type Config = { readonly [Name in OptionName]: (typeof options)[Name]['fallback'] }

/** Flags as they were parsed, by config key; `config` names the file. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

const FILE = 'esimulator.config.yaml'

/** What one place says about an option, and how to name that place. */
interface Said {
  readonly given: readonly string[]
  readonly where: string
}

/**
 * @param dir where the config file is looked for, unless a flag or ESIMULATOR_CONFIG names one
 * @throws CannotRun naming the first unknown key or bad value
 */
export async function readConfig(
  flags: Flags,
  env: NodeJS.ProcessEnv = process.env,
  dir: string = process.cwd(),
): Promise<Config> {
  const named = typeof flags.config === 'string' ? flags.config : env.ESIMULATOR_CONFIG || undefined
  const file = await readFileOptions(named ?? `${dir}/${FILE}`, named !== undefined)
  const values = Object.entries(options as Readonly<Record<string, Option<unknown>>>).map(
    ([name, option]) => {
      const said = fromFlags(flags, name) ?? fromEnv(env, name, option) ?? file.get(name)
      return [name, said ? valueIn(option, said) : option.fallback]
    },
  )
  return Object.fromEntries(values) as Config
}

function valueIn(option: Option<unknown>, { given, where }: Said): unknown {
  try {
    return option.read(given)
  } catch (error) {
    if (error instanceof ValueError) throw new CannotRun(`${where}: ${error.message}`)
    throw error
  }
}

function fromFlags(flags: Flags, name: string): Said | undefined {
  const value = flags[name]
  if (value === undefined) return undefined
  return { given: Array.isArray(value) ? value : [String(value)], where: `--${spelled(name)}` }
}

function fromEnv(
  env: NodeJS.ProcessEnv,
  name: string,
  { many }: Option<unknown>,
): Said | undefined {
  const where = variable(name)
  const value = env[where]
  // Kubernetes sets ESIMULATOR_PORT=tcp://... in every pod beside a service of the name esimulator.
  if (value === undefined || value === '' || (name === 'port' && value.startsWith('tcp://')))
    return undefined
  const given = many
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : [value]
  return { given, where }
}

async function readFileOptions(file: string, required: boolean): Promise<Map<string, Said>> {
  const found = new Map<string, Said>()
  const written = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !required) return undefined
    throw new CannotRun(
      `cannot read the config file ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
    )
  })
  if (written === undefined) return found
  const known = new Map(Object.keys(options).map((name) => [spelled(name), name as OptionName]))
  for (const [key, value] of Object.entries(await parseYaml(file, written))) {
    const name = known.get(key)
    if (!name)
      throw new CannotRun(
        `${file}: there is no option "${key}"; there are: ${[...known.keys()].join(', ')}`,
      )
    const where = `${file}: ${key}`
    const { many } = options[name] as Option<unknown>
    const listed = Array.isArray(value) && many ? value : [value]
    if (!listed.every((each) => ['string', 'number', 'boolean'].includes(typeof each)))
      throw new CannotRun(
        `${where}: must be ${many ? 'a value or a list of values' : 'a single value'}`,
      )
    found.set(name, { given: listed.map(String), where })
  }
  return found
}

/** The keys and values of a YAML or JSON file; an empty file has none. @throws CannotRun */
export async function parseYaml(
  file: string,
  written: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { parse } = await import('yaml')
  let content: unknown
  try {
    content = parse(written) ?? {}
  } catch (error) {
    throw new CannotRun(
      `${file} is not YAML: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    )
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new CannotRun(`${file} must hold keys and values, as in "port: 4010"`)
  return content as Record<string, unknown>
}
