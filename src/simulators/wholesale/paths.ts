// Where the operations are served: the document gives no paths, so each can be moved.
import type { SettingValues } from '../simulator.ts'

/** The paths of the spec, by operationId. */
const PATHS: Readonly<Record<string, string>> = {
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
  if (!Object.hasOwn(PATHS, operation)) return `moves no operation there is: ${Object.keys(PATHS).join(', ')}`
  if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(path) || line !== `${operation}=${path}`) return 'must be operation=/path, as in issueToken=/token'
  const taken = before.map(parts).some(([other, there]) => other === operation || there === path)
  return taken ? 'moves the same operation, or to the same path, as a line before it' : undefined
}

/** The spec's path for the one asked for; what has moved is no longer where it was. */
export function pathOf(asked: string, values: SettingValues): string {
  const path = asked.replace(/(?<=.)\/$/, '')
  const moved = (values.paths as readonly string[]).map(parts)
  const [operation] = moved.find(([, to]) => to === path) ?? []
  if (operation !== undefined) return PATHS[operation] ?? path
  return moved.some(([from]) => PATHS[from] === path) ? `${path} (moved)` : path
}
