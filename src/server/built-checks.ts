// The validators of our own specs as the build wrote them down: each file is read when it is first asked for.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import dereference from 'dereference-json-schema'
import equal from 'fast-deep-equal'
import { builtFile } from '../state/shipped-files.ts'
import { formats } from './check-formats.ts'
import type { Checks, Depth, Replies } from './checks.ts'
import type { Document } from './openapi-document.ts'
import type { Validator } from './violations.ts'

/** The validators of one operation. */
interface OperationChecks {
  readonly requests: readonly Validator[]
  readonly replies: Replies
}

/** What a file of the build exports: validators, given what they need. */
type Written<T> = (need: typeof needed) => T

/** How many characters a text has, one beyond the first 65,536 counted once. */
function ucs2length(text: string): number {
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    length += 1
    if ((text.codePointAt(at) ?? 0) > 0xffff) at += 1
  }
  return length
}

/** What the validators name, as Ajv calls it. */
const needed = { equal, ucs2length, formats } as const

const require = createRequire(import.meta.url)

/** What a file of validators has; `undefined` where the build made none. */
function loaded<T>(name: string, place: PlaceOf): T | undefined {
  const file = place(`checks/${name}.cjs`)
  return file && (require(fileURLToPath(file)) as Written<T>)(needed)
}

/** Finds what the build left. */
export type PlaceOf = (path: string) => URL | undefined

/**
 * The validators of a spec of ours; `undefined` where nothing is built.
 * @param document it, with its references
 */
export function builtChecks(
  file: string,
  document: () => Document,
  place: PlaceOf = builtFile,
): Checks | undefined {
  const folder = file.replace(/\.yaml$/, '')
  if (!place(`checks/${folder}/`)) return undefined
  const known = new Map<string, OperationChecks>()
  function checksOf(id: string, depth: Depth): OperationChecks {
    const name = `${folder}/${id}.${depth}`
    const checks = known.get(name) ?? loaded<OperationChecks>(name, place)
    if (!checks) throw new Error(`${file}: the build has no validators of ${id}`)
    known.set(name, checks)
    return checks
  }

  return {
    document: dereference.dereferenceSync(document() as never) as unknown as Document,
    requests: (id, depth) => checksOf(id, depth).requests,
    replies: ({ operationId: id }, depth) => checksOf(id, depth).replies,
  }
}

/** The validators of the forms of a spec's webhooks, by webhook; `undefined` where nothing is built. */
export function builtForms(
  file: string,
  place: PlaceOf = builtFile,
): Readonly<Record<string, readonly Validator[]>> | undefined {
  return loaded(`${file.replace(/\.yaml$/, '')}/webhooks`, place)
}
