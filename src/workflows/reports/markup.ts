// HTML that is written safely: whatever is put into it is escaped, unless it is HTML already.

/** Text that is HTML already. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template. */
export type Content = Markup | string | number | undefined | readonly Content[]

/** A template of HTML: html`<b>${name}</b>`. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const text = parts.map((part, at) => part + (at < contents.length ? textOf(contents[at]) : ''))
  return new Markup(text.join(''))
}

function textOf(content: Content): string {
  if (content === undefined) return ''
  if (content instanceof Markup) return content.text
  if (Array.isArray(content)) return content.map(textOf).join('')
  return escaped(String(content))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters, which HTML does not allow, become the sign that stands for such. */
function escaped(text: string): string {
  return text
    .replaceAll(/(?![\t\n])\p{Cc}|\p{Cs}/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}
