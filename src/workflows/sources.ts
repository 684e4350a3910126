// The sources of a document: OpenAPI documents, ours by name or anybody's, and what operations they have.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Document } from '../server/openapi-document.ts'
import { applyOverlay, isOverlay } from '../server/overlay.ts'
import { readSpec } from '../server/spec-files.ts'
import { knownSimulators } from '../simulators/index.ts'
import { knownPlugins } from '../simulators/plugins.ts'
import { tokenName } from '../state/json-pointer.ts'
import { percentDecoded } from '../state/percent-encoding.ts'
import { packageFile } from '../state/shipped-files.ts'
import type { ParameterPlace, SourceDescription } from './language.ts'
import { openSender } from './send.ts'

/** An operation of a source, as far as a step needs it. */
export interface SourceOperation {
  readonly source: string
  /** Absent where the document gives it none. */
  readonly id: string | undefined
  readonly method: string
  readonly path: string
  readonly parameters: readonly SourceParameter[]
  /** Media types of its body, the first one first; empty where it takes none. */
  readonly bodyTypes: readonly string[]
  /** Security requirements: any of them will do; empty where it needs none. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** Statuses it documents; `default` among them where it has that. */
  readonly statuses: readonly string[]
  readonly object: OperationObject
}

export interface SourceParameter {
  readonly name: string
  readonly in: ParameterPlace
  readonly required: boolean
  readonly schema: Readonly<Record<string, unknown>>
  readonly style: string | undefined
  readonly explode: boolean | undefined
  /** What `x-filter` says of it; `undefined` where it says nothing. */
  readonly filter: unknown
}

/** An operation object, as far as it is read here. */
export interface OperationObject {
  readonly operationId?: string
  readonly parameters?: readonly unknown[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, unknown>> }
  readonly responses?: Readonly<Record<string, unknown>>
  readonly security?: SourceOperation['security']
  readonly 'x-effect'?: unknown
  readonly 'x-provenance'?: string
}

export interface SecurityScheme {
  readonly type: string
  readonly in?: string
  readonly name?: string
  readonly scheme?: string
  readonly flows?: Readonly<Record<string, { readonly tokenUrl?: string }>>
}

/** A source, read. */
export interface Source {
  readonly name: string
  readonly url: string
  /** Of which simulator it is the spec, and below which path of its slug; absent where it is not ours. */
  readonly simulator: OwnSource | undefined
  readonly document: OpenApiDocument
  readonly operations: readonly SourceOperation[]
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
}

/** One of our own specs: `control`, or a provider's at one of its base paths. */
export interface OwnSource {
  readonly slug: string
  /** `/v2.4`; empty for `control`. */
  readonly basePath: string
}

export interface OpenApiDocument {
  readonly openapi?: string
  readonly asyncapi?: string
  readonly info?: { readonly title?: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly webhooks?: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId?: string }>>>
  >
  readonly security?: SourceOperation['security']
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, SecurityScheme>> }
  readonly servers?: readonly {
    readonly url?: string
    readonly variables?: Readonly<Record<string, { readonly default?: unknown }>>
  }[]
}

/** Why a source cannot be used; the message says what to do. */
export class SourceError extends Error {}

const OWN = /^esimulator:([a-z-]+)(?:\/(v[0-9.]+))?$/

/** Every name that `esimulator:` takes. */
function ownSourceNames(): string[] {
  const names = knownSimulators().flatMap(({ slug, mounts }) => [
    slug,
    ...mounts.filter(({ basePath }) => basePath !== '').map(({ basePath }) => slug + basePath),
  ])
  return ['control', ...new Set(names)]
}

/**
 * Reads a source.
 * @param base the file or URL of the document that names it: its path is relative to that
 * @param onRead told of the file or URL that is read, where it is none of ours
 * @throws SourceError
 */
export async function readSource(
  { name, url }: SourceDescription,
  base: string,
  onRead: (place: string) => void,
): Promise<Source> {
  const own = ownSource(url)
  const place = located(url, base)
  if (!own) onRead(place)
  const spec = own?.spec ?? packagedSpec(place)
  const document = spec === undefined ? await readWhole(place) : readSpec(spec)
  return sourceOf(name, url, document as OpenApiDocument, own?.source ?? shippedSource(place))
}

/** A source of ours. @throws SourceError for a name there is not */
export function readOwnSource(name: string, url: string): Promise<Source> {
  return readSource({ name, url }, '', () => {})
}

/** One of ours by its name. @throws SourceError for a name there is not */
function ownSource(url: string): { spec: string; source: OwnSource } | undefined {
  if (!url.startsWith('esimulator:')) return undefined
  const [, slug, version] = OWN.exec(url) ?? []
  if (slug === 'control') return { spec: 'control.yaml', source: { slug, basePath: '' } }
  const simulator = knownSimulators().find((each) => each.slug === slug)
  const mount =
    version === undefined
      ? simulator?.mounts[0]
      : simulator?.mounts.find(({ basePath }) => basePath === `/${version}`)
  if (!simulator || !mount)
    throw new SourceError(
      `there is no source "${url}"; there are: ` +
        ownSourceNames()
          .map((each) => `esimulator:${each}`)
          .join(', '),
    )
  return { spec: mount.spec, source: { slug: simulator.slug, basePath: mount.basePath } }
}

