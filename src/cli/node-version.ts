// Whether the Node that runs this is new enough.
import { CannotRun } from './cannot-run.ts'

const OLDEST_NODE = [20, 19] as const

/** Why this Node will not do; `undefined` where it will. */
export function nodeProblem(version: string = process.versions.node): CannotRun | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return new CannotRun(`this is Node ${version}: install ${OLDEST_NODE.join('.')} or newer`)
}
