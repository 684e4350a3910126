// A state folder through the front door: it always opens, whole worlds are served, the others told of.
import { existsSync } from 'node:fs'
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StateDocument, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

interface Worlds {
  readonly worlds: readonly { readonly name: string; readonly sims: number }[]
  readonly notOpened?: Readonly<Record<string, string>>
}

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'esimulator-folder-'))
})
afterAll(() => rm(home, { recursive: true }))

let folders = 0
async function newFolder() {
  folders += 1
  const dir = join(home, String(folders))
  await mkdir(dir)
  return dir
}

async function started(store: string) {
  const said: string[] = []
  const durability = 'written'
  const sim = await startSimulator({ store, durability, report: (text) => said.push(text) })
  const worlds = async () => (await call<Worlds>(sim.url, '/_sim/worlds')).body
  return {
    sim,
    said,
    worlds,
    names: async () => (await worlds()).worlds.map(({ name }) => name),
    make: (name: string, rest = {}) => call(sim.url, '/_sim/worlds', { json: { name, ...rest } }),
    [Symbol.asyncDispose]: () => sim.close(),
  }
}

/** A folder of the worlds `default`, `ci` and `nightly`, closed. */
async function keptFolder() {
  const dir = await newFolder()
  await using server = await started(dir)
  for (const name of ['ci', 'nightly']) await server.make(name)
  return dir
}

test.each([
  ['an empty log', ''],
  ['a log cut short', '{"n":1,"replaces":true,"changes":[["wor'],
])('a folder with nothing but %s is started from', async (_, text) => {
  const dir = await newFolder()
  await writeFile(join(dir, 'default.log'), text)
  await writeFile(join(dir, 'ci.log'), text)
  await using server = await started(dir)
  expect(await server.worlds()).toEqual({ worlds: [expect.objectContaining({ name: 'default' })] })
  expect(server.said).toEqual([])
  expect((await server.make('ci')).status).toBe(201)
})