/** Which of the specs in the package a place is: the build has left JSON of each. */
function packagedSpec(place: string): string | undefined {
  const name = basename(place)
  const isOurs = /^[a-z0-9.-]+\.yaml$/.test(name) && place === packagedPath(name)
  return isOurs && (name === 'control.yaml' || isMounted(name)) ? name : undefined
}

const packagedPath = (name: string) => fileURLToPath(packageFile(`specs/${name}`))

const isMounted = (name: string) =>
  knownSimulators().some(({ mounts }) => mounts.some(({ spec }) => spec === name))

/** Portable files name our specs by their paths: any that lie in a folder `specs` are ours. */
function shippedSource(place: string): OwnSource | undefined {
  const brought = knownPlugins().find(({ mounts }) => mounts.some(({ spec }) => spec === place))
  if (brought) {
    const basePath = brought.mounts.find(({ spec }) => spec === place)?.basePath ?? ''
    return { slug: brought.slug, basePath }
  }
  const path = place.replaceAll('\\', '/')
  const [, spec] = /\/specs\/([a-z0-9.-]+\.(?:yaml|json))$/.exec(path) ?? []
  if (spec === undefined) return undefined
  const yaml = spec.replace(/\.json$/, '.yaml')
  if (yaml === 'control.yaml') return { slug: 'control', basePath: '' }
  for (const { slug, mounts } of knownSimulators()) {
    const mount = mounts.find((each) => each.spec === yaml)
    if (mount) return { slug, basePath: mount.basePath }
  }
  return undefined
}

/** Where a source is: a URL, or a path; relative ones are relative to the document's own. */
export function located(url: string, base: string): string {
  if (/^https?:/.test(url)) return url
  if (url.startsWith('file:')) return fileURLToPath(url)
  if (/^https?:/.test(base)) return new URL(url, base).href
  if (isAbsolute(url)) return url
  // A relative reference of a URL may have its blanks and the like encoded.
  const path = resolve(dirname(base), url)
  return existsSync(path) || !url.includes('%')
    ? path
    : resolve(dirname(base), percentDecoded(url) ?? url)
}

/** A document; an overlay is read as what it makes of the document it extends. @throws SourceError */
async function readWhole(place: string): Promise<unknown> {
  const document = await readOpenApi(place)
  if (!isOverlay(document)) return document
  return applyOverlay((await readWhole(located(document.extends, place))) as Document, document)
}

