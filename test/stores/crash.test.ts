// The state folder under kill -9 and a file size limit: real processes, of the built store.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, test } from 'vitest'
import { openSealed } from '../../src/stores/checksum.ts'
import { lowdbStore } from '../../src/stores/lowdb.ts'

const built = new URL('../../build/stores/lowdb.js', import.meta.url)
const home = mkdtempSync(join(tmpdir(), 'esimulator-crash-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

// Each commit writes the same number to two collections: a world in which they differ was torn.
const writer = `
import { writeSync } from 'node:fs'
const [, store, dir, durability, pad] = process.argv
const { lowdbStore } = await import(store)
const warn = (sentence) => writeSync(1, 'warn ' + sentence + '\\n')
const kept = await lowdbStore({ dir, durability, version: 'crash', warn })
const records = (await kept.load('default')) ?? new Map([['left', new Map()], ['right', new Map()]])
kept.attach('default', () => records)
let n = Math.max(0, ...[...records.get('left').values()].map((record) => record.n))
function commit() {
  n += 1
  const key = 'k' + (n % 200)
  const value = { n, pad: 'x'.repeat(Number(pad)) }
  const change = { key, before: undefined, after: value }
  const changes = ['left', 'right'].map((collection) => ({ collection, ...change }))
  for (const { collection } of changes) records.get(collection).set(key, value)
  kept.commit('default', changes)
  return n
}
`

const loads = {
  // Eight clients that wait for their answers.
  written: `${writer}
async function client() {
  for (;;) {
    const mine = commit()
    await kept.flushed('default')
    writeSync(1, mine + ' 0\\n')
    // The next request comes by the network.
    await new Promise(setImmediate)
  }
}
for (let clients = 0; clients < 8; clients++) client()
`,
  // Bursts whose answers leave at once.
  buffered: `${writer}
function burst() {
  for (let i = 0; i < 5; i++) writeSync(1, commit() + ' ' + Date.now() + '\\n')
  setTimeout(burst, 1)
}
burst()
`,
}

function run(code: string, dir: string, durability: string, pad: number, shell = '') {
  if (!existsSync(built))
    throw new Error('build/ is missing: run `npm run build` first (npm test does)')
  const args = ['--input-type=module', '-e', code, built.href, dir, durability, String(pad)]
  const [command, ...rest] = shell
    ? ['sh', '-c', `${shell}; exec "$0" "$@"`, process.execPath, ...args]
    : [process.execPath, ...args]
  return spawn(command ?? '', rest, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Until it is reaped a killed process still counts as alive, and its folder as in use. */
async function ended(child: ChildProcess) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/**
 * Lets it work for a while after its first acknowledgement, and kills it.
 * @returns what it had acknowledged and when it died
 */
async function killed(child: ChildProcess, afterMs: number) {
  const acknowledged: { n: number; at: number }[] = []
  let diedAt = 0
  if (!child.stdout) throw new Error('no output')
  for await (const text of createInterface({ input: child.stdout })) {
    if (acknowledged.length === 0) {
      setTimeout(() => {
        diedAt = Date.now()
        child.kill('SIGKILL')
      }, afterMs)
    }
    const [n, at] = text.split(' ').map(Number)
    if (n !== undefined && at !== undefined && n > 0) acknowledged.push({ n, at })
  }
  await ended(child)
  expect(child.signalCode).toBe('SIGKILL')
  return { acknowledged, diedAt }
}

async function lastKept(dir: string) {
  const store = await lowdbStore({ dir, version: 'crash' })
  try {
    const records = await store.load('default')
    expect(records?.get('left')).toEqual(records?.get('right'))
    return Math.max(
      0,
      ...[...(records?.get('left') ?? [])].map(([, record]) =>
        'n' in record ? Number(record.n) : 0,
      ),
    )
  } finally {
    await store.close()
  }
}

test.concurrent('written: of what was acknowledged before a kill -9, nothing is lost, ten times over', async ({
  expect,
}) => {
  const dir = join(home, 'written')
  let compacted = false
  for (let kill = 0; kill < 10; kill++) {
    const { acknowledged } = await killed(run(loads.written, dir, 'written', 2_000), 20 + 25 * kill)
    const last = Math.max(...acknowledged.map(({ n }) => n))
    expect(await lastKept(dir)).toBeGreaterThanOrEqual(last)
    compacted ||= existsSync(join(dir, 'default.json'))
  }
  expect(compacted).toBe(true)
})

test.concurrent('buffered: of what is older than 100 ms at a kill -9, nothing is lost, ten times over', async ({
  expect,
}) => {
  const dir = join(home, 'buffered')
  for (let kill = 0; kill < 10; kill++) {
    const { acknowledged, diedAt } = await killed(
      run(loads.buffered, dir, 'buffered', 2_000),
      140 + 15 * kill,
    )
    const old = acknowledged.filter(({ at }) => at < diedAt - 100).map(({ n }) => n)
    expect(old.length).toBeGreaterThan(0)
    expect(await lastKept(dir)).toBeGreaterThanOrEqual(Math.max(...old))
  }
})

// A limit on the size of files stands for a disk that is full in the middle of a write: the kernel
// takes a part of it.
test.skipIf(process.platform === 'win32')(
  'a write that was taken in part is cut back to whole lines, and writes are refused',
  async () => {
    const dir = join(home, 'limited')
    const code = `${writer}
process.on('SIGXFSZ', () => {})
while (!kept.failure('default')) {
  try {
    commit()
    await kept.flushed('default')
  } catch (error) {
    writeSync(1, 'rejected ' + error.message + '\\n')
  }
}
process.kill(process.pid, 'SIGKILL')
`
    const child = run(code, dir, 'written', 700, 'ulimit -f 8')
    const said: string[] = []
    for await (const text of createInterface({ input: child.stdout })) said.push(text)
    await ended(child)
    expect(said).toEqual([
      expect.stringMatching(/^warn cannot write .*default\.log/),
      expect.stringMatching(/^rejected cannot write .*default\.log/),
    ])
    const lines = readFileSync(join(dir, 'default.log'), 'utf8').split('\n')
    expect(lines.pop()).toBe('')
    const numbers = lines.map((text) => JSON.parse(openSealed(Buffer.from(text)) ?? '').n)
    // The header first, which is no change.
    expect(numbers).toEqual(lines.map((_, index) => index || undefined))
    expect(await lastKept(dir)).toBe(lines.length - 1)
  },
)
