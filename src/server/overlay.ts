// A spec that says only how it differs from another: an OpenAPI Overlay, and what it makes.

/** An OpenAPI Overlay (1.0): what is done, in order, to the document it extends. */
export interface Overlay {
  readonly overlay: string
  /** File name of the document it is laid over, in the same folder. */
  readonly extends: string
  readonly actions: readonly {
    /**
     * JSONPath of names and wildcards: `$.components['schemas'].Order`,
     * `$.paths.*.*`.
     */
    readonly target: string
    /** Merged into what the target selects: objects deeply, lists by appending. */
    readonly update?: unknown
    /** Takes away what the target selects. */
    readonly remove?: boolean
  }[]
}

type Json = Record<string, unknown>

const PATH = /^\$(\.[\w-]+|\.\*|\['[^']+'\])*$/
const STEP = /\.([\w-]+|\*)|\['([^']+)'\]/g

export function isOverlay(document: unknown): document is Overlay {
  return isObject(document) && typeof document.overlay === 'string'
}

/**
 * The document that `overlay` makes of `document`, which stays as it is.
 * @throws Error for a target that is no such path, or that selects nothing
 */
export function applyOverlay<T extends object>(document: T, { actions }: Overlay): T {
  const result = structuredClone(document)
  for (const { target, update, remove } of actions) {
    if (!PATH.test(target))
      throw new Error(`the overlay's target ${target} is no path of names and wildcards`)
    const steps = [...target.matchAll(STEP)].map(([, name, quoted]) => name ?? quoted ?? '')
    const last = steps.pop()
    const holders = select([result as Json], steps)
    if (last === undefined) {
      Object.assign(result, merged(result, update))
      continue
    }
    const places = holders.flatMap((holder) =>
      (last === '*' ? Object.keys(holder) : [last]).map((name) => ({ holder, name })),
    )
    const found = places.filter(({ holder, name }) => Object.hasOwn(holder, name))
    if (found.length === 0) throw new Error(`the overlay's target ${target} selects nothing`)
    for (const { holder, name } of found) {
      if (remove) delete holder[name]
      else holder[name] = merged(holder[name], update)
    }
  }
  return result
}

function select(nodes: readonly Json[], steps: readonly string[]): Json[] {
  return steps.reduce<Json[]>(
    (from, name) =>
      from.flatMap((node) => (name === '*' ? Object.values(node) : [node[name]])).filter(isObject),
    [...nodes],
  )
}

function merged(before: unknown, update: unknown): unknown {
  if (Array.isArray(before)) return [...before, ...(Array.isArray(update) ? update : [update])]
  if (!isObject(before) || !isObject(update)) return update
  const result: Json = { ...before }
  for (const [name, value] of Object.entries(update))
    result[name] = Object.hasOwn(before, name) ? merged(before[name], value) : value
  return result
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
