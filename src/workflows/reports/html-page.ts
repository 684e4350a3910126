// The frame of every HTML report: a page that needs nothing else, and runs no script.
import { STYLE } from './html-style.ts'
import { type Content, html, Markup } from './markup.ts'

export interface PageParts {
  readonly title: string
  /** CSS beside that of all reports. */
  readonly style?: string
  readonly header: Content
  readonly main: Content
}

export function htmlPage({ title, style = '', header, main }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(STYLE + style)}</style>
</head>
<body>
<header>
${header}
</header>
<main>
${main}</main>
</body>
</html>
`
  return page.text
}

/** Facts by name; those that are not known are left out. */
export function factList(facts: Readonly<Record<string, string | undefined>>): Markup {
  const shown = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>`],
  )
  return html`<dl class="facts">${shown}</dl>`
}
