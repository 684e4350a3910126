// Secrets, struck out of what the journal keeps.
import { credentials } from '../state/credentials.ts'
import type { World } from '../state/world.ts'

export const REDACTED = '[redacted]'

/**
 * The secrets of each world as they were last read. They change when it begins another life, or is
 * given another provider's.
 */
const readSecrets = new WeakMap<
  World,
  { readonly epoch: number; readonly count: number; readonly secrets: readonly string[] }
>()

/**
 * Keys and client secrets of a world: asked at every exchange, and not read
 * again each time.
 */
function permanentIn(world: World): readonly string[] {
  const { epoch } = world
  const count = world.in(credentials).count('permanent')
  const last = readSecrets.get(world)
  if (last?.epoch === epoch && last.count === count) return last.secrets

  const permanent = world.in(credentials).matching('permanent', '')
  const secrets = permanent.flatMap(({ secret }) => spellings(secret))
  readSecrets.set(world, { epoch, count, secrets })
  return secrets
}

/**
 * What must not be kept of an exchange.
 * @param sent the secret it carried, good or not
 * @param isPublic true where anyone may call: only such an operation hands out tokens
 */
export function secretsIn(
  world: World,
  sent: string | undefined,
  isPublic: boolean,
): readonly string[] {
  const permanent = permanentIn(world)
  const others = sent && !permanent.includes(sent) ? spellings(sent) : []
  const tokens = isPublic ? world.in(credentials).matching('tokens', '') : []
  return others.length + tokens.length === 0
    ? permanent
    : [...permanent, ...others, ...tokens.map(({ secret }) => secret)]
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
  for (const secret of secrets) {
    if (secret === '' || !left.includes(secret)) continue
    left = secret.length < SHORT ? struckWords(left, secret) : left.replaceAll(secret, REDACTED)
  }
  return left
}

/** A secret shorter than this is likely to be a part of other words. */
const SHORT = 8
const PART_OF_A_WORD = /[\w-]/

/** A text without a secret where that stands for itself. */
function struckWords(text: string, secret: string): string {
  let left = ''
  let done = 0
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
    const isAlone =
      !PART_OF_A_WORD.test(text[at - 1] ?? '') &&
      !PART_OF_A_WORD.test(text[at + secret.length] ?? '')
    if (!isAlone) continue
    left += text.slice(done, at) + REDACTED
    done = at + secret.length
  }
  return left + text.slice(done)
}
