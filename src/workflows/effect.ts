// What a call does to the outside: by the mark in its document, else by its method.
import type { SourceOperation } from './sources.ts'

/** Nothing; changes something; or costs money. */
export type Effect = 'reads' | 'changes' | 'spends'

const EFFECTS: readonly Effect[] = ['reads', 'changes', 'spends']

/** Methods that change nothing (RFC 9110 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * The effect of a call. Where `x-effect` tells it by the value of a field or a parameter, and that is
 * not known, the worst of them.
 * @param value what the call has under a name; `undefined` where nobody knows
 */
export function effectOf(
  { method, object }: SourceOperation,
  value: (name: string) => unknown,
): Effect {
  const mark = object['x-effect']
  if (isEffect(mark)) return mark
  if (typeof mark !== 'object' || mark === null) return SAFE.has(method) ? 'reads' : 'changes'
  const told = Object.entries(mark).map(([name, byValue]) => {
    const all = byValue as Readonly<Record<string, unknown>>
    const given = all[String(value(name))]
    return isEffect(given) ? given : worst(Object.values(all))
  })
  return worst(told)
}

/** True where an effect is more than what is allowed. */
export function exceeds(effect: Effect, allowed: Effect): boolean {
  return EFFECTS.indexOf(effect) > EFFECTS.indexOf(allowed)
}

/** What a call does that no document knows: the worst, unless its method changes nothing. */
export function effectOfUnknown(method: string): Effect {
  return SAFE.has(method.toUpperCase()) ? 'reads' : 'spends'
}

function isEffect(value: unknown): value is Effect {
  return EFFECTS.some((effect) => effect === value)
}

function worst(effects: readonly unknown[]): Effect {
  const ranks = effects.filter(isEffect).map((effect) => EFFECTS.indexOf(effect))
  return EFFECTS[Math.max(0, ...ranks)] ?? 'spends'
}
