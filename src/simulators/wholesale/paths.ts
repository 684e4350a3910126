// Where the operations are served: the document gives no paths, so each can be moved.
import type { SettingValues } from '../simulator.ts'

/** The paths of the spec, by operationId. */
const PATHS: Readonly<Record<string, string>> & { readonly issueToken: string } = {
  activateSubscription: '/activate',
  updateSubscriptionStatus: '/updateStatus',
  queryTransactionStatus: '/transactionStatus',
  issueToken: '/oauth/token',
}

/** An operation and where it is moved to. */
type Move = readonly [operation: string, path: string]

function parseMove(line: string): Move {
  const [operation = '', path = ''] = line.split('=', 2)
  return [operation, path]
}

/** What the setting `paths` moves. */
function movesIn(values: SettingValues): Move[] {
  return (values.paths as readonly string[]).map(parseMove)
}

/** What is wrong with a line of the setting `paths`, given the lines before it. */
export function pathProblem(line: string, before: readonly string[]): string | undefined {
  const [operation, path] = parseMove(line)
  if (!Object.hasOwn(PATHS, operation))
    return `moves no operation there is: ${Object.keys(PATHS).join(', ')}`
  // Segments of dots never arrive: clients resolve them.
  if (!/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(path) || line !== `${operation}=${path}`)
    return 'must be operation=/path, as in issueToken=/token'
  return before.some((other) => parseMove(other)[0] === operation)
    ? 'moves the same operation as a line before it'
    : undefined
}

/** What is wrong with lines that are right each by itself. */
export function pathsProblem(lines: readonly string[]): string | undefined {
  const paths = Object.values({ ...PATHS, ...Object.fromEntries(lines.map(parseMove)) })
  const shared = paths.find((path, at) => paths.indexOf(path) < at)
  return shared && `leaves two operations at ${shared}: move the other one, too`
}

/** The spec's path for the one asked for; what has moved is no longer where it was. */
export function pathOf(asked: string, values: SettingValues): string {
  const path = asked.replace(/(?<=.)\/$/, '')
  const moves = movesIn(values)
  const [operation] = moves.find(([, to]) => to === path) ?? []
  if (operation !== undefined) return PATHS[operation] ?? path
  return moves.some(([from]) => PATHS[from] === path) ? `${path} (moved)` : path
}

/** Where tokens are given. */
export function tokenPath(values: SettingValues): string {
  const move = movesIn(values).find(([operation]) => operation === 'issueToken')
  return move?.[1] ?? PATHS.issueToken
}
