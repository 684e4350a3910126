// Names as parts of JSON pointers (RFC 6901, 3 and 4).

/** A name as a part of a pointer. */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The name that a part of a pointer stands for. */
export function tokenName(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The names and positions that a pointer leads through. */
export function pointerNames(pointer: string): string[] {
  return pointer.split('/').slice(1).map(tokenName)
}
