// The state that `PUT /_sim/state` is sent: read, held to the spec and made records of, in turns.
import { type BodyRules, UnsafeBody, walkBody } from '../server/body-shape.ts'
import { MOST_TOLD } from '../server/bounded.ts'
import type { Sink } from '../server/read-body.ts'
import type { Records } from '../state/collection.ts'
import { Refusal } from '../state/refusal.ts'
import { isObject } from '../stores/json-shape.ts'
import { DocumentReader, NoDocument, type RecordDocument } from '../stores/record-document.ts'
import { openTurns } from '../stores/turns.ts'

/** A state as it was sent, of the form that the spec has for it. */
export interface SentState {
  readonly format: number
  readonly records: Records
}

const RULES: BodyRules = { freeCase: false, undocumented: [] }

/**
 * Records are kept in maps, where any text may be a key: what a user calls `__proto__` in a seed
 * file comes back. The records themselves may have no such name in them.
 * @throws Refusal `malformed-body`
 */
function checkSafe(value: unknown): void {
  try {
    walkBody(value, undefined, RULES)
  } catch (error) {
    if (error instanceof UnsafeBody) throw new Refusal('malformed-body', error.message)
    throw error
  }
}

/** U+FEFF in UTF-8: RFC 8259 8.1 lets it be ignored. */
const BYTE_ORDER_MARK = Buffer.from('\ufeff')

/** The body of a state on its way in: what has come of it are records already. */
export interface ArrivingState extends Sink {
  /** Bytes that were sent. */
  readonly size: number
  /** What was sent, once all of it is there. @throws Refusal `malformed-body` */
  document(): RecordDocument
}

/** Begins to take a state. */
export function arrivingState(): ArrivingState {
  let reader: DocumentReader | undefined = new DocumentReader()
  let beginning: Buffer | undefined = Buffer.alloc(0)
  let problem: unknown
  let size = 0

  /** What is no JSON is found as it comes, and told at the end. */
  function attempt(act: (reader: DocumentReader) => void): void {
    if (!reader) return
    try {
      act(reader)
    } catch (error) {
      problem = error
      reader = undefined
    }
  }

  /** Leaves out the byte order mark, whose bytes may come one by one. */
  function begin(): void {
    if (!beginning) return
    const isMarked = beginning.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    const bytes = isMarked ? beginning.subarray(BYTE_ORDER_MARK.length) : beginning
    beginning = undefined
    attempt((to) => to.write(bytes))
  }

  return {
    get size() {
      return size
    },
    take(chunk) {
      size += chunk.length
      if (beginning) {
        beginning = Buffer.concat([beginning, chunk])
        if (beginning.length >= BYTE_ORDER_MARK.length) begin()
      } else attempt((to) => to.write(chunk))
    },
    drop() {
      reader = undefined
    },
    document() {
      begin()
      if (reader && !problem) {
        try {
          return reader.end()
        } catch (error) {
          problem = error
        }
      }
      if (!(problem instanceof NoDocument)) throw problem
      throw new Refusal('malformed-body', `the body is not JSON: ${problem.message}`)
    },
  }
}

/**
 * Reads a state. What is large in it are its records: of those the spec says no more than that they
 * are objects.
 * @param sent all of it
 * @param problemsOf how a body breaks the spec
 * @throws Refusal `malformed-body` for what is no JSON, `invalid-request` for what breaks the spec
 */
export async function sentState(
  sent: ArrivingState,
  problemsOf: (body: unknown) => readonly string[],
): Promise<SentState> {
  const { value, collections } = sent.document()
  checkSafe(isObject(value) ? { ...value, collections: undefined } : value)
  const wrong: Record<string, Record<string, unknown>> = Object.create(null)
  let found = 0
  const turns = openTurns()
  for (const [name, byKey] of collections) {
    for (const [key, record] of byKey) {
      checkSafe(record)
      if (!isObject(record) && found < MOST_TOLD) {
        found += 1
        wrong[name] = Object.assign(wrong[name] ?? Object.create(null), { [key]: record })
      }
      const rest = turns.over()
      if (rest) await rest
    }
  }
  const body = value as { readonly format: number; readonly collections?: object }
  const problems = problemsOf(
    found > 0 ? { ...body, collections: { ...body.collections, ...wrong } } : body,
  )
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return { format: body.format, records: new Map(collections) as Records }
}
