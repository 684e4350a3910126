// The versions of the API and of its callbacks, all served from one state.
import { targets } from '../../state/callbacks.ts'
import type { World } from '../../state/world.ts'
import { SLUG } from './records.ts'

export const V24 = '/v2.4'
export const V25 = '/v2.5'

/**
 * `json`, with what v2.5 adds to it where the call came by the path of that
 * version.
 */
export function since25<T extends object>(basePath: string, json: T, added: () => Partial<T>): T {
  return basePath === V25 ? Object.assign(json, added()) : json
}

/**
 * Version 3 is signed and tells more of the bundle. At the vendor version 2 is sent until 3 is
 * switched on; here 3 is.
 */
export const CALLBACK_VERSIONS = [3, 2] as const

/** The version the callbacks of a world are sent in: what their target asks for. */
export function callbackVersion(world: World): number {
  return world.in(targets).get(SLUG)?.version ?? CALLBACK_VERSIONS[0]
}
