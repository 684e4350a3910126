// The operations a request that found none may have meant, and how it misses each.
import type { Mount, SettingValues, Simulator } from '../simulators/simulator.ts'
import { distance } from './nearest.ts'
import { readSpec } from './spec-files.ts'

/** An operation that is nearly what was asked for. */
export interface NearMiss {
  readonly provider: string
  readonly operation: string
  readonly method: string
  /** As a client calls it, with its provider and base path: `/esim/v1/orders/{id}`. */
  readonly path: string
  /** What is wrong with the request, measured by this operation. */
  readonly why: string
}

/** A request that found no operation. */
export interface Missed {
  readonly method: string
  /** As the client wrote it; a world's prefix and the query are passed over. */
  readonly url: string
  /** The provider it reached, if it reached one. */
  readonly provider?: string | undefined
}

/** A provider, and how it is set in the world that was asked. */
export interface Asked {
  readonly simulator: Simulator
  readonly settings: SettingValues
}

/** How many are told. */
const MOST = 3
/** More segments than any operation has are not looked at. */
const MOST_SEGMENTS = 24
/** How far off an operation may be, in wrong segments; and how much farther than the nearest one. */
const FARTHEST = 1.6
const MUCH_FARTHER = 0.75

const METHOD_COST = 0.5
const SEGMENT_COST = 0.7
/** A version that is missing, or another one. */
const VERSION_COST = 0.3

/** The nearest operations of these providers, the nearest first. */
export function nearMisses(missed: Missed, providers: readonly Asked[]): NearMiss[] {
  const segments = segmentsOf(missed.url)
  if (segments.length > MOST_SEGMENTS) return []
  // On a port of its own a provider is mounted at `/`, and there its slug is too much.
  const { provider } = missed
  const isOwnPort = provider !== undefined && segments[0] !== provider
  const found = measuredAll(missed.method, segments, candidatesOf(providers, isOwnPort))
  if (provider === undefined || isOwnPort || found.every(({ why }) => why.length > 0))
    return nearestOf(found)
  return nearestOf(measuredAll(missed.method, segments, candidatesOf(providers, true)))
}

function measuredAll(
  method: string,
  segments: readonly string[],
  candidates: readonly Candidate[],
): Measured[] {
  return candidates
    .flatMap((candidate) => measured(method, segments, candidate) ?? [])
    .sort((one, other) => one.cost - other.cost)
}

/** The first few, and of several versions of an operation the nearest. */
function nearestOf(found: readonly Measured[]): NearMiss[] {
  const limit = (found[0]?.cost ?? 0) + MUCH_FARTHER
  const nearest = new Map<string, NearMiss>()
  for (const { candidate, cost, why } of found) {
    const { provider, operation, method, path } = candidate
    const id = `${provider}/${operation}`
    if (why.length === 0 || cost > limit || nearest.has(id) || nearest.size === MOST) continue
    nearest.set(id, { provider, operation, method, path, why: why.join('; ') })
  }
  return [...nearest.values()]
}

/** The segments of a path: without its query, and without the prefix of a world. */
function segmentsOf(url: string): string[] {
  const [path = ''] = url.split('?', 1)
  const below = path.replace(/^\/w\/[^/]*/, '')
  return below.split('/').filter((segment) => segment !== '')
}

/** An operation where it is served. */
interface Candidate {
  readonly provider: string
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly served: readonly string[]
  /** How many of the segments are the provider's slug and the base path. */
  readonly base: number
}

function candidatesOf(providers: readonly Asked[], isOwnPort: boolean): Candidate[] {
  return providers.flatMap(({ simulator, settings }) => {
    const listedMounts = simulator.mounts.filter(({ isUnlisted }) => !isUnlisted)
    return listedMounts.flatMap((mount) => candidatesIn(mount, { simulator, settings }, isOwnPort))
  })
}

function candidatesIn(
  { spec, basePath }: Mount,
  { simulator, settings }: Asked,
  isOwnPort: boolean,
): Candidate[] {
  const { slug, requests } = simulator
  const prefix = isOwnPort ? '' : `/${slug}`
  const base = segmentsOf(prefix + basePath).length
  return operationsIn(spec).map(({ operation, method, path: ofSpec }) => {
    const below = basePath + ofSpec
    const path = prefix + (requests?.servedAt?.(below, settings) ?? below)
    return { provider: slug, operation, method, path, served: segmentsOf(path), base }
  })
}

interface Listed {
  readonly operation: string
  readonly method: string
  readonly path: string
}

/** Read once: a request that leads nowhere is likely to come again. */
const listed = new Map<string, readonly Listed[]>()

