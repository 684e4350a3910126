// What is no operation of the control API: the front page, a wrong method, a path there is not.
import type { Request, Response } from 'express'
import type { SimulatorServer } from '../server/server.ts'
import type { Spec } from '../server/spec.ts'
import { Refusal } from '../state/refusal.ts'
import { baseUrlsIn, worldUrl } from './base-urls.ts'
import { caughtUp } from './call.ts'
import { send } from './send.ts'

const DOCS =
  'README.md and specs/control.yaml of the package esimulator; ' +
  'what is invented: GET /_sim/provenance'

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
}

/** Answers what no operation is for. */
export type FrontPage = (request: Request, response: Response, arrival: Arrival) => Promise<void>

export function frontPage(server: SimulatorServer, spec: Spec): FrontPage {
  return async (request, response, { root, world }) => {
    const { path, method } = request
    if (isControl(path)) throw noOperation(spec, request, response)
    if (world !== undefined) caughtUp(await server.worlds.open(world), world)

    const prefix = worldUrl(root, world)
    const providers = baseUrlsIn(server.providers.values(), prefix)
    if (path !== '/') {
      const bases = Object.values(providers).flat().join(', ')
      const where = `base URLs are ${bases}, the control API is ${prefix}/_sim`
      throw new Refusal('unknown-route', `nothing is served at ${path}: ${where}`)
    }
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET')
      throw new Refusal('method-not-allowed', `/ knows no ${method}: use GET`)
    }

    const page = {
      name: 'esimulator',
      version: server.version,
      providers,
      control: `${prefix}/_sim`,
      health: `${prefix}/_sim/health`,
      docs: DOCS,
    }
    send(response, { status: 200, text: JSON.stringify(page) })
  }
}

/**
 * Why a path of the control API was not served: there is none, or not with that
 * method.
 */
function noOperation(spec: Spec, { path, method }: Request, response: Response): Refusal {
  const allowed = spec.methodsAt(path)
  if (allowed.length === 0) {
    const where = 'specs/control.yaml lists what it has'
    return new Refusal('unknown-route', `the control API has no ${path}: ${where}`)
  }
  response.setHeader('Allow', allowed.join(', '))
  const reason = `${path} knows no ${method}: use ${allowed.join(' or ')}`
  return new Refusal('method-not-allowed', reason)
}
