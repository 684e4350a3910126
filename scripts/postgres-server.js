// A PostgreSQL of one's own for tests and measurements: in a temporary folder, on a free port of 127.0.0.1.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

/** Where Debian has its programs: a folder a version. */
const DEBIAN = '/usr/lib/postgresql'

/**
 * Runs the server until it is told a signal on stdin. Where whoever began it is gone, killed as it may be, stdin ends:
 * then the server is stopped, and its folder removed.
 */
const UNTIL_TOLD = `
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ if read -r signal <&3; then kill -s "$signal" "$server"
  else kill -s INT "$server"; while kill -0 "$server"; do sleep 0.1; done; rm -rf "$folder"; fi
} 2>/dev/null &
wait "$server"`

/** Faster than what users have, and as good where nobody pulls the plug. */
const CARELESS = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

function isRunnable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The versions of Debian that are there, the newest first. */
function debianFolders() {
  try {
    return readdirSync(DEBIAN)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN, version, 'bin'))
  } catch {
    return []
  }
}

/** The folder with the programs of PostgreSQL; `undefined` where it is not installed. */
export function postgresPrograms() {
  if (process.platform === 'win32') return undefined
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...debianFolders()]
  return folders.find((each) =>
    ['initdb', 'postgres'].every((name) => isRunnable(join(each, name))),
  )
}

/** Who runs the server: it refuses to be run by root. */
function runBy() {
  if (process.getuid?.() !== 0) return {}
  const idOf = (kind) => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/**
 * @param isDurable false where it need not survive a power cut, and is faster for it
 * @param settings as in `max_connections=20`
 * @throws Error where PostgreSQL is not installed, or does not start
 */
export async function startPostgres({ isDurable = false, settings = [] } = {}) {
  const programs = postgresPrograms()
  if (programs === undefined)
    throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  const user = runBy()
  const folder = mkdtempSync(join(tmpdir(), 'esimulator-postgres-'))
  try {
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
    const initial = ['-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--wal-segsize=4']
    await promisify(execFile)(
      join(programs, 'initdb'),
      [...initial, '--no-sync', '-D', join(folder, 'data')],
      { ...user, cwd: folder },
    )
    const careless = isDurable ? [] : CARELESS
    return await onFreePort({ programs, user, folder, settings: [...careless, ...settings] })
  } catch (reason) {
    await rm(folder, { recursive: true, force: true })
    throw reason
  }
}

/** Below the ports that systems give to clients, so that none of them has it while the server is stopped. */
async function onFreePort(parts) {
  for (let attempt = 1; ; attempt++) {
    const server = new PostgresServer({ ...parts, port: randomInt(20_000, 32_000) })
    try {
      await server.start()
      return server
    } catch (reason) {
      if (attempt === 5 || !/could not bind|Address already in use/.test(reason.message))
        throw reason
    }
  }
}

export class PostgresServer {
  #parts
  /** The process, and when it has ended; `undefined` while stopped. */
  #running

  constructor(parts) {
    this.#parts = parts
  }

  get port() {
    return this.#parts.port
  }

  /** Of the database that is there at first. */
  get url() {
    return this.#urlOf('postgres')
  }

  /** @returns the URL of a new, empty database */
  async newDatabase() {
    const name = `test_${randomUUID().replaceAll('-', '')}`
    const client = new pg.Client(this.url)
    await client.connect()
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`)
    } finally {
      await client.end()
    }
    return this.#urlOf(name)
  }

  /** Resolves when it takes connections, on the same port each time. */
  async start() {
    if (this.#running !== undefined) throw new Error('it runs already')
    const { programs, user, folder, settings, port } = this.#parts
    const all = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300']
    const args = ['-D', join(folder, 'data'), '-p', String(port)]
    for (const each of [...all, ...settings]) args.push('-c', each)
    // Of a group of its own: Ctrl-C is for those who use it, who stop it when they are done.
    const child = spawn(
      '/bin/sh',
      ['-c', UNTIL_TOLD, 'sh', folder, join(programs, 'postgres'), ...args],
      {
        ...user,
        cwd: folder,
        stdio: ['pipe', 'ignore', 'pipe'],
        detached: true,
      },
    )
    const ended = new Promise((resolve) => {
      child.once('error', resolve)
      child.once('exit', resolve)
    }).then(() => {
      this.#running = undefined
      child.stdin.end('INT\n')
      child.stderr.destroy()
    })
    child.stdin.on('error', () => {
      // It ended by itself.
    })
    this.#running = { child, ended }
    await isReady(child)
    // The process of those who forget to close it ends nevertheless, and the server with it.
    child.unref()
    child.stdin.unref()
    child.stderr.unref()
  }

  /**
   * @param signal INT: connections are broken off, all is written. QUIT: as in a crash, the next start recovers.
   *   TERM: those who are connected may stay until they go.
   */
  async stop(signal = 'INT') {
    const running = this.#running
    if (running === undefined) return
    running.child.ref()
    running.child.stdin.end(`${signal}\n`)
    await running.ended
  }

  /** @param signal as for `stop` */
  async restart(signal = 'INT') {
    await this.stop(signal)
    await this.start()
  }

  /** Stops it, and removes all it had. */
  async close() {
    await this.stop('QUIT')
    await rm(this.#parts.folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }

  #urlOf(database) {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`
  }
}

/** Rejects with what it said, where it ends instead. */
function isReady(child) {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000)
      if (said.includes('database system is ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)))
  })
}
