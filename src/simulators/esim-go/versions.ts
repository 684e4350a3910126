// The versions of the API and of its callbacks, all served from one state.
import { targets } from '../../state/callbacks.ts'
import type { World } from '../../state/world.ts'
import { SLUG } from './records.ts'

/** The base paths of the versions; they sort as the versions do. */
export const V22 = '/v2.2'
export const V23 = '/v2.3'
export const V24 = '/v2.4'
export const V25 = '/v2.5'

/** True where a call came by the path of `version` or of a later one. */
export function isSince(version: string, basePath: string): boolean {
  return basePath >= version
}

/**
 * `json`, with what v2.5 adds to it where the call came by the path of that
 * version.
 */
export function since25<T extends object>(basePath: string, json: T, added: () => Partial<T>): T {
  return isSince(V25, basePath) ? Object.assign(json, added()) : json
}

/**
 * `json`, with what v2.5 has no more where the call came by the path of an older version. The types
 * of the spec, which are those of v2.5, do not know it.
 */
export function until24<T extends object>(basePath: string, json: T, added: () => object): T {
  return isSince(V25, basePath) ? json : Object.assign(json, added())
}

/**
 * What a call that needs no more of an answer is told: v2.5 says `status` alone, which its
 * forerunners say beside the documented `message`.
 */
export function acknowledgement(basePath: string, status: string): { status: string } {
  return until24(basePath, { status }, () => ({ message: status }))
}

/**
 * `json` as v2.2 has it, where the call came by the path of that version: without what v2.3 added.
 */
export function before23<T extends object>(
  basePath: string,
  json: T,
  added: readonly (keyof T)[],
): T {
  if (isSince(V23, basePath)) return json
  for (const name of added) delete json[name]
  return json
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
