// The version of callbacks: what a target asks for, else 3.
import { targets } from '../../state/callbacks.ts'
import type { World } from '../../state/world.ts'
import { SLUG } from './records.ts'

/** Version 3 is signed and tells more of the bundle; at the vendor version 2 is sent until 3 is switched on, here 3 is. */
export const VERSIONS = [3, 2] as const

/** The version callbacks of this world are sent in. */
export function versionOf(world: World): number {
  return world.in(targets).get(SLUG)?.version ?? VERSIONS[0]
}
