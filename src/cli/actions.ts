// What the commands with actions can do: names, arguments and what each is for; for help, guesses and completion.
import { shortName } from '../server/bounded.ts'
import { nearest } from '../server/nearest.ts'
import { CannotRun } from './cannot-run.ts'

/** What an argument is, where a running simulator or this table can complete it. */
export type Taken =
  | 'iccid'
  | 'provider'
  | 'snapshot'
  | 'fault'
  | 'callback'
  | 'world'
  | 'workflow'
  | 'run'
  | 'file'

export interface ActionDef {
  /** Its arguments, as help has them: `ICCID COUNTRY [OPERATOR]`. */
  readonly usage: string
  readonly says: string
  /** What its arguments are, the first one first. */
  readonly takes?: readonly Taken[]
}

type Actions = Readonly<Record<string, ActionDef>>

const ofSim = (says: string): ActionDef => ({ usage: 'ICCID', says, takes: ['iccid'] })
const download = (says: string): ActionDef => ({
  usage: 'ICCID [CONFIRMATION-CODE]',
  says,
  takes: ['iccid'],
})

const sim: Actions = {
  list: { usage: '', says: 'the SIMs of every provider; the default' },
  lifecycles: { usage: '', says: 'the tables of states: which moves are possible' },
  show: ofSim('one SIM with its bundles, its history and its callbacks'),
  download: download('the handset downloads the profile'),
  install: download('the handset installs and enables it, downloading it first'),
  enable: ofSim('the user switches the profile on'),
  disable: ofSim('the user switches the profile off; it leaves the network'),
  delete: ofSim('the user deletes a disabled profile from the handset'),
  attach: {
    usage: 'ICCID COUNTRY [OPERATOR]',
    says: 'it registers on a network of a country, of two letters as in DE',
    takes: ['iccid'],
  },
  detach: ofSim('it leaves its network'),
  use: {
    usage: 'ICCID AMOUNT',
    says: 'it uses data (500MB, 2GB), SMS (3sms) or minutes of calls (5min)',
    takes: ['iccid'],
  },
}

const clock: Actions = {
  show: { usage: '', says: 'what it shows and how it goes; the default' },
  advance: {
    usage: 'DURATION|INSTANT|next',
    says: 'moves it on by P3D, 3d or 90m, to 2027-01-01, or to what is due next; all that is due happens on the way',
  },
  upcoming: { usage: '', says: 'what is due next, the earliest first (--iccid, --limit)' },
  freeze: { usage: '[INSTANT]', says: 'stops it, now or at a later instant' },
  resume: { usage: '[RATE]', says: 'lets it go on; 60 is a minute a second' },
}

const journal: Actions = {
  list: { usage: '', says: 'the latest exchanges, the oldest first; the default' },
  show: { usage: 'ID', says: 'one exchange with its bodies; `journal 12` is the same' },
  explain: {
    usage: 'ID',
    says: 'how it went, stage by stage, and what to do where it was refused',
  },
  har: { usage: '', says: 'the exchanges as an HTTP archive, for a browser to open' },
}

const callbacks: Actions = {
  list: { usage: '', says: 'callbacks and what became of them; the default' },
  show: { usage: 'ID', says: 'one callback with its signed headers and body', takes: ['callback'] },
  deliveries: { usage: '', says: 'every attempt that left' },
  delivery: {
    usage: 'ID|NUMBER',
    says: 'the latest attempt at a callback as it left, or the one of a number; and whether its signature holds',
    takes: ['callback'],
  },
  redeliver: { usage: 'ID', says: 'sends one again', takes: ['callback'] },
  send: {
    usage: 'PROVIDER TYPE',
    says: "sends any callback of a provider's spec, genuine and signed",
    takes: ['provider'],
  },
  target: {
    usage: '[PROVIDER [URL|none]]',
    says: 'where callbacks go; with a URL, where they go from now on',
    takes: ['provider'],
  },
}

const fault: Actions = {
  list: { usage: '', says: 'the faults that are set, with their hits; the default' },
  kinds: { usage: '', says: 'the kinds there are, and what each makes a client see' },
  magic: { usage: '', says: 'values of requests that provoke a failure without a fault' },
  show: { usage: 'ID', says: 'one fault', takes: ['fault'] },
  add: {
    usage: 'PROVIDER OPERATION|CALLBACK KIND',
    says: "sets one; '*' is every operation",
    takes: ['provider'],
  },
  remove: { usage: 'ID', says: 'removes one', takes: ['fault'] },
  clear: { usage: '', says: 'removes all' },
}