const damages: [string, (text: string) => string][] = [
  ['half a file', (text) => text.slice(0, text.length / 2)],
  ['no JSON', () => 'nonsense'],
  ['no clock', (text) => text.replace(/.*\{"id":"clock".*\n/, '')],
  ['a list as a collection', (text) => text.replace('"sims": {', '"sims": 1, "other": {')],
]

test.each(damages)(
  'a world of which there is %s is set aside and told of, and all others are served',
  async (_, damage) => {
    const dir = await keptFolder()
    const file = join(dir, 'ci.json')
    const damaged = damage(await readFile(file, 'utf8'))
    await writeFile(file, damaged)
    await using server = await started(dir)
    const { worlds, notOpened } = await server.worlds()
    expect(worlds.map(({ name }) => name).toSorted()).toEqual(['default', 'nightly'])
    expect(notOpened?.ci).toMatch(
      /^the world "ci" cannot be opened: .*; its files are now .*ci\.json\.broken-1: `esimulator doctor --repair`/,
    )
    expect(server.said).toContain(notOpened?.ci)
    const health = await call(server.sim.url, '/_sim/health')
    expect(health.body).toMatchObject({ status: 'ok', worlds: 2, notOpened })
    expectProblem(await call(server.sim.url, '/w/ci/_sim/clock'), 404, /there is no world "ci"/)
    expect((await server.make('ci')).status).toBe(201)
    expect(await readFile(`${file}.broken-1`, 'utf8')).toBe(damaged)
  },
)

test('a damaged default is set aside, and another is there in its place', async () => {
  const dir = await keptFolder()
  await writeFile(join(dir, 'default.json'), '{')
  await using server = await started(dir)
  expect((await server.names()).toSorted()).toEqual(['ci', 'default', 'nightly'])
  expect(server.said).toEqual([
    expect.stringMatching(/^the world "default" cannot be opened: /),
    expect.stringMatching(/^A NEW WORLD "default" IS MADE/),
  ])
  expect(await readFile(join(dir, 'default.json.broken-1'), 'utf8')).toBe('{')
})

test('every file of a folder damaged: it starts, and each is told of', async () => {
  const dir = await keptFolder()
  for (const file of await readdir(dir)) await writeFile(join(dir, file), '{')
  {
    await using server = await started(dir)
    expect(await server.names()).toEqual(['default'])
    expect(Object.keys((await server.worlds()).notOpened ?? {})).toEqual([
      'default',
      'ci',
      'nightly',
    ])
  }
  await using again = await started(dir)
  expect(again.said).toEqual([])
})

test('a file of one world under the name of another is refused, and left as it is', async () => {
  const dir = await keptFolder()
  const other = await newFolder()
  await copyFile(join(dir, 'ci.json'), join(other, 'default.json'))
  const before = await readFile(join(other, 'default.json'))
  const why =
    /default\.json holds the world "ci", and by its name the world "default": give the file its own name back/
  await expect(started(other)).rejects.toThrow(why)
  expect(await readdir(other)).toEqual(['default.json'])
  expect((await readFile(join(other, 'default.json'))).equals(before)).toBe(true)

  await copyFile(join(dir, 'ci.json'), join(dir, 'copy.json'))
  await using server = await started(dir)
  expect((await server.names()).toSorted()).toEqual(['ci', 'default', 'nightly'])
  expectProblem(await call(server.sim.url, '/w/copy/_sim/clock'), 503, /holds the world "ci"/)
  expectProblem(await server.make('copy'), 409, /holds the world "ci"/)
  expect((await readFile(join(dir, 'copy.json'))).equals(before)).toBe(true)
})

test('of a world that was removed nothing comes back', async () => {
  const dir = await keptFolder()
  await rename(join(dir, 'ci.json'), join(dir, 'ci.removed'))
  await writeFile(join(dir, 'ci.log'), '')
  await using server = await started(dir)
  expect((await server.names()).toSorted()).toEqual(['default', 'nightly'])
  expect(await readdir(dir)).not.toContain('ci.removed')
})

const NAMES = ['con', 'CON', 'nul.log', 'lpt1', 'a.', 'A.', 'a', '__proto__', 'constructor', '..']

test('worlds may have any name: none is a device, none another’s file, all come back', async () => {
  const dir = await newFolder()
  {
    await using server = await started(dir)
    for (const name of NAMES) {
      expect((await server.make(name)).status).toBe(201)
      const path = `/_sim/clock/advance`
      const headers = { 'X-Sim-World': name }
      await call(server.sim.url, path, { json: { by: `${NAMES.indexOf(name) + 1}h` }, headers })
    }
  }
  const files = await readdir(dir)
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(NAMES.length + 1)
  expect(files.filter((file) => /^(con|nul|lpt1)\./i.test(file))).toEqual([])
  await using server = await started(dir)
  expect((await server.names()).toSorted()).toEqual(['default', ...NAMES].toSorted())
  for (const [at, name] of NAMES.entries()) {
    const { body } = await call(server.sim.url, '/_sim/clock', { headers: { 'X-Sim-World': name } })
    expect(body).toMatchObject({ now: `2026-01-01T${String(at + 1).padStart(2, '0')}:00:00.000Z` })
  }
})

test.skipIf(!existsSync('/dev/full'))(
  'a world that cannot be kept is not made, whatever the durability, and can be made later',
  async () => {
    for (const durability of ['buffered', 'written', 'synced'] as const) {
      const stateDir = await newFolder()
      await using sim = await startSimulator({ store: stateDir, durability, report: () => {} })
      const make = () => call(sim.url, '/_sim/worlds', { json: { name: 'ci' } })
      // Every write to this device finds a full disk.
      await symlink('/dev/full', join(stateDir, 'ci.log'))
      expectProblem(
        await make(),
        503,
        /^the world "ci" cannot be kept and was not made: the disk is full/,
      )
      expect((await call<Worlds>(sim.url, '/_sim/worlds')).body.worlds).toHaveLength(1)
      expectProblem(await call(sim.url, '/w/ci/_sim/state'), 404, /no world "ci"/)
      expect((await readdir(stateDir)).filter((file) => file.startsWith('ci'))).toEqual([])
      expect((await make()).status).toBe(201)
    }
  },
)

test.skipIf(!existsSync('/dev/full'))(
  'a world whose changes cannot be kept takes no other state',
  async () => {
    const dir = await keptFolder()
    await using server = await started(dir)
    const state = await server.sim.state()
    const log = join(dir, 'default.log')
    await symlink('/dev/full', log)
    const put = (json: StateDocument) =>
      call(server.sim.url, '/_sim/state', { method: 'PUT', json })
    const full = /cannot write .*default\.log: the disk is full/
    expectProblem(await put(state), 503, full)
    expectProblem(await put(state), 503, full)
    expectProblem(await call(server.sim.url, '/_sim/reset', { json: {} }), 503, full)
    await unlink(log)
  },
)
