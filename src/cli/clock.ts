// `esimulator clock`: virtual time of a running simulator.
import type { AdvanceShown, AllUpcomingShown, ClockShown, FiredShown } from '../control/wire.ts'
import type { Distance, UpcomingFilter } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import { connect, print } from './connection.ts'
import { withProgress } from './progress.ts'
import { table } from './table.ts'
import { wholeNumber } from './whole-number.ts'

export const clockFlags: readonly OwnFlag[] = [
  { usage: '--max-wall <DURATION>', says: 'advance: stop after so long by the wall clock' },
  { usage: '--max-events <N>', says: 'advance: stop after so many things have happened' },
  { usage: '--iccid <ICCID>', says: 'upcoming: only what is about this SIM' },
  { usage: '--limit <N>', says: 'upcoming: how many are told (100)' },
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
  const { attempts, unanswered, queued, waitsFor } = advance
  const told = `${come}, ${attempts} of ${attempts + queued} callbacks attempted`
  const silent = unanswered === 0 ? told : `${told}, ${unanswered} of them not answered in time`
  return waitsFor === undefined ? silent : `${silent}; waiting for ${waitsFor}`
}

function outcomeOf(fired: FiredShown): string {
  if (fired.kind === 'callback')
    return `attempt ${fired.attempt}: ${fired.status ?? fired.error}, ${fired.state}`
  if (fired.kind === 'task') return fired.error ?? ''
  return fired.bundle === undefined ? '' : `bundle ${fired.bundle}`
}

/** How many lines are printed of what happened, unless all are asked for. */
const MOST_LINES = 100

const advanceText =
  (isWhole: boolean) =>
  ({ from, to, fired, unlisted = 0, stopped }: AdvanceShown): string => {
    const listed = isWhole ? fired : fired.slice(0, MOST_LINES)
    const rows = listed.map((each) => [
      each.at,
      each.kind,
      each.type,
      'iccid' in each ? each.iccid : undefined,
      outcomeOf(each),
    ])
    const happened =
      rows.length > 0 ? table(['at', 'what', 'type', 'iccid', 'outcome'], rows) : 'nothing happened'
    const why = stopped ? `, stopped: ${stopped.reason}` : ''
    const left = fired.length - listed.length + unlisted
    const how = fired.length > listed.length ? ' (--all)' : ''
    const more = left > 0 ? `\n… and ${left.toLocaleString('en')} more${how}` : ''
    return `${from} -> ${to}${why}\n${happened}${more}`
  }

/** `2026-01-04T00:00:00Z` rather than `P3D`. */
export const isInstant = (text: string) => /^\d{4}-\d\d-\d\d/.test(text)

/** A day alone is its beginning. */
const instantIn = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)

const HOW_FAR =
  'say how far: esimulator clock advance P3D (or 3d, 90m), to an instant as in 2027-01-01, or next'

/** @throws CannotRun */
function distanceOf(value: string | undefined): Exclude<Distance, string> {
  if (value === undefined) throw new CannotRun(HOW_FAR)
  if (value === 'next') return { next: true }
  return isInstant(value) ? { to: instantIn(value) } : { by: value }
}

function upcomingText({ total, upcoming }: AllUpcomingShown): string {
  if (total === 0) return 'nothing is due'
  const rows = upcoming.map(({ at, provider, kind, says, iccid, callback }) => {
    const attempt = callback ? ` (${callback.id}, attempt ${callback.attempt})` : ''
    return [at, kind, provider, iccid, says + attempt]
  })
  const more = total > upcoming.length ? `\n… and ${total - upcoming.length} more (--limit)` : ''
  return table(['at', 'kind', 'provider', 'iccid', 'what'], rows) + more
}

/** @throws CannotRun */
function upcomingFilter({ provider, iccid, limit }: Flags): UpcomingFilter {
  return defined({
    provider: typeof provider === 'string' ? provider : undefined,
    iccid: typeof iccid === 'string' ? iccid : undefined,
    limit: limit === undefined ? undefined : wholeNumber('--limit', String(limit)),
  })
}

/** Where an advance ends early. @throws CannotRun */
function limitsOf({ maxWall, maxEvents }: Flags) {
  return defined({
    maxWall: typeof maxWall === 'string' ? maxWall : undefined,
    maxEvents: maxEvents === undefined ? undefined : wholeNumber('--max-events', String(maxEvents)),
  })
}

/** @throws CannotRun */
function rateOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new CannotRun(`"${text}": the rate must be a number of virtual seconds a second, as in 60`)
}

export const clock: Run = async (config, args, flags) => {
  const [action = 'show', value] = args
  const client = connect(config)
  const look = async () => progressText(await client.clock.show())
  switch (action) {
    case 'show':
      print(config, await client.clock.show(), clockText)
      return 0
    case 'advance': {
      const distance = { ...distanceOf(value), ...limitsOf(flags) }
      const told = await withProgress(client.clock.advance(distance), look)
      print(config, told, advanceText(flags.all === true))
      return 0
    }
    case 'upcoming':
      print(config, await client.clock.upcoming(upcomingFilter(flags)), upcomingText)
      return 0
    case 'freeze':
      print(
        config,
        await withProgress(client.clock.freeze(value && instantIn(value)), look),
        clockText,
      )
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
