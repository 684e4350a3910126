// The commands: what each takes and is for. Each is loaded when it is run.
import type { Taken } from './actions.ts'
import type { OwnFlag, Run } from './command.ts'
import { CLIENT, DIFF, IMPORT, type OptionName, PACT, PROXY, RUN, START } from './options.ts'

/** A command as help, guesses and completion know it. */
export interface CommandDef {
  /** Its name and arguments, as commander writes them. */
  readonly usage: string
  readonly description: string
  /** Command lines that work, behind `esimulator`. */
  readonly examples: readonly string[]
  readonly options: readonly OptionName[]
  /** Whether it needs no config: a broken one does not hinder it. */
  readonly isAlone?: true
  /** Whether it takes `--provider`, too. */
  readonly ofProvider?: true
  /** What its first argument is, where that can be completed. */
  readonly takes?: Taken
  /** What stands behind its options is another command, with options of its own. */
  readonly passesOn?: true
  /** Flags that are no options of the config; looked at where the command is asked for. */
  readonly ownFlags?: () => Promise<readonly OwnFlag[]>
  readonly load: () => Promise<Run>
}

/** Those that start something, or wait for it. */
const STARTING: readonly CommandDef[] = [
  {
    usage: 'start',
    description: 'start the simulator, and serve until it is stopped',
    examples: [
      'start',
      'start --ephemeral --callback-url http://127.0.0.1:3000/callbacks',
      'start --set esim-go.rateLimit=10 --given "an assigned bundle"',
    ],
    options: START,
    async load() {
      throw new Error('start is run by main.ts')
    },
  },
  {
    usage: 'exec <command...>',
    description:
      'run a command against a simulator of its own: started on a free port with a frozen clock, ' +
      'its URLs and keys in the variables of `env`, stopped when the command ends; ends as it does',
    examples: ['exec -- npm test', 'exec --given "an assigned bundle" -- npx vitest run'],
    options: START.filter((name) => name !== 'json' && name !== 'quiet'),
    passesOn: true,
    load: async () => (await import('./exec.ts')).exec,
  },
  {
    usage: 'wait-ready',
    description: 'wait until the simulator can serve',
    examples: ['wait-ready --timeout 10s', 'wait-ready --instance ci-4711'],
    options: ['url', 'timeout', 'instance', 'json'],
    load: async () => (await import('./wait-ready.ts')).waitReady,
  },
  {
    usage: 'metrics',
    description: 'print what the simulator counts, in the text format of Prometheus',
    examples: ['metrics', 'metrics --url http://127.0.0.1:4011'],
    options: ['url', 'token'],
    load: async () => (await import('./metrics.ts')).metrics,
  },
  {
    usage: 'env',
    description: 'print base URLs and credentials as shell lines, for eval',
    examples: ['env', 'env --world ci-4711'],
    options: [...CLIENT, 'plugin'],
    load: async () => (await import('./env.ts')).env,
  },
  {
    usage: 'token [provider]',
    description: 'print a bearer token of a provider that has a token endpoint',
    examples: ['token wholesale', 'token accounts-orders --world ci-4711'],
    options: CLIENT,
    takes: 'provider',
    load: async () => (await import('./token.ts')).token,
  },
  {
    usage: 'doctor',
    description: 'check what keeps the simulator, or with --target FILE a suite, from running',
    examples: ['doctor', 'doctor --repair'],
    options: [
      ...START.filter((name) => name !== 'json'),
      ...(['url', 'repair', 'target', 'provider', 'allow', 'maxWait', 'receiver'] as const),
      'json',
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  },
]

/** Those that speak to a running simulator. */
const SPEAKING: readonly CommandDef[] = [
  {
    usage: 'clock [action] [value]',
    description: 'virtual time: show, what is due, advance, freeze, resume',
    examples: [
      'clock',
      'clock upcoming',
      'clock advance P3D',
      'clock advance 2027-01-01',
      'clock advance next',
    ],
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./clock.ts')).clockFlags,
    load: async () => (await import('./clock.ts')).clock,
  },
  {
    usage: 'sim [action] [args...]',
    description: 'SIMs, and what the handset and the network do to them',
    examples: [
      'sim list',
      'sim list --search anna --profile enabled',
      'sim install ICCID',
      'sim attach ICCID DE',
      'sim use ICCID 500MB',
    ],
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./sim.ts')).simFlags,
    load: async () => (await import('./sim.ts')).sim,
  },
  {
    usage: 'journal [action] [id]',
    description: 'what the providers were asked and answered, and why they refused',
    examples: ['journal --refused', 'journal 12', 'journal explain 12', 'journal --follow'],
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./journal.ts')).journalFlags,
    load: async () => (await import('./journal.ts')).journal,
  },
  {
    usage: 'callbacks [action] [args...]',
    description: 'callbacks: what was sent and what was not, where to, once more, and on demand',
    examples: [
      'callbacks --state unsent',
      'callbacks target esim-go http://127.0.0.1:3000/callbacks',
      'callbacks send esim-go Utilisation --iccid ICCID',
    ],
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./callbacks.ts')).callbackFlags,
    load: async () => (await import('./callbacks.ts')).callbacks,
  },
  {
    usage: 'messages',
    description: 'mails and SMS that providers sent to people',
    examples: ['messages', 'messages --channel email --limit 1'],
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./messages.ts')).messageFlags,
    load: async () => (await import('./messages.ts')).messages,
  },
  {
    usage: 'fault [action] [args...]',
    description: 'failures on demand: of any call, of any callback',
    examples: [
      'fault kinds',
      'fault add esim-go createOrder status --status 503 --times 2',
      'fault clear',
    ],
    options: CLIENT,
    ownFlags: async () => (await import('./fault.ts')).faultFlags,
    load: async () => (await import('./fault.ts')).fault,
  },
  {
    usage: 'settings [provider]',
    description: 'how the providers behave: every setting, its value and what it is for',
    examples: ['settings', 'settings esim-go'],
    options: CLIENT,
    takes: 'provider',
    load: async () => (await import('./settings.ts')).settings,
  },
  {
    usage: 'set <provider> [changes...]',
    description: 'change settings of a provider; NAME=default brings a default back',
    examples: ['set esim-go rateLimit=10', 'set esim-go rateLimit=default strict=true'],
    options: CLIENT,
    takes: 'provider',
    load: async () => (await import('./settings.ts')).set,
  },
  {
    usage: 'call <provider> [operation] [name=value...]',
    description: 'call an operation of a provider, with the credentials of the world',
    examples: [
      'call esim-go',
      'call esim-go createOrder --example newEsim',
      'call esim-go getEsim iccid=8943108170000000013',
    ],
    options: CLIENT,
    ownFlags: async () => (await import('./call.ts')).callFlags,
    load: async () => (await import('./call.ts')).call,
  },
  {
    usage: 'stock [action] [args...]',
    description: 'what a provider has in stock: balance, catalogue, inventory, eSIMs',
    examples: ['stock show esim-go', 'stock set esim-go balance=12.5'],
    options: CLIENT,
    load: async () => (await import('./stock.ts')).stock,
  },
  {
    usage: 'wait [what]',
    description:
      'wait for a callback, a request or an event: a frozen clock is moved from event to event ' +
      'until it is there; exit 1 where it does not come',
    examples: ['wait callback --type FirstUse', 'wait request --operation createOrder --still'],
    options: CLIENT,
    ofProvider: true,
    ownFlags: async () => (await import('./wait.ts')).waitFlags,
    load: async () => (await import('./wait.ts')).wait,
  },
  {
    usage: 'events',
    description: 'follow what happens in a world, a line each',
    examples: ['events', 'events --types callback,exchange --json'],
    options: CLIENT,
    ownFlags: async () => (await import('./events.ts')).eventFlags,
    load: async () => (await import('./events.ts')).events,
  },
  {
    usage: 'reset',
    description: 'begin a world anew, as at its start or as a named state of the providers',
    examples: ['reset', 'reset --given "an assigned bundle"'],
    options: CLIENT,
    ownFlags: async () => (await import('./reset.ts')).resetFlags,
    load: async () => (await import('./reset.ts')).reset,
  },
  {
    usage: 'states [provider]',
    description: 'the named states that worlds begin from (--given), and what each holds',
    examples: ['states', 'states esim-go'],
    options: ['json', 'plugin'],
    takes: 'provider',
    load: async () => (await import('./states.ts')).states,
  },
  {
    usage: 'snapshot [action] [names...]',
    description: 'the world as it is, kept by name; compared, and gone back to',
    examples: ['snapshot save before', 'snapshot diff before', 'snapshot restore before'],
    options: CLIENT,
    load: async () => (await import('./snapshot.ts')).snapshot,
  },
  {
    usage: 'world [action] [name]',
    description: 'worlds of their own on one simulator, as a job of CI or a user has one',
    examples: ['world create ci-7 --ttl 1h', 'world env ci-7', 'world remove ci-7'],
    options: CLIENT,
    ownFlags: async () => (await import('./world.ts')).worldFlags,
    load: async () => (await import('./world.ts')).world,
  },
  {
    usage: 'history',
    description: 'the latest steps of a world, and what caused each',
    examples: ['history', 'history --limit 100'],
    options: CLIENT,
    ownFlags: async () => (await import('./history.ts')).historyFlags,
    load: async () => (await import('./history.ts')).history,
  },
  {
    usage: 'rewind [back]',
    description:
      'go back some steps, or to an instant; without either, the steps there are to undo',
    examples: ['rewind', 'rewind 1', 'rewind 2026-01-01T00:00:00Z'],
    options: CLIENT,
    load: async () => (await import('./rewind.ts')).rewind,
  },
  {
    usage: 'state [action] [file]',
    description: 'a whole world to a file, and back; - is standard output or input',
    examples: ['state export world.json', 'state import world.json --world copy'],
    options: CLIENT,
    load: async () => (await import('./state.ts')).state,
  },
  {
    usage: 'record [file]',
    description: 'write what was played in a world as a workflow (Arazzo) for run',
    examples: ['record played.arazzo.yaml'],
    options: [...CLIENT, 'plugin'],
    ownFlags: async () => (await import('./record.ts')).recordFlags,
    load: async () => (await import('./record.ts')).record,
  },
  {
    usage: 'workflow [action] [args...]',
    description:
      'workflows (Arazzo) that a running simulator knows, run in it, a step at a time if need be; ' +
      '`run` runs files of your own',
    examples: [
      'workflow',
      'workflow start esimulator:highland-qr-expires.arazzo.yaml --pause',
      'workflow next run_1',
      'workflow report run_1 --format junit',
    ],
    options: [...CLIENT, 'input'],
    ownFlags: async () => (await import('./workflow.ts')).workflowFlags,
    load: async () => (await import('./workflow.ts')).workflow,
  },
  {
    usage: 'provenance [provider]',
    description: 'what is documented, and what is invented',
    examples: ['provenance', 'provenance esim-go'],
    options: CLIENT,
    takes: 'provider',
    load: async () => (await import('./provenance.ts')).provenance,
  },
]

/** Those that hold something to a contract, or make files. */
const CHECKING: readonly CommandDef[] = [
  {
    usage: 'run [files...]',
    description: 'run workflows (Arazzo) against a simulator: each case in a world of its own',
    examples: ['run scenarios/*.yaml', 'run --provider esim-go', 'run --report junit:report.xml'],
    options: RUN,
    ownFlags: async () => (await import('./run.ts')).runFlags,
    load: async () => (await import('./run.ts')).run,
  },
  {
    usage: 'diff [files...]',
    description:
      'run the same workflows on two sides and tell what differs: exit 1 where something does',
    examples: ['diff --left sim --right target.yaml --provider esim-go'],
    options: DIFF,
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    usage: 'pact [action] [files...]',
    description: 'contracts of Pact: verified against the simulator, and exported',
    examples: ['pact verify pacts/*.json --provider esim-go', 'pact states'],
    options: PACT,
    load: async () => (await import('./pact.ts')).pact,
  },
  {
    usage: 'proxy',
    description: 'pass calls on to a real endpoint, and hold each to the spec',
    examples: ['proxy --target target.yaml --provider esim-go'],
    options: PROXY,
    load: async () => (await import('./proxy.ts')).proxy,
  },
  {
    usage: 'spec [action] [versions...]',
    description: 'what a new version of an API breaks',
    examples: ['spec diff esimulator:esim-go new-openapi.yaml'],
    options: [],
    isAlone: true,
    ownFlags: async () => (await import('./spec.ts')).specFlags,
    load: async () => (await import('./spec.ts')).spec,
  },
  {
    usage: 'import',
    description:
      'read an account over its API, and write it as a seed file for start: --target is the file of ' +
      'a real endpoint or the URL of a simulator, --provider whose API it is, --input what its reads ask for',
    examples: ['import --target target.yaml --provider esim-go --out seed.yaml'],
    options: IMPORT,
    ownFlags: async () => (await import('./import.ts')).importFlags,
    load: async () => (await import('./import.ts')).runImport,
  },
  {
    usage: 'schema [name]',
    description:
      'print a JSON Schema: workflow | result | diff | config | seed-file | cassette | spec-diff',
    examples: ['schema', 'schema seed-file', 'schema --write schemas'],
    options: [],
    isAlone: true,
    ownFlags: async () => (await import('./schema.ts')).schemaFlags,
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    usage: 'mcp',
    description:
      'the simulator as tools of an agent (MCP, over standard input and output): the one that runs, ' +
      'or one that is started for it; it only reads unless --allow says more',
    examples: ['mcp', 'mcp --allow spends --world agent', 'mcp --provider esim-go'],
    options: ['url', 'world', 'token', 'allow', 'plugin', 'seedFile', 'seed', 'clock'],
    ownFlags: async () => (await import('./mcp.ts')).mcpFlags,
    load: async () => (await import('./mcp.ts')).mcp,
  },
  {
    usage: 'completion [shell] [words...]',
    description:
      'print the completion script of bash, zsh or fish; its first line says how it is used',
    examples: ['completion bash', 'completion zsh', 'completion fish'],
    options: [],
    isAlone: true,
    passesOn: true,
    async load() {
      throw new Error('completion, which looks into this table, is loaded by program.ts')
    },
  },
]

/** Every command, in the order in which help has them. */
export const COMMANDS: readonly CommandDef[] = [...STARTING, ...SPEAKING, ...CHECKING]

/** The name of a command. */
export function nameOf({ usage }: CommandDef): string {
  return usage.split(' ', 1)[0] ?? ''
}
