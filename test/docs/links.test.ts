// The documentation as a whole: every link leads somewhere, every page is found, the README stays short.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { pageOf, ROOT } from './pages.ts'

const names = globSync(['*.md', 'docs/**/*.md', 'specs/*.md', 'examples/**/*.md'], { cwd: ROOT })

/** A page without what stands in fenced blocks. */
const proseOf = (name: string) =>
  readFileSync(`${ROOT}${name}`, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(name: string): string[] {
  return [...proseOf(name).matchAll(/^#+ (.+)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

interface Link {
  readonly from: string
  readonly to: string
}

const links: readonly Link[] = names.flatMap((from) =>
  [...proseOf(from).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(({ 1: to = '' }) => ({ from, to }))
    .filter(({ to }) => !/^[a-z]+:/.test(to)),
)

const placeOf = ({ from, to }: Link) => {
  const [path = '', anchor] = to.split('#')
  return { path: path === '' ? from : normalize(join(dirname(from), path)), anchor }
}

test('every link leads to a file, and to a heading in it', () => {
  const broken = links.filter((link) => {
    const { path, anchor } = placeOf(link)
    if (!existsSync(`${ROOT}${path}`)) return true
    return anchor !== undefined && path.endsWith('.md') && !anchorsOf(path).includes(anchor)
  })
  expect(broken).toEqual([])
})

test('every page of docs/ is linked from its index', () => {
  const linked = links
    .filter(({ from }) => from === 'docs/README.md')
    .map((link) => placeOf(link).path)
  const pages = names.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md')
  expect(pages.filter((name) => !linked.includes(name))).toEqual([])
})

test('the README has at most 150 lines, and links to what comes next', () => {
  expect(pageOf('README.md').text.split('\n').length - 1).toBeLessThanOrEqual(150)
  const linked = links.filter(({ from }) => from === 'README.md').map(({ to }) => to)
  expect(linked).toContain('docs/README.md')
})

test('the receiver that docs/callbacks.md shows is the one of the examples', () => {
  const [shown] = pageOf('docs/callbacks.md').blocks
  expect(shown?.code).toBe(readFileSync(`${ROOT}examples/receiver.mjs`, 'utf8'))
})
