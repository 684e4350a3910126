// A strict reader of XML for tests: elements, attributes and text; whatever is not well-formed is refused.

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

/** @throws Error for what XML 1.0 does not allow */
export function readXml(xml: string): XmlElement {
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(xml))
    throw new Error('a character that XML cannot hold')
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, '')
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [top]
  let at = 0
  const tag = /<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/gy
  while (at < body.length) {
    const current = open.at(-1) as XmlElement
    if (body[at] !== '<') {
      const end = body.indexOf('<', at)
      const text = body.slice(at, end < 0 ? undefined : end)
      if (text.includes(']]>')) throw new Error(']]> within a text')
      current.text += unescaped(text)
      at += text.length
      continue
    }
    tag.lastIndex = at
    const found = tag.exec(body)
    if (!found) throw new Error(`no tag: ${body.slice(at, at + 80)}`)
    at = tag.lastIndex
    const [, slash, name = '', written = '', empty] = found
    if (slash) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`)
      continue
    }
    const element: XmlElement = { name, attributes: attributesIn(written), children: [], text: '' }
    current.children.push(element)
    if (!empty) open.push(element)
  }
  const [root, ...more] = top.children
  if (open.length > 1 || !root || more.length > 0) throw new Error('not one element that is closed')
  return root
}

function attributesIn(written: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name = '', value = ''] of written.matchAll(/([a-z]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`two attributes ${name}`)
    // A parser makes a blank of each line break that is no reference.
    attributes[name] = unescaped(value.replaceAll(/[\n\t\r]/g, ' '))
  }
  return attributes
}

function unescaped(text: string): string {
  return text.replaceAll(/&(#(\d+)|[a-z]*);?/g, (whole, name: string, code: string | undefined) => {
    if (code !== undefined) return String.fromCodePoint(Number(code))
    const sign = ENTITIES[name]
    if (sign === undefined || !whole.endsWith(';')) throw new Error(`no entity: ${whole}`)
    return sign
  })
}