/** @throws SourceError */
async function readOpenApi(place: string): Promise<unknown> {
  const text = await textAt(place)
  try {
    return parsed(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : error
    throw new SourceError(`${place} is neither YAML nor JSON: ${reason}`)
  }
}

/** @throws SourceError */
export async function textAt(place: string): Promise<string> {
  if (/^https?:/.test(place)) return fetched(place)
  try {
    return await readFile(place, 'utf8')
  } catch {
    throw new SourceError(
      `there is no file ${place}: give a path relative to this document, a URL, or esimulator:<provider>`,
    )
  }
}

async function fetched(url: string): Promise<string> {
  const sender = openSender(30_000)
  const answer = await sender.send({ method: 'GET', url, headers: {}, body: undefined })
  sender.close()
  if ('error' in answer) throw new SourceError(`${url} cannot be read: ${answer.error}`)
  if (answer.status !== 200) throw new SourceError(`${url} answered ${answer.status}`)
  return answer.body.toString('utf8')
}

/** The latest texts that were parsed, and what they are: the files of a run name the same few. */
const known = new Map<string, unknown>()
const MOST_KNOWN = 20

function parsed(text: string): unknown {
  const document = known.get(text) ?? parse(text, { maxAliasCount: 1000 })
  known.set(text, document)
  const [oldest] = known.keys()
  if (oldest !== undefined && known.size > MOST_KNOWN) known.delete(oldest)
  return document
}

/** The methods that a path item may have. */
export const METHODS = [
  'get',
  'put',
  'post',
  'delete',
  'patch',
  'head',
  'options',
  'trace',
] as const

function asyncApi(url: string): SourceError {
  return new SourceError(`${url} is an AsyncAPI document: only OpenAPI 3.0 and 3.1 are supported`)
}

/** @throws SourceError for a document that is no OpenAPI 3 */
export function sourceOf(
  name: string,
  url: string,
  document: OpenApiDocument,
  simulator: OwnSource | undefined,
): Source {
  if (document?.asyncapi !== undefined) throw asyncApi(url)
  if ((document as { arazzo?: unknown } | undefined)?.arazzo !== undefined)
    throw new SourceError(`${url} is an Arazzo document: give the source "type: arazzo"`)
  if (!/^3\.[012]/.test(String(document?.openapi)))
    throw new SourceError(`${url} is no OpenAPI 3 document: its field "openapi" must begin with 3`)
  const { paths = {}, security = [], components } = document
  const operations = Object.entries(paths).flatMap(([path, written]) => {
    const item = (dereferenced(document, written) ?? {}) as typeof written
    const shared = listOf(item.parameters)
    return METHODS.flatMap((method) => {
      const object = item[method] as OperationObject | undefined
      if (!object) return []
      return operationOf(document, { source: name, method, path, shared, object, security })
    })
  })
  const securitySchemes = Object.fromEntries(
    Object.entries(components?.securitySchemes ?? {}).map(([scheme, each]) => [
      scheme,
      dereferenced(document, each) as SecurityScheme,
    ]),
  )
  return { name, url, simulator, document, operations, securitySchemes }
}

interface Found {
  readonly source: string
  readonly method: string
  readonly path: string
  readonly shared: readonly unknown[]
  readonly object: OperationObject
  readonly security: SourceOperation['security']
}

function operationOf(document: OpenApiDocument, found: Found): SourceOperation {
  const { source, method, path, shared, object } = found
  const parameters = new Map<string, SourceParameter>()
  for (const each of [...shared, ...listOf(object.parameters)]) {
    const parameter = parameterOf(document, each)
    parameters.set(`${parameter.in} ${parameter.name}`, parameter)
  }
  const body = dereferenced(document, object.requestBody) as OperationObject['requestBody']
  return {
    source,
    id: object.operationId,
    method: method.toUpperCase(),
    path,
    parameters: [...parameters.values()],
    bodyTypes: Object.keys(body?.content ?? {}),
    security: object.security ?? found.security,
    statuses: Object.keys(object.responses ?? {}),
    object,
  }
}

function parameterOf(document: OpenApiDocument, written: unknown): SourceParameter {
  const parameter = dereferenced(document, written) as Readonly<Record<string, unknown>>
  return {
    name: String(parameter.name),
    in: parameter.in as ParameterPlace,
    required: parameter.required === true,
    schema: (dereferenced(document, parameter.schema) ?? {}) as SourceParameter['schema'],
    style: parameter.style as string | undefined,
    explode: parameter.explode as boolean | undefined,
    filter: parameter['x-filter'],
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** What a `$ref` within the document stands for; another document is not looked into. */
export function dereferenced(document: OpenApiDocument, value: unknown): unknown {
  let at = value
  for (let depth = 0; depth < 20; depth += 1) {
    const ref = (at as { $ref?: unknown } | null | undefined)?.$ref
    if (typeof ref !== 'string' || !ref.startsWith('#/')) return at
    at = ref
      .slice(2)
      .split('/')
      .map((token) => tokenName(decodeURIComponent(token)))
      .reduce<unknown>(
        (part, token) => (part as Record<string, unknown> | undefined)?.[token],
        document,
      )
  }
  return at
}

/** What holds values and no schemas: a `$ref` in it is no reference. */
const DATA: ReadonlySet<string> = new Set(['example', 'default', 'const', 'enum'])

/** What is wrong with the `$ref`s of a document that lead nowhere: a sentence for each, once. */
export function refsNowhere(document: OpenApiDocument): string[] {
  const found = new Set<string>()
  const seen = new Set<object>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    const { $ref: ref } = value as { readonly $ref?: unknown }
    if (typeof ref === 'string' && !ref.startsWith('#'))
      found.add(`"${ref}" is in another document: put all into one, as "redocly bundle" does`)
    else if (
      typeof ref === 'string' &&
      ref.startsWith('#/') &&
      dereferenced(document, value) === undefined
    )
      found.add(`"${ref}" leads nowhere`)
    for (const [name, part] of Object.entries(value)) if (!DATA.has(name)) look(part)
  }
  look(document.paths)
  look(document.components)
  return [...found]
}

/** Where a source's paths begin in a simulator, below a world. */
export function simulatorBase({ slug, basePath }: OwnSource): string {
  return slug === 'control' ? '' : `/${slug}${basePath}`
}

/** The operation of a source that a path below its base leads to, of those with that method. */
export function operationAt(
  { operations }: Source,
  method: string,
  path: string,
): SourceOperation | undefined {
  const asked = path.split('/')
  const isFit = (template: string) => {
    const parts = template.split('/')
    return (
      parts.length === asked.length &&
      parts.every((part, at) => /^\{.+\}$/.test(part) || part === asked[at])
    )
  }
  const fitting = operations.filter((each) => each.method === method && isFit(each.path))
  // A path without parameters goes before one with.
  return fitting.toSorted((a, b) => braces(a.path) - braces(b.path))[0]
}

const braces = (path: string) => path.split('{').length
