// The built server of a checkout: started on given ports, and stopped whatever happens.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Thrown where nothing can be compared. */
export class CannotRun extends Error {}

const running = new Set()

/** Every server that still runs is killed: for the end of the script, however it comes. */
export function killAll() {
  for (const child of running) child.kill('SIGKILL')
}

/** A checkout with its build. @throws CannotRun */
export function checkout(folder) {
  const main = join(folder, 'dist/cli/main.js')
  if (!existsSync(main)) throw new CannotRun(`${main} is missing: build ${folder} first`)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { folder, main, version }
}

/** Ports nobody listens on at present, for use by one server after the other. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/**
 * Starts `esimulator start` with these flags, in the folder `cwd`, with a bare environment.
 * @throws CannotRun where it ends instead of saying where it listens
 */
export async function startBuild({ main, version }, flags, cwd) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [main, 'start', '--json', ...flags], { cwd, env: { PATH } })
  running.add(child)
  const said = []
  child.stderr.setEncoding('utf8').on('data', (text) => said.push(text))
  const exited = once(child, 'exit').finally(() => running.delete(child))
  const lines = createInterface(child.stdout)
  const line = await Promise.race([once(lines, 'line'), exited.then(() => undefined)])
  if (!line) throw new CannotRun(`${main} did not start: ${said.join('').trim()}`)
  return {
    /** What it says once it listens, with the version of the checkout taken out. */
    started: line[0].replace(`"version":"${version}"`, ''),
    /** What it wrote to standard error. */
    said,
    get ended() {
      return child.exitCode !== null || child.signalCode !== null
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await exited
    },
  }
}
