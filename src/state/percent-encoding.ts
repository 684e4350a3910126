// Percent-encoding of URLs and forms (RFC 3986 2.1), undone.

/** A text without its escapes; `undefined` where one of them is none of UTF-8. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
