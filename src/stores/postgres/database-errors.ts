// What PostgreSQL and the way to it say went wrong, as a sentence a user can act on.
import { reasonOf } from '../../state/reason.ts'
import { codeOf } from '../disk-errors.ts'

const meanings: Readonly<Record<string, string>> = {
  '28P01': 'the user or the password is wrong',
  '28000': 'it does not let this user in',
  '3D000': 'there is no such database: create it',
  '42501':
    'the user may not do that: the database has to let it connect, and the schema and its tables have to be its own',
  '42P01':
    'a table of the schema is missing: bring back a copy, or start with another ?schema=NAME',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53300': 'it has too many connections: raise max_connections',
  '25006': 'it only reads: name the primary',
  '57P01': 'it is shutting down',
  '57P02': 'it is recovering from a crash',
  '57P03': 'it is starting up',
  ECONNREFUSED: 'nothing answers there: is PostgreSQL running?',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that host',
  ETIMEDOUT: 'it does not answer',
}

/** Why a query failed, without the name of the database: `nothing answers there (ECONNREFUSED)`. */
export function databaseReason(error: unknown): string {
  const cause = firstOf(error)
  const code = codeOf(cause)
  const meaning = code === undefined ? undefined : meanings[code]
  if (meaning === undefined) return reasonOf(cause)
  // Only PostgreSQL knows what it was that the user may not do.
  const said = code === '42501' ? `${reasonOf(cause)}, ` : ''
  return `${meaning} (${said}${code})`
}

/** A host with several addresses fails with an error for each. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}

/** What begins the codes of errors that another try gets over: the way to it, its state, a deadlock. */
const PASSING = ['08', '40', '53', '57', 'E']

/** What `pg` says of a connection, without a code. */
const OF_CONNECTION = /connect|terminated|time(d )?out/i

/** True where the database may take the same again: it is away, is restarting, or has its hands full. */
export function isPassing(error: unknown): boolean {
  const cause = firstOf(error)
  const code = codeOf(cause)
  if (code === undefined) return OF_CONNECTION.test(reasonOf(cause))
  return PASSING.some((begin) => code.startsWith(begin))
}

/** What begins the codes of errors that say that the statement itself is at fault. */
const HOPELESS = ['22', '23', '54']

/** True where the database would never take the same, however long it is tried. */
export function isHopeless(error: unknown): boolean {
  const code = codeOf(firstOf(error))
  const isOwn = error instanceof TypeError || error instanceof RangeError
  return isOwn || (code !== undefined && HOPELESS.some((begin) => code.startsWith(begin)))
}
