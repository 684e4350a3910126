// `esimulator events`: what happens in a world, as it happens.
import type { StreamEvent } from '../control/stream-events.ts'
import type { EventOptions } from '../control/world-client.ts'
import { unknownName } from '../server/nearest.ts'
import { NEWS_TYPES, type NewsType } from '../server/news.ts'
import { defined } from '../state/defined.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import { connect, print } from './connection.ts'
import { wholeNumber } from './whole-number.ts'

export const eventFlags: readonly OwnFlag[] = [
  { usage: '--types <TYPE,...>', says: `only these: ${NEWS_TYPES.join(', ')}` },
  { usage: '--after <ID>', says: 'tell what has come since this event first' },
  { usage: '--count <N>', says: 'end after so many' },
]

/** @throws CannotRun */
function typesOf(written: unknown): readonly NewsType[] | undefined {
  if (typeof written !== 'string') return undefined
  return written.split(',').map((each) => {
    const found = NEWS_TYPES.find((type) => type === each.trim())
    if (found === undefined) throw new CannotRun(unknownName('no type', each.trim(), NEWS_TYPES))
    return found
  })
}

function lineOf({ name, data }: StreamEvent): string {
  switch (name) {
    case 'open':
      return `${data.at}  following the world "${data.world}"; Ctrl-C ends`
    case 'change': {
      const what = data.changes.map(({ kind, collection, key }) => `${collection} ${key} ${kind}`)
      const more = data.more > 0 ? ` and ${data.more} more` : ''
      return `${data.at}  change    ${what.join(', ')}${more}`
    }
    case 'callback': {
      const { id, type, iccid = '', state, status, error, reason } = data.callback
      const outcome = status ?? error ?? reason ?? ''
      return `${data.at}  callback  ${data.what} ${type} ${iccid} ${id} ${state} ${outcome}`.trimEnd()
    }
    case 'event':
      return `${data.at}  event     ${data.type} ${data.iccid} of ${data.provider}`
    case 'exchange': {
      const { at, id, method, url = '', status = '', refused } = data
      const why = refused === undefined ? '' : ` refused: ${refused}`
      return `${at}  exchange  ${id} ${method} ${url} ${status}${why}`
    }
    case 'clock': {
      const { advance } = data
      const moved = advance ? `: an advance ${advance.step} (${advance.from} -> ${advance.to})` : ''
      return `${data.at}  clock     ${data.mode}${moved}`
    }
    case 'world':
      return `${data.at}  world     ${data.what}`
    case 'workflow': {
      const { at, run, state, step, stepState } = data
      return `${at}  workflow  ${run} ${step === undefined ? state : `${step} ${stepState}`}`
    }
    case 'gap':
      return `some were missed: ${data.why}`
    case 'end':
      return `it ends: ${data.why}`
  }
}

function optionsOf(flags: Flags): EventOptions {
  const after = typeof flags.after === 'string' ? flags.after : undefined
  return defined({ types: typesOf(flags.types), after })
}

/** Prints each event on a line of its own, until the world or the simulator ends. */
export const events: Run = async (config, _args, flags) => {
  const most =
    flags.count === undefined
      ? Number.POSITIVE_INFINITY
      : wholeNumber('--count', String(flags.count))
  let told = 0
  for await (const event of connect(config).events(optionsOf(flags))) {
    print(config, event, lineOf)
    if (event.name !== 'open') told += 1
    if (told >= most) break
  }
  return 0
}
