// A text that somebody else chose, as a terminal may show it.

/** A text without what a terminal would obey: only line breaks and tabs are left of control characters. */
export function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\uFFFD')
}
