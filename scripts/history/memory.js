// What a history knows of a world: its credentials, its clock, and what replies told of it.

/** How many values of a kind are kept: the latest. */
const KEPT = 40

/** The keys of the world `default`, which no reply has to tell. */
const fixedCredentials = {
  'esim-go': { apiKey: 'test-esim-go-key' },
  wholesale: { clientId: 'test-client', clientSecret: 'test-secret' },
  'accounts-orders': { clientId: 'test-client', clientSecret: 'test-secret' },
}

export function newMemory(name) {
  return {
    name,
    credentials: name === 'default' ? fixedCredentials : {},
    /** Bearer tokens by provider. */
    tokens: {},
    /** By kind: what was seen, the latest last. */
    known: new Map(),
    /** Settings that are not as they were, by provider. */
    settings: {},
    /** What its clock showed last, as ISO 8601. */
    now: '2026-01-01T00:00:00.000Z',
    /** True where its clock goes so slowly that it shows the same for long. */
    slow: false,
    subject: undefined,
  }
}

/** A world that has begun anew is known no more. */
export function forget(memory) {
  Object.assign(memory, { tokens: {}, known: new Map(), settings: {}, looked: false })
}

export function remember(memory, kind, value) {
  const key = typeof value === 'string' ? value : JSON.stringify(value)
  const all = memory.known.get(kind) ?? new Map()
  memory.known.set(kind, all)
  all.delete(key)
  all.set(key, value)
  if (all.size > KEPT) all.delete(all.keys().next().value)
}

/** Something of a kind, more often what came late; `otherwise` where there is nothing. */
export function recall(memory, kind, dice, otherwise) {
  const all = [...(memory.known.get(kind)?.values() ?? [])]
  return all.length > 0 ? dice.recent(all) : otherwise
}

export const knows = (memory, kind) => (memory.known.get(kind)?.size ?? 0) > 0

export function forgetOne(memory, kind, value) {
  memory.known.get(kind)?.delete(typeof value === 'string' ? value : JSON.stringify(value))
}
