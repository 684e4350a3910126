// `esimulator wait`: until a callback, a request or an event is there.
import type { WaitedShown } from '../control/wire.ts'
import type { WaitCondition } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import { connect, print } from './connection.ts'
import { typedValue } from './typed-value.ts'
import { wholeNumber } from './whole-number.ts'

export const waitFlags: readonly OwnFlag[] = [
  { usage: '--type <TYPE>', says: 'callback, event: of this type' },
  { usage: '--iccid <ICCID>', says: 'of this SIM' },
  { usage: '--state <STATE>', says: 'callback: pending, retrying, delivered, dead or unsent' },
  { usage: '--operation <ID>', says: 'request: of this operation' },
  { usage: '--method <METHOD>', says: 'request: by this method' },
  { usage: '--status <STATUS>', says: 'request: with this status, or a class such as 4xx' },
  { usage: '--refused', says: 'request: only what was refused' },
  { usage: '--path <PART>', says: 'request: where the path has this in it' },
  { usage: '--text <PART>', says: 'request: where the URL, a body or the reason has this in it' },
  { usage: '--fault <FAULT>', says: 'request: true, false, or the id or kind of a fault' },
  { usage: '--count <N>', says: 'how many there have to be (1)' },
  { usage: '--after <CURSOR>', says: 'only what came after: now, or the next of an earlier wait' },
  { usage: '--within <DURATION>', says: 'how far a frozen clock is moved (PT10M)' },
  { usage: '--max-wall <DURATION>', says: 'how long it may take by the wall clock (60s)' },
  { usage: '--still', says: 'leave the clock as it is, and wait by the wall clock alone' },
]

/** What each thing that is waited for is told by. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  callback: ['provider', 'type', 'iccid', 'state'],
  request: [
    'provider',
    'operation',
    'method',
    'status',
    'refused',
    'iccid',
    'path',
    'text',
    'fault',
  ],
  event: ['provider', 'type', 'iccid'],
}

/** How its part of the condition is called. */
const PARTS: Readonly<Record<string, string>> = {
  callback: 'callbacks',
  request: 'requests',
  event: 'event',
}

const ALL = [...new Set(Object.values(FIELDS).flat())]

/** @throws CannotRun for a flag that is of another thing */
function conditionOf(what: string, flags: Flags): WaitCondition {
  const known = FIELDS[what] ?? []
  const other = ALL.find((name) => flags[name] !== undefined && !known.includes(name))
  if (other !== undefined)
    throw new CannotRun(`--${other} tells nothing of a ${what}: it knows --${known.join(', --')}`)
  const asked = known.map((name) => [name, name === 'status' ? statusOf(flags) : flags[name]])
  const part = defined(Object.fromEntries(asked))
  // What will not do is refused by the simulator.
  return { [PARTS[what] ?? what]: part } as unknown as WaitCondition
}

function statusOf({ status }: Flags): unknown {
  return typeof status === 'string' ? typedValue(status) : undefined
}

function waitedText({ met, at, why, found }: WaitedShown): string {
  return `${met ? 'met' : 'not met'} at ${at}: ${why} (${found} found)`
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** 0 where it is there, 1 where it is not. */
export const wait: Run = async (config, [what = ''], flags) => {
  if (!Object.hasOwn(FIELDS, what)) {
    if (what !== '') throw unknownAction('wait', what)
    throw new CannotRun('say what to wait for: esimulator wait callback, request or event')
  }
  const client = connect(config)
  const condition = conditionOf(what, flags)
  const count = text(flags.count)
  const common = {
    count: count === undefined ? undefined : wholeNumber('--count', count),
    after: text(flags.after),
  }
  const [within, maxWall] = [text(flags.within), text(flags.maxWall)]
  if (flags.still === true && within !== undefined)
    throw new CannotRun('--within moves the clock, and --still leaves it: give one of them')
  const waited =
    flags.still === true
      ? await client.waitFor(condition, defined({ ...common, timeout: maxWall }))
      : await client.wait(condition, defined({ ...common, within, maxWall }))
  print(config, waited, waitedText)
  return waited.met ? 0 : 1
}
