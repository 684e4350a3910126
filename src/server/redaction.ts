// Secrets, struck out of what the journal keeps.
import { credentials } from '../state/credentials.ts'
import type { World } from '../state/world.ts'

export const REDACTED = '[redacted]'

/** Of each world, as of its latest look: they change when it begins another life, or is given another provider's. */
const lasting = new WeakMap<
  World,
  { readonly epoch: number; readonly count: number; readonly secrets: readonly string[] }
>()

/** Keys and client secrets of a world. Asked at every exchange, so they are not read again each time. */
function lastingIn(world: World): readonly string[] {
  const { epoch } = world
  const count = world.in(credentials).count('permanent')
  const known = lasting.get(world)
  if (known?.epoch === epoch && known.count === count) return known.secrets
  const found = world.in(credentials).matching('permanent', '')
  const secrets = found.map(({ secret }) => secret)
  lasting.set(world, { epoch, count, secrets })
  return secrets
}

/**
 * What must not be kept of an exchange.
 * @param presented the secret it carried, good or not
 * @param open true where anyone may call: only such an operation hands out tokens
 */
export function secretsIn(
  world: World,
  presented: string | undefined,
  open: boolean,
): readonly string[] {
  const known = lastingIn(world)
  const shown = presented && !known.includes(presented) ? spellings(presented) : []
  const tokens = open ? world.in(credentials).matching('tokens', '') : []
  return shown.length + tokens.length === 0
    ? known
    : [...known, ...shown, ...tokens.map(({ secret }) => secret)]
}

/** A secret as it is, and as a form and JSON write it. */
function spellings(secret: string): string[] {
  if (/^[\w.-]*$/.test(secret)) return [secret]
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length)
  return [
    ...new Set([secret, form, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]),
  ]
}

/** A text without any of the secrets. */
export function struck(text: string, secrets: readonly string[]): string {
  let left = text
  for (const secret of secrets) if (left.includes(secret)) left = left.replaceAll(secret, REDACTED)
  return left
}
