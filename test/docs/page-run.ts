// A page of the documentation as a reader goes through it: files saved, terminals opened, its commands run in a shell.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { hasPostgres, startPostgres } from '../support/postgres.ts'
import { type Block, fileOf, type Page, ROOT } from './pages.ts'

/** Ports that the pages name; each is a free one while they are run. */
const PORTS = [4010, 4011, 4012, 4100, 4101, 4020, 3000]

/** The port of the database that pages name. */
const DATABASE_PORT = 5432

/** How a shell is called, and how it names the status of the command before. */
export interface Shell {
  readonly name: string
  readonly args: readonly string[]
  readonly status: string
}

const BASH: Shell = { name: 'bash', args: ['--norc'], status: '$?' }

export const SHELLS: readonly Shell[] = [
  BASH,
  { name: 'zsh', args: ['-f'], status: '$?' },
  { name: 'fish', args: ['--no-config'], status: '$status' },
]

export const isInstalled = ({ name }: Shell) => spawnSync(name, ['--version']).status === 0

/** What a block printed, and how its last command ended. */
export interface Said {
  readonly output: string
  readonly status: number
}

export interface OpenPage extends AsyncDisposable {
  /** Runs blocks in order in one shell. */
  run(shell: Shell, blocks: readonly Block[]): Promise<Said[]>
  /** What the terminals printed so far, in the order they stand in the page. */
  terminals(): string[]
}

/** True for pages that need a PostgreSQL. */
export const usesDatabase = ({ text: page }: Page) => page.includes(`:${DATABASE_PORT}/`)

/** What a page says is done before its terminals are opened. */
export const isPreparation = ({ tags }: Block) => tags.includes('prepare')

/** Saves the files of a page, does what is to be done first, and opens its terminals, each in its turn. */
export async function openPage(
  page: Page,
  isSkipped: (block: Block) => boolean,
): Promise<OpenPage> {
  const { blocks } = page
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-docs-'))
  const ports = new Map<number, number>()
  for (const port of PORTS) ports.set(port, await freePort())
  const database = usesDatabase(page) && hasPostgres ? await startPostgres() : undefined
  if (database) ports.set(DATABASE_PORT, database.port)
  await layOut(folder, blocks, ports)
  const env = environment(folder, ports)
  const opened: { readonly child: ChildProcess; said: string }[] = []
  const close = async () => {
    for (const { child } of opened.toReversed()) await ended(child)
    await database?.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await prepare(
      blocks.filter((each) => isPreparation(each) && !isSkipped(each)),
      { folder, env, ports },
    )
    for (const block of blocks.filter((each) => isTerminal(each) && !isSkipped(each)))
      opened.push(await terminal(block, { folder, env, ports }))
  } catch (error) {
    await close()
    throw error
  }
  return {
    run: (shell, run) => inShell(shell, run, { folder, env, ports }),
    terminals: () => opened.map(({ said }) => shown(said, ports)),
    [Symbol.asyncDispose]: close,
  }
}

export const isTerminal = ({ language, tags }: Block) =>
  language === 'sh' && tags.includes('terminal')

async function prepare(blocks: readonly Block[], place: Place): Promise<void> {
  const said = await inShell(BASH, blocks, place)
  const failed = said.find(({ status }) => status !== 0)
  if (failed) throw new Error(`what is done before the terminals failed: ${failed.output}`)
}

