// Every command and file of the README and of docs/ is run as it stands there, in bash, zsh and fish, one after the other.
import { describe, expect, test } from 'vitest'
import { isInstalled, isTerminal, openPage, SHELLS, type Shell } from './page-run.ts'
import { type Block, fileOf, type Page, writtenPages } from './pages.ts'
import { missing } from './seen.ts'

/** What is not run: the page, how the block begins, and why. */
const NOT_RUN: readonly (readonly [page: string, begins: string, why: string])[] = []

const isSkipped = (page: string) => (block: Block) =>
  NOT_RUN.some(([name, begins]) => name === page && block.code.startsWith(begins))

/** The blocks that one shell runs, each with what the page says that it prints. */
function commandsOf({ name, blocks }: Page) {
  const skipped = isSkipped(name)
  return blocks.flatMap((block, at) => {
    if (block.language !== 'sh' || isTerminal(block) || skipped(block)) return []
    return [{ block, expected: outputBehind(blocks, at) }]
  })
}

function outputBehind(blocks: readonly Block[], at: number): string | undefined {
  const next = blocks[at + 1]
  return next && /^(?:text|json)$/.test(next.language) && !fileOf(next) ? next.code : undefined
}

const pages = writtenPages()

describe.each(pages.filter((page) => commandsOf(page).length > 0))('$name', (page) => {
  const commands = commandsOf(page)

  test('its commands print what it says, in every shell and as often as they are run', {
    timeout: 240_000,
  }, async () => {
    await using opened = await openPage(page, isSkipped(page.name))
    for (const shell of SHELLS) {
      // Without zsh and fish bash has to do: a page is run more than once in any case.
      const used: Shell = isInstalled(shell) ? shell : (SHELLS[0] ?? shell)
      const said = await opened.run(
        used,
        commands.map(({ block }) => block),
      )
      for (const [at, { block, expected }] of commands.entries()) {
        const { output = '', status = 255 } = said[at] ?? {}
        const where = `${used.name}, line ${block.line}: ${block.code}printed ${output}`
        if (expected === undefined) expect(status, where).toBe(0)
        else expect(missing(expected, output), where).toBeUndefined()
      }
    }
    const terminals = opened.terminals()
    const shown = page.blocks.filter((block) => isTerminal(block) && !isSkipped(page.name)(block))
    for (const [at, block] of shown.entries()) {
      const expected = outputBehind(page.blocks, page.blocks.indexOf(block))
      const output = terminals[at] ?? ''
      if (expected !== undefined)
        expect(
          missing(`${expected}…\n`, output),
          `line ${block.line} printed ${output}`,
        ).toBeUndefined()
    }
  })
})

const shellBlocks = pages.flatMap(({ name, blocks }) =>
  blocks.filter(({ language }) => language === 'sh').map((block) => ({ name, block })),
)

/** Lines of commands that have something, each with its place. */
const linesWith = (pattern: RegExp) =>
  shellBlocks.flatMap(({ name, block }) =>
    block.code
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${name}:${block.line} ${line}`),
  )

test('no command has a comment behind it, which an interactive zsh hands to the command', () => {
  expect(linesWith(/(?:^|\s)#/)).toEqual([])
})

test('no command is longer than 150 characters', () => {
  expect(linesWith(/^.{151,}$/)).toEqual([])
})

test('curl 7.68 knows every option that is used of it', () => {
  expect(linesWith(/curl.* (?:--json|--fail-with-body|--url-query|--retry-all-errors)\b/)).toEqual(
    [],
  )
})

test('a page that freezes the clock resumes it at the end', () => {
  const left = pages.filter(({ blocks }) => {
    const moves = blocks
      .filter(({ language, tags }) => language === 'sh' && tags.length === 0)
      .flatMap(({ code }) => code.match(/clock (?:freeze|resume)/g) ?? [])
    return moves.at(-1) === 'clock freeze'
  })
  expect(left.map(({ name }) => name)).toEqual([])
})

test('every block that is not run is there, and its reason is told', () => {
  const blocks = (name: string) => pages.find((page) => page.name === name)?.blocks ?? []
  const gone = NOT_RUN.filter(
    ([name, begins]) => !blocks(name).some(({ code }) => code.startsWith(begins)),
  )
  expect(gone).toEqual([])
  expect(NOT_RUN.filter(([, , why]) => why.length < 20)).toEqual([])
})

test('every block of code is run, saved as a file, or named as one that is not', () => {
  const known = (page: string, block: Block) =>
    block.language === 'sh' || fileOf(block) !== undefined || isSkipped(page)(block)
  const loose = pages.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language }) => /^(?:js|ts|yaml|console|bash|shell|)$/.test(language))
      .filter((block) => !known(name, block))
      .map(({ line, language }) => `${name}:${line} ${language}`),
  )
  expect(loose).toEqual([])
})
