// XML that is written safely: whatever is put into it is escaped.

/** Attributes of an element, each with a blank before it. */
export function attributes(values: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(values).map(([name, value]) => {
    const text = escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
    return ` ${name}="${text}"`
  })
  return written.join('')
}

/** A text of an element. Characters that XML 1.0 cannot hold at all become the sign that stands for such. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
}
