// What is no operation of the control API: the front page, a wrong method, a path there is not.
import type { Request, Response } from 'express'
import { rememberStray, type Stray } from '../server/journal.ts'
import { nearMisses } from '../server/near-misses.ts'
import { nearest } from '../server/nearest.ts'
import type { SimulatorServer } from '../server/server.ts'
import type { Spec } from '../server/spec.ts'
import { DEFAULT_WORLD, type HostedWorld } from '../server/worlds.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import { baseUrlsIn, worldUrl } from './base-urls.ts'
import { caughtUp } from './call.ts'
import { asksForPage, dashboardUrl, isDashboard, sendDashboard } from './dashboard.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'
import type { ReadBody } from './request.ts'
import { send } from './send.ts'

const DOCS =
  'README.md of the package esimulator; the control API: GET /_sim/openapi.json; ' +
  'what is invented: GET /_sim/provenance'

/** What the server knows at all, for who asks it for no path (RFC 9110 9.3.7). */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** Whether a path is one of the control API. */
export function isControl(path: string): boolean {
  return path === '/_sim' || path.startsWith('/_sim/')
}

/** How a request came. */
export interface Arrival {
  /** URL of the simulator as its sender reaches it, without a trailing slash. */
  readonly root: string
  /** The world it names, by prefix or header. */
  readonly world: string | undefined
  /** What it says; absent where nothing was sent. */
  readonly body: ReadBody
  /** Why it is not answered, whatever it asks for. */
  readonly refusal: AnyRefusal | undefined
}

/** Answers what no operation is for. */
export type FrontPage = (request: Request, response: Response, arrival: Arrival) => Promise<void>

export function frontPage(server: SimulatorServer, spec: Spec): FrontPage {
  return async (request, response, arrival) => {
    const { root, world } = arrival
    const { path, method, url } = request
    if (url === '*') return send(response, { status: 204, headers: { Allow: METHODS } })
    if (isDashboard(path)) return sendDashboard(request, response, root)
    if (isControl(path)) throw noOperation(spec, request)
    const opened = await server.worlds.open(world ?? DEFAULT_WORLD)
    if (world !== undefined) caughtUp(server.worlds, opened, world)

    const prefix = worldUrl(root, world)
    const providers = baseUrlsIn(server.providers.values(), prefix)
    if (path !== '/') throw leadsNowhere(server, request, arrival, opened)
    if (method !== 'GET' && method !== 'HEAD') {
      const reason = `/ knows no ${method}: use GET`
      throw new Refusal('method-not-allowed', reason, { allow: 'GET, HEAD' })
    }

    const headers = { Vary: 'Accept' }
    if (asksForPage(request)) {
      const Location = dashboardUrl(prefix)
      return send(response, { status: 303, headers: { ...headers, Location } })
    }
    const page = {
      name: 'esimulator',
      version: server.version,
      providers,
      control: `${prefix}/_sim`,
      dashboard: dashboardUrl(prefix),
      health: `${prefix}/_sim/health`,
      docs: DOCS,
    }
    send(response, { status: 200, headers, text: JSON.stringify(page) })
  }
}

/** Browsers ask for it by themselves. */
const ICON = '/favicon.ico'

/** Why a path that is no provider's leads nowhere, and what it may have meant; the journal has it. */
function leadsNowhere(
  server: SimulatorServer,
  request: Request,
  arrival: Arrival,
  hosted: HostedWorld | undefined,
): Refusal {
  const { path, method } = request
  const prefix = worldUrl(arrival.root, arrival.world)
  const bases = Object.values(baseUrlsIn(server.providers.values(), prefix)).flat().join(', ')
  const where = `base URLs are ${bases}, the control API is ${prefix}/_sim`
  if (!hosted || path === ICON)
    return new Refusal('unknown-route', `nothing is served at ${path}: ${where}`)

  const { world, journal } = hosted
  const asked = [...server.providers.values()].map(({ simulator }) => {
    return { simulator, settings: world.settings(simulator.settings) }
  })
  const [near] = nearMisses({ method, url: path }, asked)
  const hint = near ? `; ${near.method} ${near.path} is near: ${near.why}` : ''
  const refusal = new Refusal('unknown-route', `nothing is served at ${path}: ${where}${hint}`)
  rememberStray(journal, world, strayOf(request, arrival, refusal))
  return refusal
}

function strayOf(request: Request, { body: sent, world }: Arrival, refusal: Refusal): Stray {
  // Only what an operation takes piece by piece is no text.
  const body = typeof sent === 'string' ? sent : undefined
  const { method, headers } = request
  const isPrefixed = world !== undefined && !headers['x-sim-world']
  const url = isPrefixed ? `/w/${world}${request.originalUrl}` : request.originalUrl
  const problem = problemOf(refusal)
  const reply = { status: problem.status, type: PROBLEM_TYPE, body: JSON.stringify(problem) }
  return { method, url, headers, body, refusal, reply }
}

/** What every path of the control API begins with. */
const BASE = '/_sim/'

/** The paths of the control API that have no parameter, behind what all begin with. */
function namedPaths({ operations }: Spec): string[] {
  const paths = [...operations.values()].map(({ path }) => path.slice(BASE.length))
  return paths.filter((path) => !path.includes('{'))
}

/**
 * Why a path of the control API was not served: there is none, or not with that
 * method.
 */
function noOperation(spec: Spec, { path, method }: Request): Refusal {
  const allowed = spec.methodsAt(path)
  if (allowed.length === 0) {
    const meant = nearest(path.slice(BASE.length), namedPaths(spec))
    const guess = meant === undefined ? '' : `did you mean ${BASE}${meant}? `
    const where = 'GET /_sim/openapi.json lists what it has'
    return new Refusal('unknown-route', `the control API has no ${path}: ${guess}${where}`)
  }
  const asked = allowed.filter((each) => each !== 'HEAD').join(' or ')
  const reason = `${path} knows no ${method}: use ${asked}`
  return new Refusal('method-not-allowed', reason, { allow: allowed.join(', ') })
}
