// The dashboard at /_sim/ui: the files that the build made, as a browser may have them.
import { readdirSync, readFileSync } from 'node:fs'
import type { Request, Response } from 'express'
import Negotiator from 'negotiator'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { builtFile, packageFile } from '../state/shipped-files.ts'

const HOME = '/_sim/ui'
const ASSETS = `${HOME}/assets/`

/** Whether a path is one of the dashboard. */
export function isDashboard(path: string): boolean {
  return path === HOME || path.startsWith(`${HOME}/`)
}

/** Where the dashboard of a world is. @param prefix URL of the simulator, and of the world */
export const dashboardUrl = (prefix: string): string => prefix + HOME

/** True where a browser asks for a page, not a program for data. */
export function asksForPage(request: Request): boolean {
  return new Negotiator(request).mediaType(['application/json', 'text/html']) === 'text/html'
}

/** How a file of the build is told to a browser, by its ending. */
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Nothing runs but our own files, nothing is asked but of this server, nobody frames the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const SAFE = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

/** Written into the page at the build, and replaced by the path at which the simulator is reached. */
const PLACE = '%PLACE%'

/**
 * Answers with a file of the dashboard; with its page for every path that is none, since the page
 * itself knows what is there.
 * @param root URL of the simulator as its user reaches it
 * @throws Refusal `not-found`, `method-not-allowed`
 */
export function sendDashboard(request: Request, response: Response, root: string): void {
  const { method, path } = request
  if (method !== 'GET' && method !== 'HEAD') {
    const reason = `${path} knows no ${method}: use GET`
    throw new Refusal('method-not-allowed', reason, { allow: 'GET, HEAD' })
  }
  const built = builtDashboard()
  if (path.startsWith(ASSETS)) sendAsset(request, response, built)
  else {
    const place = new URL(root).pathname.replace(/\/$/, '')
    const page = readFileSync(new URL('index.html', built), 'utf8').replaceAll(PLACE, place)
    const type = 'text/html; charset=utf-8'
    const bytes = Buffer.from(page)
    answer(request, response, bytes, { 'Content-Type': type, 'Cache-Control': 'no-cache' })
  }
}

/** Beside the bundle; where the source runs, in the bundle that lies beside it. */
function builtDashboard(): URL {
  const assets = builtFile('dashboard/assets/') ?? builtFile('../dist/dashboard/assets/')
  if (assets) return new URL('../', assets)
  const folder = packageFile('').pathname
  throw new Refusal('not-found', `the dashboard is not built yet: npm run build in ${folder}`)
}

/** The forms in which the build left each file, by the coding a browser asks for. */
const ENDINGS: Readonly<Record<string, string>> = { br: '.br', gzip: '.gz', identity: '' }

function sendAsset(request: Request, response: Response, built: URL): void {
  const name = request.path.slice(ASSETS.length)
  const folder = new URL('assets/', built)
  if (!readdirSync(folder).includes(name))
    throw new Refusal('not-found', `the dashboard has no file ${name}: load the page again`)

  const coding = new Negotiator(request).encoding(Object.keys(ENDINGS)) ?? 'identity'
  const body = readFileSync(new URL(name + ENDINGS[coding], folder))
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  const headers = {
    'Content-Type': type,
    // Its name has a sum of what is in it.
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
    'Content-Encoding': coding === 'identity' ? undefined : coding,
  }
  answer(request, response, body, defined(headers))
}

function answer(
  { method }: Request,
  response: Response,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, { ...SAFE, ...headers, 'Content-Length': body.length })
  response.end(method === 'HEAD' ? undefined : body)
}
