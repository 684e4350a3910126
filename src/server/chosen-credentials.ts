// Credentials of the user's own: read from what a flag, a seed file or a call says of them.
import type { Simulator } from '../simulators/simulator.ts'
import {
  type Credential,
  credentials,
  permanentOf,
  replacePermanent,
} from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { isObject } from '../stores/json-shape.ts'

/** A key; or a client's id and secret, also as the text `id:secret`. */
export type ChosenCredential = string | { readonly client: string; readonly secret: string }

/** By provider, the first of each signs what the provider signs. */
export type ChosenCredentials = Readonly<Record<string, readonly ChosenCredential[]>>

/** What fits a header without being encoded. */
const VISIBLE = /^[!-~]{1,256}$/
/** How many of a provider a world has. */
export const MOST_CHOSEN = 100

function wrong(where: string, what: string): Refusal {
  return new Refusal('invalid-request', `${where} ${what}`)
}

function visible(where: string, value: unknown): string {
  if (typeof value === 'number') throw wrong(where, 'is a number: put it in quotes')
  if (typeof value !== 'string' || !VISIBLE.test(value))
    throw wrong(where, 'must be 1 to 256 visible ASCII characters, without spaces')
  return value
}

/** The id and the secret of a client. */
function clientIn(where: string, value: unknown): Pick<Credential, 'client' | 'secret'> {
  const form = 'must be a client and its secret, as in client:secret'
  if (typeof value === 'string') {
    const colon = value.indexOf(':')
    if (colon < 0) throw wrong(where, form)
    return clientIn(where, { client: value.slice(0, colon), secret: value.slice(colon + 1) })
  }
  if (!isObject(value)) throw wrong(where, form)
  const { client, secret, ...others } = value
  if (Object.keys(others).length > 0)
    throw wrong(where, `knows client and secret, and no ${Object.keys(others).join(', ')}`)
  const id = visible(`${where}.client`, client)
  if (id.includes(':')) throw wrong(`${where}.client`, 'must have no colon in it')
  return { client: id, secret: visible(`${where}.secret`, secret) }
}

/** The credentials of one provider. */
function listOf({ slug, auth }: Simulator, list: unknown): Credential[] {
  const where = `${slug} credentials`
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_CHOSEN)
    throw wrong(where, `must be a list of 1 to ${MOST_CHOSEN}`)
  const bySecret = new Map<string, Credential>()
  for (const [at, value] of list.entries()) {
    const place = `${where}[${at}]`
    const found =
      auth.kind === 'client' ? clientIn(place, value) : { secret: visible(place, value) }
    const before = bySecret.get(found.secret)
    if (before && before.client !== found.client)
      throw wrong(place, 'has the secret of another client: each needs one of its own')
    if (before) continue
    const position = bySecret.size === 0 ? undefined : bySecret.size
    const fields = { provider: slug, kind: auth.kind, ...found, chosen: true as const, position }
    bySecret.set(found.secret, defined(fields))
  }
  return [...bySecret.values()]
}

/**
 * Checks credentials that somebody chose.
 * @param chosen by provider, unchecked
 * @throws Refusal `invalid-request` naming the first thing that is wrong
 */
export function readCredentials(
  chosen: Readonly<Record<string, unknown>>,
  simulators: readonly Simulator[],
): readonly Credential[] {
  return Object.entries(chosen).flatMap(([slug, list]) => {
    const simulator = simulators.find((each) => each.slug === slug)
    if (simulator) return listOf(simulator, list)
    const slugs = simulators.map((each) => each.slug).join(', ')
    throw wrong('credentials:', `there is no provider "${slug}"; there are: ${slugs}`)
  })
}

/** Puts a user's own credentials of one provider in the place of those a world begins with. */
export function choose(world: World, simulator: Simulator, own: readonly Credential[]): void {
  const { slug, auth } = simulator
  replacePermanent(world, slug, own)
  auth.demand?.(world)
}

/** Whether a world has exactly these of a provider already. */
export function isChosen(world: World, slug: string, own: readonly Credential[]): boolean {
  const now = permanentOf(world, slug)
  const isSame = (credential: Credential, at: number) =>
    now[at]?.chosen === true &&
    credentials.key(now[at]) === credentials.key(credential) &&
    now[at].client === credential.client
  return now.length === own.length && own.every(isSame)
}

/** A seed file in two: the credentials in it, and what is left for the providers to lay out. */
export function splitSeedFile(file: Readonly<Record<string, unknown>> = {}): {
  readonly chosen: Readonly<Record<string, unknown>>
  readonly stock: Readonly<Record<string, unknown>>
} {
  const chosen: Record<string, unknown> = {}
  const stock: Record<string, unknown> = {}
  for (const [slug, content] of Object.entries(file)) {
    if (!isObject(content) || !Object.hasOwn(content, 'credentials')) {
      stock[slug] = content
      continue
    }
    const { credentials: own, ...rest } = content
    chosen[slug] = own
    if (Object.keys(rest).length > 0) stock[slug] = rest
  }
  return { chosen, stock }
}
