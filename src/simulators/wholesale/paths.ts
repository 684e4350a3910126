// Where the operations are served: the document gives no paths, so each can be moved.
import type { SettingValues } from '../simulator.ts'

const QUERY = 'queryTransactionStatus'
/** Stands in a path for the id of a transaction. */
const ID = '{partnerTransactionId}'

/** The paths of the spec, by operationId. A query has its id in the path, too (inferred). */
const PATHS: Readonly<Record<string, readonly [string, string?]>> & {
  readonly issueToken: readonly [string]
} = {
  activateSubscription: ['/activate'],
  updateSubscriptionStatus: ['/updateStatus'],
  [QUERY]: ['/transactionStatus', `/transactionStatus/${ID}`],
  issueToken: ['/oauth/token'],
}

/** A path and the one of the spec that it stands for; either may hold the id. */
type Served = readonly [path: string, ofSpec: string]

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

/** Every path there is once these are moved; those without an id come first. */
function servedAfter(moves: readonly Move[]): Served[] {
  const movedTo = new Map(moves)
  const served = Object.entries(PATHS).flatMap(([operation, [path, withId]]): Served[] => {
    const to = movedTo.get(operation) ?? path
    if (withId === undefined) return [[to, path]]
    return to.includes(ID)
      ? [[to, withId]]
      : [
          [to, path],
          [`${to}/${ID}`, withId],
        ]
  })
  return served.sort(([a], [b]) => Number(a.includes(ID)) - Number(b.includes(ID)))
}

/** The id that a path has where `template` has `{partnerTransactionId}`; empty where both are alike. */
function idIn(path: string, template: string): string | undefined {
  const [before = '', after] = template.split(ID)
  if (after === undefined) return path === template ? '' : undefined
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined
  const id = path.slice(before.length, path.length - after.length)
  return id === '' || id.includes('/') ? undefined : id
}

/** What is wrong with a line of the setting `paths`, given the lines before it. */
export function pathProblem(line: string, before: readonly string[]): string | undefined {
  const [operation, path] = parseMove(line)
  if (!Object.hasOwn(PATHS, operation))
    return `moves no operation there is: ${Object.keys(PATHS).join(', ')}`
  // Segments of dots never arrive: clients resolve them.
  const plain = operation === QUERY ? path.replace(`/${ID}`, '/id') : path
  if (!/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(plain) || line !== `${operation}=${path}`)
    return `must be operation=/path, as in issueToken=/token or ${QUERY}=/status/${ID}`
  return before.some((other) => parseMove(other)[0] === operation)
    ? 'moves the same operation as a line before it'
    : undefined
}

/** What is wrong with lines that are right each by itself. */
export function pathsProblem(lines: readonly string[]): string | undefined {
  const served = servedAfter(lines.map(parseMove))
  const shared = served.find(([path], at) =>
    served.some(([other], there) => there > at && idIn(path, other) !== undefined),
  )
  return shared && `leaves two operations at ${shared[0]}: move the other one, too`
}

/** The spec's path for the one asked for; what has moved is no longer where it was. */
export function pathOf(asked: string, values: SettingValues): string {
  const path = asked.replace(/(?<=.)\/$/, '')
  const moves = movesIn(values)
  if (moves.length === 0) return path

  for (const [template, ofSpec] of servedAfter(moves)) {
    const id = idIn(path, template)
    if (id !== undefined) return ofSpec.replace(ID, () => id)
  }
  const isOfSpec = servedAfter([]).some(([template]) => idIn(path, template) !== undefined)
  return isOfSpec ? `(moved) ${path}` : path
}

/** Where a path of the spec is served. */
export function servedAt(ofSpec: string, values: SettingValues): string {
  const moves = movesIn(values)
  if (moves.length === 0) return ofSpec
  return servedAfter(moves).find(([, path]) => path === ofSpec)?.[0] ?? ofSpec
}

/** Where tokens are given. */
export function tokenPath(values: SettingValues): string {
  const move = movesIn(values).find(([operation]) => operation === 'issueToken')
  return move?.[1] ?? PATHS.issueToken[0]
}
