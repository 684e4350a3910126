// `esimulator completion`: the scripts by which a shell completes what is typed, and what they ask for.
import { knownSimulators } from '../simulators/index.ts'
import { ACTIONS, type Taken } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { COMMANDS, type CommandDef, nameOf } from './commands.ts'
import { readConfig } from './config.ts'
import { live } from './live-names.ts'
import { type Option, type OptionName, options, spelled } from './options.ts'
import { SCHEMA_NAMES } from './schema.ts'

/** A word that may come next, and what it is. */
export interface Candidate {
  readonly word: string
  readonly says?: string | undefined
}

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# Completion of esimulator for bash: eval "$(esimulator completion bash)"
_esimulator() {
  local word says
  COMPREPLY=()
  while IFS=$'\\t' read -r word says; do
    COMPREPLY+=("$word")
  done < <("\${COMP_WORDS[0]}" completion candidates -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "\${#COMPREPLY[@]}" -eq 1 ] && [ "\${COMPREPLY[0]%=}" != "\${COMPREPLY[0]}" ]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _esimulator esimulator
`,
  zsh: `#compdef esimulator
# Completion of esimulator for zsh: eval "$(esimulator completion zsh)", behind compinit
_esimulator() {
  local -a found open
  local word says
  while IFS=$'\\t' read -r word says; do
    if [[ $word == *= ]]; then
      open+=("\${word//:/\\\\:}\${says:+:$says}")
    else
      found+=("\${word//:/\\\\:}\${says:+:$says}")
    fi
  done < <("\${words[1]}" completion candidates -- "\${(@)words[2,$CURRENT]}" 2>/dev/null)
  if (( $#found + $#open == 0 )); then
    _files
    return
  fi
  (( $#found )) && _describe 'esimulator' found
  if (( $#open )); then
    _describe 'esimulator' open -S ''
  fi
}
if [[ $funcstack[1] == _esimulator ]]; then
  _esimulator "$@"
else
  compdef _esimulator esimulator
fi
`,
  fish: `# Completion of esimulator for fish: esimulator completion fish | source
function __esimulator_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] completion candidates -- $words[2..] "$current" 2>/dev/null)
    if test (count $found) -eq 0
        __fish_complete_path "$current"
    else
        printf '%s\\n' $found
    end
end
complete -c esimulator -f -a '(__esimulator_candidates)'
`,
}

/** How far what was typed has come. */
interface Typed {
  readonly definition: CommandDef
  /** The arguments before the word that is typed. */
  readonly args: readonly string[]
  /** Flags and their values, by name. */
  readonly flags: Readonly<Record<string, string>>
  /** The flag whose value is typed. */
  readonly open: string | undefined
}

/** A flag of a command, and what its value may be. */
interface KnownFlag {
  readonly name: string
  readonly value: string | undefined
  readonly says: string
}

async function flagsOf(definition: CommandDef): Promise<KnownFlag[]> {
  const ofConfig = definition.options.map((name: OptionName) => {
    const { value, says } = options[name] as Option<unknown>
    return { name: `--${spelled(name)}`, value, says }
  })
  const own = ((await definition.ownFlags?.()) ?? []).map(({ usage, says }) => {
    const [name = '', value] = usage.split(' ')
    return { name, value: value?.replaceAll(/[<>]/g, ''), says }
  })
  const provider = { name: '--provider', value: 'SLUG', says: 'only of this provider' }
  const config = { name: '--config', value: 'FILE', says: 'config file' }
  const help = { name: '--help', value: undefined, says: 'what it takes and does' }
  return [
    ...ofConfig,
    ...own,
    ...(definition.ofProvider ? [provider] : []),
    ...(definition.isAlone ? [] : [config]),
    help,
  ]
}

/** Takes apart what stands before the word that is typed. */
function typedBefore(
  definition: CommandDef,
  before: readonly string[],
  known: readonly KnownFlag[],
): Typed {
  const args: string[] = []
  const flags: Record<string, string> = {}
  let open: string | undefined
  for (const word of before) {
    if (open !== undefined) {
      flags[open.slice(2)] = word
      open = undefined
    } else if (!word.startsWith('--')) args.push(word)
    else if (known.find(({ name }) => name === word)?.value !== undefined) open = word
  }
  return { definition, args, flags, open }
}

const providers = (): Candidate[] =>
  knownSimulators().map(({ slug, title }) => ({ word: slug, says: title }))

/** Settings of all providers, or of one, as they are given a value. */
function settings(slug: string | undefined): Candidate[] {
  return knownSimulators()
    .filter((each) => slug === undefined || each.slug === slug)
    .flatMap((each) =>
      Object.entries(each.settings.table).map(([name, { description }]) => ({
        word: `${slug === undefined ? `${each.slug}.` : ''}${name}=`,
        says: description,
      })),
    )
}

/** Values of a flag; none where they cannot be told, or are files. */
async function valuesOf({ open, flags }: Typed, known: readonly KnownFlag[]): Promise<Candidate[]> {
  const { value = '' } = known.find(({ name }) => name === open) ?? {}
  if (open === '--set') return settings(undefined)
  if (value === 'SLUG') return providers()
  const taken: Taken | undefined = ({ '--world': 'world', '--iccid': 'iccid' } as const)[open ?? '']
  if (taken !== undefined) return live(taken, await configOf(flags))
  return /^[a-z]+(?:\|[a-z]+)+$/.test(value) ? value.split('|').map((word) => ({ word })) : []
}

/** The config that says which simulator is asked. */
function configOf({ url, world, token, config }: Readonly<Record<string, string | undefined>>) {
  return readConfig({ url, world, token, config })
}

/** What an argument may be. */
async function argumentsOf({ definition, args, flags }: Typed): Promise<Candidate[]> {
  const name = nameOf(definition)
  const actions = ACTIONS[name]
  const [first] = args
  if (actions && first === undefined)
    return Object.entries(actions).map(([word, { says }]) => ({ word, says }))
  if (name === 'schema' && first === undefined) return SCHEMA_NAMES.map((word) => ({ word }))
  if (name === 'completion' && first === undefined)
    return Object.keys(SCRIPTS).map((word) => ({ word }))
  if (name === 'set' && first !== undefined) return settings(first)
  const ofAction = first === undefined ? undefined : actions?.[first]
  const taken = ofAction ? ofAction.takes?.[args.length - 1] : [definition.takes][args.length]
  if (taken === 'provider') return providers()
  return taken === undefined || taken === 'file' ? [] : live(taken, await configOf(flags))
}

function commandNames(): Candidate[] {
  const commands = COMMANDS.map((each) => ({ word: nameOf(each), says: each.description }))
  return [...commands, { word: 'help', says: 'help of a command or an action' }]
}

/**
 * The words that may stand at the end of a command line.
 * @param words behind the program's name, the last one as far as it is typed
 */
async function candidatesFor(words: readonly string[]): Promise<readonly Candidate[]> {
  const [first = '', ...rest] = words[0] === 'help' && words.length > 1 ? words.slice(1) : words
  const current = words.at(-1) ?? ''
  const found = rest.length === 0 ? commandNames() : await behindCommand(first, rest)
  return found.filter(({ word }) => word.startsWith(current))
}

async function behindCommand(name: string, rest: readonly string[]): Promise<Candidate[]> {
  const definition = COMMANDS.find((each) => nameOf(each) === name)
  if (!definition) return []
  const known = await flagsOf(definition)
  const typed = typedBefore(definition, rest.slice(0, -1), known)
  if (typed.open !== undefined) return valuesOf(typed, known)
  if (rest.at(-1)?.startsWith('-')) return known.map(({ name: word, says }) => ({ word, says }))
  return argumentsOf(typed)
}

/** One line each; what a word is stands behind a tab. */
function linesOf(candidates: readonly Candidate[]): string {
  return candidates
    .map(({ word, says }) =>
      says === undefined ? word : `${word}\t${says.replaceAll(/\s+/g, ' ')}`,
    )
    .join('\n')
}

export const completion: Run = async (_config, [shell, ...words]) => {
  if (shell === 'candidates') {
    // Whoever types is not told what is wrong: there is nothing to complete then.
    const typed = words[0] === '--' ? words.slice(1) : words
    const text = linesOf(await candidatesFor(typed).catch(() => []))
    if (text !== '') console.log(text)
    return 0
  }
  const script = shell === undefined ? undefined : SCRIPTS[shell]
  if (script === undefined) {
    const how = 'esimulator completion bash, zsh or fish'
    throw new CannotRun(
      shell === undefined
        ? `name your shell: ${how}`
        : `there is no completion for "${shell}": ${how}`,
    )
  }
  process.stdout.write(script)
  return 0
}