/** The operations of a spec, as it lists them: nothing is compiled for this. */
function operationsIn(spec: string): readonly Listed[] {
  const known = listed.get(spec)
  if (known) return known
  const { paths = {} } = readSpec(spec)
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).flatMap(([method, operation]) => {
      const id = (operation as { operationId?: string }).operationId
      return id === undefined ? [] : [{ operation: id, method: method.toUpperCase(), path }]
    }),
  )
  listed.set(spec, operations)
  return operations
}

interface Measured {
  readonly candidate: Candidate
  readonly cost: number
  readonly why: readonly string[]
}

/** How far a request is from an operation; `undefined` where it is another altogether. */
function measured(
  method: string,
  segments: readonly string[],
  candidate: Candidate,
): Measured | undefined {
  const { served, base } = candidate
  const best = aligned(segments, served, base)
  if (!best.isRelated) return undefined

  const isMethod = method === candidate.method || (method === 'HEAD' && candidate.method === 'GET')
  const cost = best.cost + (isMethod ? 0 : METHOD_COST)
  const why = isMethod
    ? best.why
    : [...best.why, `the method is ${candidate.method}, not ${method}`]
  return cost > FARTHEST ? undefined : { candidate, cost, why }
}

/** The cheapest way to make one path of the other. */
interface Alignment {
  readonly cost: number
  readonly why: readonly string[]
  /** True where something behind the base path is in both. */
  readonly isRelated: boolean
}

/** @param base how many segments of `served` come before the operation's own */
function aligned(asked: readonly string[], served: readonly string[], base: number): Alignment {
  const known = new Map<number, Alignment>()
  const from = (at: number, to: number): Alignment => {
    const id = at * MOST_SEGMENTS * 2 + to
    const before = known.get(id)
    if (before) return before
    const best = stepsFrom(at, to).toSorted((one, other) => one.cost - other.cost)[0] ?? ARRIVED
    known.set(id, best)
    return best
  }
  const stepsFrom = (at: number, to: number): Alignment[] => {
    const [given, wanted] = [asked[at], served[to]]
    const steps: Alignment[] = []
    if (given !== undefined && wanted !== undefined)
      steps.push(after(replaced(given, wanted, to >= base), from(at + 1, to + 1)))
    if (wanted !== undefined) steps.push(after(missing(wanted, to < base), from(at, to + 1)))
    if (given !== undefined) steps.push(after(tooMany(given), from(at + 1, to)))
    return steps
  }
  return from(0, 0)
}

const ARRIVED: Alignment = { cost: 0, why: [], isRelated: false }

function after(step: Alignment, rest: Alignment): Alignment {
  return {
    cost: step.cost + rest.cost,
    why: step.why.length === 0 ? rest.why : [...step.why, ...rest.why],
    isRelated: step.isRelated || rest.isRelated,
  }
}

const isParameter = (segment: string) => segment.startsWith('{')
const isVersion = (segment: string) => /^v\d/i.test(segment)

/** @param isOwn whether the segment is the operation's, and not of its base path */
function replaced(given: string, wanted: string, isOwn: boolean): Alignment {
  if (given === wanted) return { cost: 0, why: [], isRelated: isOwn }
  if (isParameter(wanted))
    return { cost: isVersion(given) ? SEGMENT_COST : 0.02, why: [], isRelated: false }

  const cost = unlikeness(given, wanted)
  const isSameButForCase = given.toLowerCase() === wanted.toLowerCase()
  const why = `"${given}" should be "${wanted}"${isSameButForCase ? ': case matters' : ''}`
  if (isSameButForCase) return { cost: 0.1, why: [why], isRelated: isOwn }
  if (isVersion(given) && isVersion(wanted))
    return { cost: VERSION_COST, why: [why], isRelated: false }
  return { cost: Math.max(cost, 0.1), why: [why], isRelated: isOwn && cost < 0.4 }
}

/** Longer segments are compared by their beginnings. */
const LONGEST = 64

/** From 0, the same but for case, to 1: nothing in common. */
function unlikeness(given: string, wanted: string): number {
  const [a, b] = [given, wanted].map((word) => word.slice(0, LONGEST).toLowerCase())
  if (a === undefined || b === undefined) return 1
  return distance(a, b) / Math.max(a.length, b.length, 1)
}

function missing(wanted: string, isBase: boolean): Alignment {
  const what = isBase ? `"${wanted}" of the base path is missing` : `"${wanted}" is missing`
  return { cost: isVersion(wanted) ? VERSION_COST : SEGMENT_COST, why: [what], isRelated: false }
}

function tooMany(given: string): Alignment {
  return { cost: SEGMENT_COST, why: [`"${given}" is too much`], isRelated: false }
}
