// Every command and file of the README and of docs/ is run as it stands there: each page in one of bash, zsh and fish, or in all three.
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RUNS_ALL } from '../support/cases.ts'
import { hasPostgres } from '../support/postgres.ts'
import {
  isInstalled,
  isPreparation,
  isTerminal,
  openPage,
  SHELLS,
  type Shell,
  usesDatabase,
} from './page-run.ts'
import { type Block, fileOf, type Page, ROOT, writtenPages } from './pages.ts'
import { missing } from './seen.ts'

/** What is not run: the page, how the block begins, and why. */
const NOT_RUN: readonly (readonly [page: string, begins: string, why: string])[] = [
  [
    'README.md',
    'git clone',
    'clones and installs this repository, which CI has done before the tests',
  ],
  [
    'docs/configuration.md',
    'npx esimulator start --ephemeral --key',
    'a second simulator beside that of the page: test/cli/keys.test.ts starts it so',
  ],
  [
    'docs/ci.md',
    'npx esimulator start --host 0.0.0.0',
    'a server for the network, beside that of the page: test/server/guard.test.ts has one',
  ],
  ['docs/containers.md', 'docker build', 'needs a container engine, which CI has not'],
  ['docs/containers.md', 'export ESIMULATOR_TOKEN', 'speaks to the container of the page'],
  ['docs/containers.md', 'docker exec', 'needs a container engine, which CI has not'],
  [
    'docs/shared-server.md',
    'cp deploy/',
    'leads into the checkout: test/package/deploy.test.ts reads it',
  ],
  ['docs/shared-server.md', 'docker', 'needs a container engine, which CI has not'],
  [
    'docs/shared-server.md',
    'kubectl',
    'needs a cluster: .ci/run holds the manifests to their schemas',
  ],
  ['docs/containers.md', 'docker rm', 'needs a container engine, which CI has not'],
  [
    'docs/contract-suites.md',
    'npx esimulator run --provider highland --negative --report html',
    'takes a minute: test/contracts/suites.test.ts runs every suite',
  ],
  [
    'docs/drift.md',
    'npx esimulator proxy',
    'calls the real endpoint: test/cli/proxy.test.ts has one',
  ],
  [
    'docs/drift.md',
    'curl -H "X-API-Key: $ESIM_GO_KEY"',
    'goes through that proxy to the real endpoint',
  ],
  [
    'docs/drift.md',
    'npx esimulator diff',
    'calls the real endpoint: test/cli/diff.test.ts compares with one of its own',
  ],
  [
    'docs/own-provider.md',
    'npm run new-provider',
    'writes into the checkout: test/new-provider.test.ts runs it',
  ],
  [
    'docs/pact.md',
    'npm install',
    'asks the npm registry: the package is installed with this checkout',
  ],
]

const isSkipped = (page: string) => (block: Block) =>
  NOT_RUN.some(([name, begins]) => name === page && block.code.startsWith(begins))

/** The blocks that one shell runs, each with what the page says that it prints. */
function commandsOf({ name, blocks }: Page) {
  const skipped = isSkipped(name)
  return blocks.flatMap((block, at) => {
    if (block.language !== 'sh' || isTerminal(block) || isPreparation(block)) return []
    if (skipped(block)) return []
    return [{ block, expected: outputBehind(blocks, at) }]
  })
}

function outputBehind(blocks: readonly Block[], at: number): string | undefined {
  const next = blocks[at + 1]
  const isOutput = next && /^(?:text|json)$/.test(next.language) && next.tags.length === 0
  return isOutput ? next.code : undefined
}

const pages = writtenPages()
const withCommands = pages.filter((page) => commandsOf(page).length > 0)

/** The shells of a page, one after the other: one of them in turn, ESIMULATOR_CASES=all takes all. */
function shellsOf(page: Page): readonly Shell[] {
  if (RUNS_ALL) return SHELLS
  const turn = withCommands.indexOf(page) % SHELLS.length
  return SHELLS.slice(turn, turn + 1)
}

