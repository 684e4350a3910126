// What changed between two versions of one call: its parameters, bodies, statuses, headers, security.
import { dereferenced, type SourceOperation } from '../../workflows/sources.ts'
import type { Json } from '../document-schemas.ts'
import { type Direction, type Finding, type Note, namesOf, type Sides, shown } from './change.ts'
import { compareSchemas, requiredChange } from './compare-schemas.ts'
import type { Endpoint } from './endpoints.ts'
import { isObject } from './schema-parts.ts'
import { alternativesOf, compareSecurity } from './security.ts'

/** Tells what changed between them. */
export function compareEndpoints(sides: Sides<Endpoint>, note: Note): void {
  const { old, new: now } = sides
  compareNames(sides, note)
  compareParameters(sides, note)
  const isReceived = old.operation.isWebhook === true
  compareBodies(sides, isReceived ? 'received' : 'sent', note)
  compareStatuses(sides, isReceived ? 'sent' : 'received', note)
  compareSecurity({ old: securityOf(old), new: securityOf(now) }, note)
}

function securityOf({ document, object, operation }: Endpoint): ReturnType<typeof alternativesOf> {
  const own = object.security as SourceOperation['security'] | undefined
  return alternativesOf(document, own ?? (operation.isWebhook ? [] : document.security))
}

function compareNames({ old, new: now }: Sides<Endpoint>, note: Note): void {
  const said = (says: string) =>
    note({ isBreaking: false, kind: 'operation', change: 'changed', where: 'operation', says })
  const { id } = now.operation
  if (old.operation.id !== id) said(`operationId ${old.operation.id ?? 'none'} → ${id ?? 'none'}`)
  if (now.object.deprecated === true && old.object.deprecated !== true) said('is deprecated now')
}

/** Parameters by their wire names: those of the path by position, since their names are never sent. */
function parametersOf({ parameters, operation }: Endpoint): Map<string, Json> {
  const inPath = [...operation.path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name)
  return new Map(
    parameters.map((parameter) => {
      const name = String(parameter.name)
      const keys: Readonly<Record<string, string>> = {
        path: `path ${inPath.indexOf(name)}`,
        header: `header ${name.toLowerCase()}`,
      }
      return [keys[String(parameter.in)] ?? `${parameter.in} ${name}`, parameter]
    }),
  )
}

function compareParameters(sides: Sides<Endpoint>, note: Note): void {
  const old = parametersOf(sides.old)
  const now = parametersOf(sides.new)
  for (const key of namesOf({ old: old.keys(), new: now.keys() })) {
    const before = old.get(key)
    const after = now.get(key)
    const named = before ?? after
    const where = `${named?.in} parameter ${named?.name}`
    if (before && after) compareParameter(sides, { old: before, new: after }, { where, note })
    else note({ where, ...cameOrWent('parameter', before, after?.required === true) })
  }
}

/** Of a part of a request, which is there or is not. */
function cameOrWent(
  kind: Finding['kind'],
  before: unknown,
  isRequired: boolean,
): Omit<Finding, 'where'> {
  if (before) return { isBreaking: true, kind, change: 'removed', says: 'is gone' }
  const says = `is new, ${isRequired ? 'required' : 'optional'}`
  return { isBreaking: isRequired, kind, change: 'added', says }
}

interface At {
  readonly where: string
  readonly note: Note
}

function compareParameter(sides: Sides<Endpoint>, { old, new: now }: Sides<Json>, at: At): void {
  const { where, note } = at
  const isRequired = { old: old.required === true, new: now.required === true }
  for (const said of requiredChange('sent', isRequired)) note({ ...said, kind: 'parameter', where })
  const written = { old: writtenAs(old), new: writtenAs(now) }
  if (written.old !== written.new) {
    const says = `is written as ${written.new} now, before ${written.old}`
    note({ isBreaking: true, kind: 'parameter', change: 'changed', where, says })
  }
  if (now.deprecated === true && old.deprecated !== true)
    note({
      isBreaking: false,
      kind: 'parameter',
      change: 'changed',
      where,
      says: 'is deprecated now',
    })
  const schemas = { old: schemaOf(old), new: schemaOf(now) }
  compareSchemas({ documents: documentsOf(sides), schemas, direction: 'sent', where }, note)
}

function documentsOf({ old, new: now }: Sides<Endpoint>): Sides<Endpoint['document']> {
  return { old: old.document, new: now.document }
}

/** How a parameter's value is put into text. */
function writtenAs(parameter: Json): string {
  const [type] = Object.keys(isObject(parameter.content) ? parameter.content : {})
  if (type !== undefined) return type
  const usual = parameter.in === 'query' || parameter.in === 'cookie' ? 'form' : 'simple'
  const style = parameter.style ?? usual
  const isExploded = parameter.explode ?? style === 'form'
  return `${style}${isExploded ? ', exploded' : ''}`
}

/** The schema of a parameter or header: its own, or that of its only media type. */
function schemaOf(parameter: Json): unknown {
  const [media] = Object.values(isObject(parameter.content) ? parameter.content : {})
  return isObject(media) ? media.schema : parameter.schema
}

function compareBodies(sides: Sides<Endpoint>, direction: Direction, note: Note): void {
  const where = 'request body'
  const old = partOf(sides.old, sides.old.object.requestBody)
  const now = partOf(sides.new, sides.new.object.requestBody)
  if (!old && !now) return
  if (!old || !now) {
    const said = cameOrWent('body', old, now?.required === true)
    note({ ...said, where, isBreaking: direction === 'sent' ? said.isBreaking : old !== undefined })
    return
  }
  const isRequired = { old: old.required === true, new: now.required === true }
  for (const said of requiredChange(direction, isRequired)) note({ ...said, kind: 'body', where })
  compareContent(sides, { old, new: now }, { where, note, direction })
}

