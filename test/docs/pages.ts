// The pages of the documentation, and the fenced blocks in them that a reader runs, saves or compares.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block, without the indentation of the list it stands in. */
export interface Block {
  readonly language: string
  /** What stands behind the language: `terminal`, `file=receiver.mjs`. */
  readonly tags: readonly string[]
  readonly code: string
  /** Its line in the page, from 1. */
  readonly line: number
}

export interface Page {
  /** Below the root, as in `docs/time.md`. */
  readonly name: string
  readonly text: string
  readonly blocks: readonly Block[]
}

const FENCE = /^( *)```(\S*)([^\n]*)\n([\s\S]*?)^ *```$/gm

function blocksOf(text: string): Block[] {
  return [...text.matchAll(FENCE)].map(({ 1: indent = '', 2: language = '', ...rest }) => ({
    language,
    tags: (rest[3] ?? '').trim().split(' ').filter(Boolean),
    code: (rest[4] ?? '').replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: text.slice(0, rest.index).split('\n').length,
  }))
}

export function pageOf(name: string): Page {
  const text = readFileSync(`${ROOT}${name}`, 'utf8')
  return { name, text, blocks: blocksOf(text) }
}

/** The README and everything below docs/ that people write, in the order of their names. */
export function writtenPages(): Page[] {
  const names = globSync('docs/**/*.md', { cwd: ROOT, ignore: ['docs/reference/**'] })
  return ['README.md', ...names.toSorted()].map(pageOf)
}

/** The name of the file that a block is saved as; `undefined` where it is none. */
export function fileOf({ tags }: Block): string | undefined {
  return tags.find((tag) => tag.startsWith('file='))?.slice('file='.length)
}

/** The code of the file of a page that has this name. @throws Error where it has none */
export function fileIn(page: string, name: string): string {
  const found = pageOf(page).blocks.find((block) => fileOf(block) === name)
  if (!found) throw new Error(`${page} has no block file=${name}`)
  return found.code
}