interface Place {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly ports: ReadonlyMap<number, number>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A folder that is like the clone: its examples and packages, and the files of the page. */
async function layOut(folder: string, blocks: readonly Block[], ports: Place['ports']) {
  await mkdir(join(folder, 'node_modules'))
  await mkdir(join(folder, '.commands'))
  for (const name of ['examples', 'scenarios', 'specs'])
    await symlink(join(ROOT, name), join(folder, name))
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== 'esimulator')
      await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  await symlink(ROOT, join(folder, 'node_modules/esimulator'))
  await command(folder, 'npx', [
    'name=$1; shift',
    `if [ "$name" = esimulator ]; then exec "${process.execPath}" "${ROOT}bin/esimulator.js" "$@"; fi`,
    `exec "${ROOT}node_modules/.bin/$name" "$@"`,
  ])
  const patience =
    "export default { test: { testTimeout: 60_000, exclude: ['examples/**', 'node_modules/**'] } }\n"
  await writeFile(join(folder, 'vitest.config.mjs'), patience)
  // The packages are links to those of this checkout: an install would change these.
  await command(folder, 'npm', ['echo "npm is not run here: $*" >&2', 'exit 1'])
  for (const block of blocks) {
    const name = fileOf(block)
    if (name === undefined) continue
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), moved(block.code, ports))
  }
}

async function command(folder: string, name: string, lines: readonly string[]) {
  const file = join(folder, '.commands', name)
  await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'))
  await chmod(file, 0o755)
}

function environment(folder: string, ports: Place['ports']): Record<string, string> {
  const { PATH = '' } = process.env
  const database = ports.get(DATABASE_PORT)
  return {
    ...(database && { PGHOST: '127.0.0.1', PGPORT: String(database), PGUSER: 'postgres' }),
    PATH: `${join(folder, '.commands')}:${dirname(process.execPath)}:${PATH}`,
    HOME: folder,
    NO_COLOR: '1',
    COLUMNS: '120',
    ESIMULATOR_PORT: String(ports.get(4010)),
    PORT: String(ports.get(4100)),
  }
}

/** Code with free ports in the place of those that the pages name. */
function moved(code: string, ports: Place['ports']): string {
  return code.replaceAll(/(?<=[:=]|--port |PORT \?\? )(\d{4})\b/g, (port) =>
    String(ports.get(Number(port)) ?? port),
  )
}

/** The other way round. */
function shown(said: string, ports: Place['ports']): string {
  const back = new Map([...ports].map(([named, free]) => [String(free), String(named)]))
  return said.replaceAll(/\b\d{4,5}\b/g, (port) => back.get(port) ?? port)
}

/** Leaves a command running, and returns once something listens at the port it is to serve. */
async function terminal({ code }: Block, { folder, env, ports }: Place) {
  const child = spawn('bash', ['--norc', '-c', `exec ${moved(code, ports).trim()}`], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const opened = { child, said: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      opened.said += piece
    })
  const named = portOf(code)
  const port = ports.get(named) ?? 0
  const until = Date.now() + 20_000
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`${code.trim()} does not listen at ${named}: ${opened.said}`)
    await pause(30)
  }
  return opened
}

/** Where a command listens, as the page has it. */
function portOf(code: string): number {
  const [, given] = / --port (\d{4})\b/.exec(code) ?? []
  if (given !== undefined) return Number(given)
  return /receiver/.test(code) && !/esimulator/.test(code) ? 4100 : 4010
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      answer(true)
    })
    socket.once('error', () => answer(false))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** What separates the outputs of blocks. */
const SEPARATOR = '\u001E'

async function inShell(shell: Shell, blocks: readonly Block[], { folder, env, ports }: Place) {
  const script = blocks
    .map(({ code }) => `${moved(code, ports)}printf '\\n\\036%s\\n' ${shell.status}\n`)
    .join('')
  const file = join(folder, `page.${shell.name}`)
  await writeFile(file, script)
  // What is told on standard error is part of what a reader sees, in its place.
  const child = spawn('sh', ['-c', 'exec "$@" 2>&1', 'sh', shell.name, ...shell.args, file], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const parts = shown(said, ports).split(SEPARATOR)
  return blocks.map((_, at): Said => {
    const output = parts[at]?.replace(/^\d+\n/, '') ?? ''
    return { output, status: Number.parseInt(parts[at + 1] ?? '255', 10) }
  })
}
