// Keys as PostgreSQL takes them: spelled as JSON does within quotes, since a text holds no NUL.

/** What JSON spells as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

/** Spells a key: the same for the same key, and for no other. */
export function spell(key: string): string {
  return PLAIN.test(key) ? key : JSON.stringify(key).slice(1, -1)
}

/** The key that is spelled so. */
export function unspell(spelled: string): string {
  return spelled.includes('\\') ? JSON.parse(`"${spelled}"`) : spelled
}
