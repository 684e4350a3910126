// The built command line in tests: a command run to its end, and a server that is stopped with its test.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Where {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What `start --json` tells. */
export interface Started {
  readonly version: string
  readonly url: string
  readonly control: string
  readonly state: string | null
  readonly replica: { readonly id: string; readonly url: string } | null
  readonly notOpened: Readonly<Record<string, string>>
  readonly providers: Readonly<
    Record<
      string,
      { readonly baseUrls: string[]; readonly apiKey: string; readonly callbackUrl: string | null }
    >
  >
}

export interface Server extends Started, AsyncDisposable {
  /** Sends a signal and tells how the process ended. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  /** What it wrote to standard error in all its life; resolves when it has ended. */
  readonly errors: Promise<string>
}

/** Of the environment, only what a process needs to run. */
function spawned(args: readonly string[], { cwd, env = {} }: Where): ChildProcess {
  const { PATH = '' } = process.env
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH, ...env } })
}

/** Runs a command to its end. */
export async function run(args: readonly string[], where: Where): Promise<Ended> {
  const child = spawned(args, where)
  child.stdin?.end(where.input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    once(child, 'exit'),
  ])
  return { code, stdout, stderr }
}

const readAll = (stream: ChildProcess['stdout']) => (stream ? text(stream) : Promise.resolve(''))

/** What `proxy --json` tells. */
export interface ProxyStarted {
  readonly url: string
  readonly control: string
  readonly target: string
  readonly provider: string
  readonly baseUrls: readonly string[]
}

/** Starts a server on a free port and waits until it has said where it is. */
export function startServer(args: readonly string[], where: Where): Promise<Server> {
  return serving<Started>(['start', '--port', '0', '--json', ...args], where)
}

/** The same for `proxy`. */
export function startProxy(args: readonly string[], where: Where) {
  return serving<ProxyStarted>(['proxy', '--port', '0', '--json', ...args], where)
}

async function serving<T>(
  args: readonly string[],
  where: Where,
): Promise<T & Pick<Server, 'stop' | 'errors' | typeof Symbol.asyncDispose>> {
  const child = spawned(args, where)
  const errors = readAll(child.stderr)
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const line = await firstLine(child)
  if (line === undefined) throw new Error(`the server did not start: ${await errors}`)
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const [code, killer] = await exited
    return code ?? killer
  }
  return {
    ...(JSON.parse(line) as T),
    stop,
    errors,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
    },
  }
}

/** A server as a person sees it. */
export interface SeenServer extends AsyncDisposable {
  readonly url: string
  /** Waits for a line on its terminal that matches; lines that came before count. */
  line(pattern: RegExp): Promise<string>
  /** Sends a signal and tells all that it has written to standard output, once it has ended. */
  stop(signal?: NodeJS.Signals): Promise<string>
}

/** Starts a server without `--json`, and waits until it has said where it is. */
export async function startSeen(args: readonly string[], where: Where): Promise<SeenServer> {
  const child = spawned(['start', '--port', '0', ...args], where)
  const exited = once(child, 'exit')
  const lines: string[] = []
  let tell = () => {}
  let isOver = false
  child.stdout?.setEncoding('utf8')
  const reading = createInterface(child.stdout ?? process.stdin)
  reading.on('line', (line) => {
    lines.push(line)
    tell()
  })
  reading.on('close', () => {
    isOver = true
    tell()
  })
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = lines.find((each) => pattern.test(each))
      if (found !== undefined) return found
      if (isOver) throw new Error(`no line matched ${pattern}:\n${lines.join('\n')}`)
      await new Promise<void>((done) => {
        tell = done
      })
    }
  }
  const said = await line(/ listens on /)
  await line(/^ {2}state /)
  return {
    url: / listens on (\S+)/.exec(said)?.[1] ?? '',
    line,
    async stop(signal = 'SIGINT') {
      child.kill(signal)
      await exited
      return lines.join('\n')
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (!child.stdout) return undefined
  for await (const line of createInterface(child.stdout)) return line
  return undefined
}

/** A folder that goes with its test. */
export async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'esimulator-cli-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