describe.each(withCommands)('$name', (page) => {
  const commands = commandsOf(page)
  const shells = shellsOf(page)

  test.skipIf(usesDatabase(page) && !hasPostgres)(
    `its commands print what it says, in ${shells.map(({ name }) => name).join(', ')}`,
    {
      timeout: 240_000,
    },
    async () => {
      await using opened = await openPage(page, isSkipped(page.name))
      for (const [turn, shell] of shells.entries()) {
        // Without zsh and fish bash has to do: a page is run more than once in any case.
        const used: Shell = isInstalled(shell) ? shell : (SHELLS[0] ?? shell)
        const now = commands.filter(({ block }) => turn === 0 || !block.tags.includes('once'))
        const said = await opened.run(
          used,
          now.map(({ block }) => block),
        )
        for (const [at, { block, expected }] of now.entries()) {
          const { output = '', status = 255 } = said[at] ?? {}
          const where = `${used.name}, line ${block.line}: ${block.code}printed ${output}`
          if (expected === undefined) expect(status, where).toBe(0)
          else expect(missing(expected, output), where).toBeUndefined()
        }
      }
      expectTerminals(page, opened.terminals())
    },
  )
})

/** What the page says that its terminals printed: behind their commands, or in a block `terminal=1`. */
function expectTerminals({ name, blocks }: Page, terminals: readonly string[]): void {
  const opened = blocks.filter((block) => isTerminal(block) && !isSkipped(name)(block))
  for (const [at, block] of opened.entries()) {
    const told = blocks.filter(({ tags }) => tags.includes(`terminal=${at + 1}`))
    const expected = [outputBehind(blocks, blocks.indexOf(block)), ...told.map(({ code }) => code)]
    const output = terminals[at] ?? ''
    for (const each of expected.filter((text) => text !== undefined))
      expect(missing(`${each}…\n`, output), `terminal ${at + 1} printed ${output}`).toBeUndefined()
  }
}

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

/** Steps alone are pasted into a file that is there. */
const isWhole = ({ code }: Block) => !/^- (?:run|uses):/.test(code)

test('a file to be saved is named where a reader sees it', () => {
  const unseen = pages.flatMap(({ name, text, blocks }) => {
    const seen = text.replaceAll(/^ *```.*$/gm, '')
    const files = blocks.filter(isWhole).flatMap((block) => fileOf(block) ?? [])
    return files.filter((file) => !seen.includes(file)).map((file) => `${name}: ${file}`)
  })
  expect(unseen).toEqual([])
})

test('a container is removed before another one of its name is run', () => {
  const code = shellBlocks.map(({ block }) => block.code).join('')
  const [, ...later] = code.split(/^docker run .*--name esimulator\b/m)
  expect(later.length).toBeGreaterThan(1)
  expect(later.slice(0, -1).filter((between) => !between.includes('docker rm -f'))).toEqual([])
})

test('what curl writes does not stick to the prompt', () => {
  const isStuck = (code: string) => /-w '[^']*(?<!\\n)'/.test(code) && !/^echo$/m.test(code)
  const stuck = shellBlocks.filter(({ block }) => isStuck(block.code))
  expect(stuck.map(({ name, block }) => `${name}:${block.line}`)).toEqual([])
})

test('a page that freezes the clock of the world that all pages share resumes it at the end', () => {
  const left = pages.filter(({ blocks }) => {
    const moves = blocks
      .filter(({ language, tags }) => language === 'sh' && tags.length === 0)
      .flatMap(({ code }) => code.match(/clock (?:freeze|resume)\b(?! --world)/g) ?? [])
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
  const tests = NOT_RUN.flatMap(([, , why]) => why.match(/test\/\S+\.test\.ts/g) ?? [])
  expect(tests.filter((file) => !existsSync(`${ROOT}${file}`))).toEqual([])
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