const ofSnapshot = (says: string): ActionDef => ({ usage: 'NAME', says, takes: ['snapshot'] })
const snapshot: Actions = {
  list: { usage: '', says: 'the snapshots of the world; the default' },
  show: ofSnapshot('one of them'),
  save: ofSnapshot('takes one, in the place of another of that name'),
  restore: ofSnapshot('the world as it was then, its clock included'),
  diff: {
    usage: 'NAME [OTHER]',
    says: 'what differs between it and another, or the world as it is',
    takes: ['snapshot', 'snapshot'],
  },
  delete: ofSnapshot('lets go of it'),
}

const ofWorld = (says: string): ActionDef => ({ usage: 'NAME', says, takes: ['world'] })
const world: Actions = {
  list: { usage: '', says: 'the worlds there are; the default' },
  create: { usage: 'NAME', says: 'makes one, and tells its base URLs and credentials' },
  show: ofWorld('one of them'),
  env: ofWorld('its base URLs and credentials as shell lines, for eval'),
  remove: ofWorld('ends it, with all it has'),
}

const stock: Actions = {
  show: { usage: 'PROVIDER', says: 'what a provider has in stock', takes: ['provider'] },
  set: {
    usage: 'PROVIDER NAME=VALUE...|FILE',
    says: 'changes it, in the words of a seed file; a value is JSON',
    takes: ['provider', 'file'],
  },
}

const state: Actions = {
  export: {
    usage: '[FILE]',
    says: 'writes the whole world; - is standard output',
    takes: ['file'],
  },
  import: { usage: '[FILE]', says: 'puts one in its place; - is standard input', takes: ['file'] },
}

const wait: Actions = {
  callback: { usage: '', says: 'until a callback was attempted' },
  request: { usage: '', says: 'until a provider was asked' },
  event: { usage: '', says: 'until something happened to a SIM or a bundle' },
}

const pact: Actions = {
  verify: {
    usage: 'FILES',
    says: 'verifies contracts; --provider says with whom',
    takes: ['file'],
  },
  states: { usage: '', says: 'what their provider states may be' },
  export: { usage: '', says: 'writes contracts of the contract suite' },
}

const spec: Actions = {
  diff: {
    usage: 'OLD NEW',
    says: 'what a new version of an API breaks; files, URLs or esimulator:<provider>',
    takes: ['file', 'file'],
  },
}

const ofRun = (says: string): ActionDef => ({ usage: 'RUN', says, takes: ['run'] })
const workflow: Actions = {
  list: {
    usage: '',
    says: 'the workflows there are, and what is wrong in other files; the default',
  },
  start: { usage: 'FILE [WORKFLOW]', says: 'runs one, in a world of its own', takes: ['workflow'] },
  runs: { usage: '', says: 'the runs there are, the newest first' },
  show: ofRun('how far one has come, step by step'),
  next: ofRun('makes the next step of one that is paused'),
  continue: ofRun('lets one that is paused go on to its end'),
  report: ofRun('prints the report of one that has ended'),
  remove: ofRun('stops it where it goes on, and removes it with its world'),
}

/** By command and name. */
export const ACTIONS: Readonly<Record<string, Actions>> = {
  clock,
  sim,
  journal,
  callbacks,
  fault,
  snapshot,
  world,
  stock,
  state,
  wait,
  pact,
  spec,
  workflow,
}

/** How many arguments an action takes at most, by its usage: `FILES` and `...` are any number. */
export function mostArguments({ usage }: ActionDef): number {
  if (/FILES|\.\.\./.test(usage)) return Number.POSITIVE_INFINITY
  return usage.split(' ').filter(Boolean).length
}

/** Commands that have an action of this name, each with it: `clock advance`. */
export function actionsNamed(action: string): readonly string[] {
  return Object.keys(ACTIONS)
    .filter((command) => Object.hasOwn(ACTIONS[command] ?? {}, action))
    .map((command) => `${command} ${action}`)
}

/** An action there is not: which was perhaps meant, and which there are. */
export function unknownAction(command: string, action: string): CannotRun {
  const known = Object.keys(ACTIONS[command] ?? {})
  const near = nearest(action, known)
  const meant = near === undefined ? '; there' : `: did you mean ${command} ${near}? There`
  return new CannotRun(
    `there is no "${command} ${shortName(action)}"${meant} are: ${known.join(', ')}`,
  )
}
