// What a call has to prove who makes it, in one version of an API and in the other.
import type { OpenApiDocument, SourceOperation } from '../../workflows/sources.ts'
import { schemaAt } from '../document-schemas.ts'
import type { Note, Sides } from './change.ts'
import { isObject, listOf } from './schema-parts.ts'

/** What is asked for together: each means with the scopes it must have. None: nothing is asked. */
type Alternative = ReadonlyMap<string, ReadonlySet<string>>

/** What a call may come with: any of these will do. */
export function alternativesOf(
  document: OpenApiDocument,
  security: SourceOperation['security'] | undefined,
): Alternative[] {
  if (!security || security.length === 0) return [new Map()]
  return security.flatMap((requirement) =>
    Object.entries(requirement).reduce<Alternative[]>(
      (alternatives, [name, scopes]) =>
        alternatives.flatMap((alternative) =>
          meansOf(document, name).map(
            (means) => new Map([...alternative, [means, new Set(listOf(scopes).map(String))]]),
          ),
        ),
      [new Map()],
    ),
  )
}

/** The means of a scheme in words that do not depend on its name: of OAuth2 one for each flow. */
function meansOf(document: OpenApiDocument, name: string): string[] {
  const scheme = schemaAt(document, document.components?.securitySchemes?.[name])
  const { type, in: place, name: key, scheme: kind, openIdConnectUrl, flows } = scheme
  if (type === 'apiKey')
    return [`key in ${place} ${place === 'header' ? String(key).toLowerCase() : key}`]
  if (type === 'http') return [`HTTP ${String(kind).toLowerCase()}`]
  if (type === 'openIdConnect') return [`OpenID Connect of ${openIdConnectUrl}`]
  if (type !== 'oauth2' || !isObject(flows)) return [`${type ?? 'scheme'} ${name}`]
  return Object.entries(flows).map(([flow, of]) => {
    const { tokenUrl, authorizationUrl } = isObject(of) ? of : {}
    return `OAuth2 ${flow} of ${tokenUrl ?? authorizationUrl}`
  })
}

/** Tells what is no longer enough, and what else will do. */
export function compareSecurity(
  { old, new: now }: Sides<readonly Alternative[]>,
  note: Note,
): void {
  const refused = old.filter((one) => !now.some((other) => isEnough(one, other)))
  const added = now.filter((one) => !old.some((other) => isEqual(one, other)))
  if (refused.length > 0) {
    const says = `${alternativesText(refused)} is not enough any more; asked for: ${alternativesText(now)}`
    note({ isBreaking: true, kind: 'security', change: 'changed', where: 'security', says })
  } else if (added.length > 0) {
    const says = `${alternativesText(added)} is enough, too`
    note({ isBreaking: false, kind: 'security', change: 'added', where: 'security', says })
  } else if (old.some((one) => !now.some((other) => isEqual(one, other)))) {
    const says = `less is asked for: ${alternativesText(now)}`
    note({ isBreaking: false, kind: 'security', change: 'changed', where: 'security', says })
  }
}

/** Whether who has the one has all that the other asks for. */
function isEnough(has: Alternative, asked: Alternative): boolean {
  return [...asked].every(([means, scopes]) => {
    const own = has.get(means)
    return own !== undefined && [...scopes].every((scope) => own.has(scope))
  })
}

function isEqual(one: Alternative, other: Alternative): boolean {
  return isEnough(one, other) && isEnough(other, one)
}

function alternativesText(alternatives: readonly Alternative[]): string {
  return [...new Set(alternatives.map(alternativeText))].join(', or ')
}

function alternativeText(alternative: Alternative): string {
  if (alternative.size === 0) return 'nothing'
  const means = [...alternative].map(([name, scopes]) =>
    scopes.size === 0 ? name : `${name} (scopes ${[...scopes].join(', ')})`,
  )
  return means.join(' with ')
}