function partOf({ document }: Endpoint, written: unknown): Json | undefined {
  const part = dereferenced(document, written)
  return isObject(part) ? part : undefined
}

interface Content extends At {
  readonly direction: Direction
}

/** Compares bodies of the same media type. */
function compareContent(sides: Sides<Endpoint>, parts: Sides<Json>, at: Content): void {
  const { where, note, direction } = at
  const old = contentOf(parts.old)
  const now = contentOf(parts.new)
  const types = namesOf({ old: old.keys(), new: now.keys() })
  for (const type of types) {
    const before = old.get(type)
    const after = now.get(type)
    // Most bodies have one type, which need not be named at each field.
    const place = types.length > 1 ? `${where} (${type})` : where
    if (before && after) {
      const schemas = { old: before.schema, new: after.schema }
      const documents = documentsOf(sides)
      compareSchemas({ documents, schemas, direction, where: place }, note)
    } else {
      const says = before ? `${shown(type)} is gone` : `${shown(type)} is new`
      const change = before ? 'removed' : 'added'
      note({ isBreaking: before !== undefined, kind: 'media type', change, where, says })
    }
  }
}

function contentOf({ content }: Json): Map<string, Json> {
  return new Map(
    Object.entries(isObject(content) ? content : {}).map(([type, media]) => [
      type.toLowerCase().replaceAll(' ', ''),
      isObject(media) ? media : {},
    ]),
  )
}

/** The answers of both versions; `4XX` and `default` stand for the statuses that are not named. */
function compareStatuses(sides: Sides<Endpoint>, direction: Direction, note: Note): void {
  const old = responsesOf(sides.old)
  const now = responsesOf(sides.new)
  for (const status of namesOf({ old: old.keys(), new: now.keys() })) {
    const before = standingFor(old, status)
    const after = standingFor(now, status)
    const where = `response ${status}`
    const isNamed = { old: old.has(status), new: now.has(status) }
    if (isNamed.old && !isNamed.new) {
      // A range that became its statuses is no loss.
      const isBreaking = ![...now.keys()].some((other) => isWithin(other, status))
      const says = after ? `is gone: only ${rangeOf(now, status)} stands for it` : 'is gone'
      note({ isBreaking, kind: 'status', change: 'removed', where, says })
    }
    if (!isNamed.old)
      note({ isBreaking: false, kind: 'status', change: 'added', where, says: 'is new' })
    if (before && after)
      compareResponse(sides, { old: before, new: after }, { where, note, direction })
  }
}

function responsesOf(endpoint: Endpoint): Map<string, Json> {
  const { responses } = endpoint.object
  return new Map(
    Object.entries(isObject(responses) ? responses : {})
      .filter(([status]) => !status.startsWith('x-'))
      .map(([status, each]) => [status.replace(/xx$/, 'XX'), partOf(endpoint, each) ?? {}]),
  )
}

/** What a status falls under that is not named. */
function rangeOf(responses: ReadonlyMap<string, Json>, status: string): string {
  const range = `${status.slice(0, 1)}XX`
  return responses.has(range) ? range : 'default'
}

function standingFor(responses: ReadonlyMap<string, Json>, status: string): Json | undefined {
  return responses.get(status) ?? responses.get(rangeOf(responses, status))
}

function isWithin(status: string, range: string): boolean {
  return range === 'default' || (range.endsWith('XX') && status.startsWith(range.slice(0, 1)))
}

function compareResponse(sides: Sides<Endpoint>, parts: Sides<Json>, at: Content): void {
  const { where, note, direction } = at
  const { old, new: now } = {
    old: headersOf(sides.old, parts.old),
    new: headersOf(sides.new, parts.new),
  }
  for (const name of namesOf({ old: old.keys(), new: now.keys() })) {
    const before = old.get(name)
    const after = now.get(name)
    const place = `${where} header ${name}`
    if (before && after) compareHeader(sides, { old: before, new: after }, { ...at, where: place })
    else {
      const change = before ? 'removed' : 'added'
      const says = before ? 'is gone' : 'is new'
      const isBreaking = direction === 'received' ? before !== undefined : after?.required === true
      note({ isBreaking, kind: 'header', change, where: place, says })
    }
  }
  const hasBody = (part: Json) => contentOf(part).size > 0
  if (hasBody(parts.old) || hasBody(parts.new)) compareContent(sides, parts, at)
}

function compareHeader(sides: Sides<Endpoint>, { old, new: now }: Sides<Json>, at: Content): void {
  const { where, note, direction } = at
  const isRequired = { old: old.required === true, new: now.required === true }
  for (const said of requiredChange(direction, isRequired)) note({ ...said, kind: 'header', where })
  const schemas = { old: schemaOf(old), new: schemaOf(now) }
  compareSchemas({ documents: documentsOf(sides), schemas, direction, where }, note)
}

function headersOf(endpoint: Endpoint, { headers }: Json): Map<string, Json> {
  return new Map(
    Object.entries(isObject(headers) ? headers : {})
      .filter(([name]) => name.toLowerCase() !== 'content-type')
      .map(([name, each]) => [name.toLowerCase(), partOf(endpoint, each) ?? {}]),
  )
}
