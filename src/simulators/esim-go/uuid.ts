// UUIDs in the forms that eSIM Go reads, and its words for what is none.

/** 8, 4, 4, 4 and 12 digits. */
const GROUPS = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
const URN = 'urn:uuid:'

/** What is left of a text without what its length says stands around the digits. */
function bare(text: string, bytes: number): string {
  if (bytes === 45) return text.slice(URN.length)
  if (bytes === 38 && text.startsWith('{') && text.endsWith('}')) return text.slice(1, -1)
  return text
}

/**
 * Reads a UUID: with dashes or without any, in braces, or as a URN; in either case of letters. The
 * forms and the words are those of the parser whose refusal was seen (public for a wrong length,
 * inferred for the rest).
 * @returns the UUID in lower case with dashes, or why there is none
 */
export function parseUuid(text: string): { uuid: string } | { uuid?: never; problem: string } {
  const bytes = new TextEncoder().encode(text).length
  if (![32, 36, 38, 45].includes(bytes)) return { problem: `invalid UUID length: ${bytes}` }
  if (bytes === 45 && text.slice(0, URN.length).toLowerCase() !== URN)
    return { problem: `invalid urn prefix: ${JSON.stringify(text.slice(0, URN.length))}` }

  const digits = bare(text, bytes)
  const [, ...groups] = GROUPS.exec(digits) ?? []
  const isRead = groups.length > 0 && digits.length === (bytes === 32 ? 32 : 36)
  return isRead ? { uuid: groups.join('-').toLowerCase() } : { problem: 'invalid UUID format' }
}
