// Which world of a state folder a credential belongs to, before anybody has loaded it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { credentials } from '../../src/state/credentials.ts'
import { lowdbStore } from '../../src/stores/lowdb.ts'
import type { Store } from '../../src/stores/store.ts'

const home = mkdtempSync(join(tmpdir(), 'esimulator-world-of-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

let folders = 0
function folderWith(files: Record<string, string> = {}) {
  folders += 1
  const dir = join(home, String(folders))
  mkdirSync(dir)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  return dir
}

const warn = vi.fn()
const open = (dir: string) => lowdbStore({ dir, version: '1.2.3', durability: 'written', warn })

/** Credentials of a provider by their secrets. */
const held = (...secrets: string[]) =>
  Object.fromEntries(
    secrets.map((secret) => {
      const credential = { provider: 'p', kind: 'token', secret } as const
      return [credentials.key(credential), credential]
    }),
  )
const base = (logged: number, secrets: string[]) =>
  JSON.stringify({ format: 1, logged, collections: { credentials: held(...secrets) } })
const line = (n: number, changes: [secret: string, record: object | null][], replaces = {}) => {
  const logged = changes.map(([secret, record]) => ['credentials', `p/${secret}`, record])
  return `${JSON.stringify({ n, ...replaces, changes: logged })}\n`
}
const entry = (secret: string): [string, object] => [secret, held(secret)[`p/${secret}`] ?? {}]

async function worldsOf(store: Store, ...secrets: string[]) {
  return Promise.all(secrets.map((secret) => store.worldOf(`p/${secret}`)))
}

test('a credential is found in the base of a world, and in what its logs made of it', async () => {
  const store = await open(
    folderWith({
      'a.json': base(1, ['based', 'revoked']),
      'a.log.old': line(2, [entry('old')]),
      'a.log': line(3, [entry('new'), ['revoked', null]]),
      'b.log': line(1, [entry('logged')], { replaces: true }),
      '+c+i.json': base(1, ['capital']),
    }),
  )
  expect(await worldsOf(store, 'based', 'old', 'new', 'logged', 'capital')).toEqual([
    'a',
    'a',
    'a',
    'b',
    'CI',
  ])
  expect(await worldsOf(store, 'revoked', 'unknown', '__proto__')).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(await store.worldOf('q/based')).toBeUndefined()
  await store.close()
})

test('a world that was reset has the credentials of its present life', async () => {
  const store = await open(
    folderWith({
      'a.json': base(1, ['before']),
      'a.log': line(2, [entry('between')]) + line(3, [entry('after')], { replaces: true }),
    }),
  )
  expect(await worldsOf(store, 'before', 'between', 'after')).toEqual([undefined, undefined, 'a'])
  await store.close()
})

test('of several worlds that hold a credential it is the first by name, while nobody has it', async () => {
  const file = base(1, ['shared'])
  const store = await open(folderWith({ 'c.json': file, 'a.json': file, 'b.json': file }))
  expect(await worldsOf(store, 'shared')).toEqual(['a'])
  const records = (await store.load('a')) ?? new Map()
  expect(await worldsOf(store, 'shared')).toEqual(['b'])
  store.attach('a', () => records)
  const removed = store.remove('b')
  expect(await worldsOf(store, 'shared')).toEqual(['c'])
  await removed
  store.attach('b', () => new Map())
  expect(await worldsOf(store, 'shared')).toEqual(['c'])
  await store.remove('c')
  expect(await worldsOf(store, 'shared')).toEqual([undefined])
  await store.close()
})

test('a world that is loaded or removed before the first question is not looked through', async () => {
  const file = base(1, ['shared'])
  const store = await open(folderWith({ 'a.json': file, 'b.json': file, 'c.json': file }))
  await store.load('a')
  await store.remove('b')
  expect(await worldsOf(store, 'shared')).toEqual(['c'])
  await store.close()
})

test('the worlds are looked through once, at the first question', async () => {
  const dir = folderWith({ 'a.json': 'not read before it is asked for' })
  const store = await open(dir)
  writeFileSync(join(dir, 'a.json'), base(1, ['one']))
  const asked = worldsOf(store, 'one', 'one', 'two')
  expect(await asked).toEqual(['a', 'a', undefined])
  rmSync(join(dir, 'a.json'))
  expect(await worldsOf(store, 'one')).toEqual(['a'])
  await store.close()
})

test('a world that cannot be read is nobody’s, and says so when it is loaded', async () => {
  const store = await open(
    folderWith({
      'a.json': '{"format":7}',
      'b.json': 'nonsense',
      'c.log': line(5, [entry('one')]),
      'd.json': base(1, ['one']),
      'e.json': '{"format":1,"logged":0,"collections":{"credentials":[]}}',
      'f.json': base(1, ['torn']),
      'f.log': '{"n":2,"chang',
    }),
  )
  warn.mockClear()
  expect(await worldsOf(store, 'one', 'torn')).toEqual(['d', 'f'])
  expect(warn).not.toHaveBeenCalled()
  for (const world of ['a', 'b', 'c', 'e']) await expect(store.load(world)).rejects.toThrow()
  expect(await worldsOf(store, 'one')).toEqual(['d'])
  await store.load('f')
  expect(warn).toHaveBeenCalledOnce()
  await store.close()
})

test('of several worlds that hold a credential it is the one that had it first, whatever its name', async () => {
  const file = (claim?: number) => {
    const credential = { ...held('shared')['p/shared'], ...(claim ? { claim } : {}) }
    const collections = { credentials: { 'p/shared': credential } }
    return JSON.stringify({ format: 1, logged: 1, collections })
  }
  const store = await open(folderWith({ 'a.json': file(2), 'b.json': file(1), 'z.json': file() }))
  expect(await worldsOf(store, 'shared')).toEqual(['z'])
  await store.load('z')
  expect(await worldsOf(store, 'shared')).toEqual(['b'])
  await store.load('b')
  expect(await worldsOf(store, 'shared')).toEqual(['a'])
  await store.close()
})
