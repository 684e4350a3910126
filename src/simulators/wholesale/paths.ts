// Where the operations are served: the document gives no paths, so each can be moved.
import type { SettingValues } from '../simulator.ts'

/** The paths of the spec, by operationId. */
const PATHS: Readonly<Record<string, string>> & { readonly issueToken: string } = {
  activateSubscription: '/activate',
  updateSubscriptionStatus: '/updateStatus',
  queryTransactionStatus: '/transactionStatus',
  issueToken: '/oauth/token',
}

const parts = (line: string): readonly [operation: string, path: string] => {
  const [operation = '', path = ''] = line.split('=', 2)
  return [operation, path]
}

/** What is wrong with a line of the setting `paths`, given those before it; `undefined` where nothing is. */
export function pathProblem(line: string, before: readonly string[]): string | undefined {
  const [operation, path] = parts(line)
  if (!Object.hasOwn(PATHS, operation))
    return `moves no operation there is: ${Object.keys(PATHS).join(', ')}`
  // Segments of dots never arrive: clients resolve them.
  if (!/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(path) || line !== `${operation}=${path}`)
    return 'must be operation=/path, as in issueToken=/token'
  return before.some((other) => parts(other)[0] === operation)
    ? 'moves the same operation as a line before it'
    : undefined
}

/** What is wrong with lines that are right each by itself; `undefined` where nothing is. */
export function pathsProblem(lines: readonly string[]): string | undefined {
  const served = Object.entries({ ...PATHS, ...Object.fromEntries(lines.map(parts)) })
  const [, shared] =
    served.find(([, path], at) => served.findIndex(([, there]) => there === path) < at) ?? []
  return shared && `leaves two operations at ${shared}: move the other one, too`
}

/** The spec's path for the one asked for; what has moved is no longer where it was. */
export function pathOf(asked: string, values: SettingValues): string {
  const path = asked.replace(/(?<=.)\/$/, '')
  const moved = (values.paths as readonly string[]).map(parts)
  const [operation] = moved.find(([, to]) => to === path) ?? []
  if (operation !== undefined) return PATHS[operation] ?? path
  return moved.some(([from]) => PATHS[from] === path) ? `${path} (moved)` : path
}

/** Where tokens are given. */
export function tokenPath(values: SettingValues): string {
  const moved = (values.paths as readonly string[])
    .map(parts)
    .find(([operation]) => operation === 'issueToken')
  return moved?.[1] ?? PATHS.issueToken
}
