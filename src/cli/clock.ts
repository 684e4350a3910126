// `esimulator clock`: virtual time of a running simulator.
import type { AdvanceShown, ClockShown, FiredShown } from '../control/wire.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import { argument, connect, print } from './connection.ts'
import { withProgress } from './progress.ts'
import { table } from './table.ts'

export const clockFlags: readonly OwnFlag[] = [
  { usage: '--max-wall <DURATION>', says: 'advance: stop after so long by the wall clock' },
  { usage: '--max-events <N>', says: 'advance: stop after so many things have happened' },
  { usage: '--all', says: 'advance: print all that happened, however much' },
]

function clockText({ now, mode, rate }: ClockShown): string {
  const speed = mode === 'running' && rate !== 1 ? ` at ${rate} times` : ''
  return `${now}  ${mode}${speed}`
}

/** How far an advance has come, and for whom it waits. */
export function progressText({ now, advance }: ClockShown): string {
  const come = `the clock has come to ${now}`
  if (!advance || advance.attempts === 0) return come
  const { attempts, unanswered, waitsFor } = advance
  const told = `${come}, ${attempts} callbacks attempted`
  const silent = unanswered === 0 ? told : `${told}, ${unanswered} of them not answered in time`
  return waitsFor === undefined ? silent : `${silent}; waiting for ${waitsFor}`
}

function outcomeOf(fired: FiredShown): string {
  if (fired.kind === 'callback')
    return `attempt ${fired.attempt}: ${fired.status ?? fired.error}, ${fired.state}`
  if (fired.kind === 'task') return fired.error ?? ''
  return fired.bundle === undefined ? '' : `bundle ${fired.bundle}`
}

function advanceText({ from, to, fired, unlisted, stopped }: AdvanceShown): string {
  const rows = fired.map((each) => [
    each.at,
    each.kind,
    each.type,
    'iccid' in each ? each.iccid : undefined,
    outcomeOf(each),
  ])
  const happened =
    rows.length > 0 ? table(['at', 'what', 'type', 'iccid', 'outcome'], rows) : 'nothing happened'
  const why = stopped ? `, stopped: ${stopped.reason}` : ''
  const more = unlisted === undefined ? '' : `\nand ${unlisted} more`
  return `${from} -> ${to}${why}\n${happened}${more}`
}

/** `2026-01-04T00:00:00Z` rather than `P3D`. */
export const isInstant = (text: string) => /^\d{4}-\d\d-\d\d/.test(text)

/** @throws CannotRun */
function rateOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new CannotRun(`"${text}": the rate must be a number of virtual seconds a second, as in 60`)
}

export const clock: Run = async (config, args) => {
  const [action = 'show', value] = args
  const client = connect(config)
  const look = async () => progressText(await client.clock.show())
  switch (action) {
    case 'show':
      print(config, await client.clock.show(), clockText)
      return 0
    case 'advance': {
      const distance = argument(args, 1, 'clock advance P3D')
      const to = isInstant(distance) ? { to: distance } : distance
      print(config, await withProgress(client.clock.advance(to), look), advanceText)
      return 0
    }
    case 'freeze':
      print(config, await withProgress(client.clock.freeze(value), look), clockText)
      return 0
    case 'resume': {
      const rate = value === undefined ? undefined : rateOf(value)
      print(config, await client.clock.resume(rate), clockText)
      return 0
    }
    default:
      throw unknownAction('clock', action)
  }
}
