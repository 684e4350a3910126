// Worlds that a store keeps: opened when they are asked for, in the background else, and each once.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { wallNow } from '../../src/server/ticker.ts'
import { openWorlds, type WorldsOptions } from '../../src/server/worlds.ts'
import type { Records } from '../../src/state/collection.ts'
import { credentials } from '../../src/state/credentials.ts'
import { tasks } from '../../src/state/task-queue.ts'
import { emptyWorld, type Identity } from '../../src/state/world-records.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { StoreError } from '../../src/stores/store.ts'
import { fake, keyOf, makeLater, SLUG, things } from '../support/fake-provider.ts'
import { startFake } from '../support/fake-server.ts'

/** The records of a world that was kept: it has its key, and a thing to make at its start. */
function kept(name: string, rest: Partial<Identity> = {}): Records {
  const start = { mode: 'frozen', rate: 1 } as const
  const records = emptyWorld({ name, seed: 's', start, ...rest }, wallNow())
  const credential = { provider: SLUG, kind: 'api-key', secret: keyOf(name) } as const
  const task = { id: 1, kind: makeLater.kind, due: 0, data: {} }
  records.set(credentials.name, new Map([[credentials.key(credential), credential]]))
  records.set(tasks.name, new Map([[tasks.key(task), task]]))
  return records
}

/** A store that keeps worlds of these names; each is read only when the test lets it be. */
function keptStore(names: readonly string[], records = (name: string) => kept(name)) {
  const loads: string[] = []
  const written: string[] = []
  const removed: string[] = []
  const aside: string[] = []
  const waiting = new Map<string, () => void>()
  const store: WorldsOptions['store'] = {
    ...memoryStore(),
    list: async () => [...names],
    async load(name) {
      loads.push(name)
      if (name !== 'default') await new Promise<void>((read) => waiting.set(name, read))
      return records(name)
    },
    commit: (name) => void written.push(name),
    rewrite: (name) => void written.push(name),
    remove: async (name) => void removed.push(name),
    async setAside(name) {
      aside.push(name)
      return [`${name}.broken`]
    },
  }
  /** Lets a world be read, once it is asked for. */
  const letRead = async (name: string) => {
    await vi.waitFor(() => expect(waiting.has(name)).toBe(true))
    waiting.get(name)?.()
  }
  return { store, loads, written, removed, aside, letRead }
}

function open(store: WorldsOptions['store'], report: (sentence: string) => void = () => {}) {
  return openWorlds({
    simulators: [fake],
    store,
    clock: 'frozen',
    seed: 'tests',
    policy: { allow: [], timeout: 2000 },
    report,
  })
}

const namesOf = (list: readonly { world: { name: string } }[]) =>
  list.map(({ world }) => world.name)

test('at first only default is open, and the others follow one after the other', async () => {
  const { store, loads, letRead } = keptStore(['a', 'b', 'default'])
  const worlds = await open(store)
  expect([namesOf(worlds.list()), loads]).toEqual([['default'], ['default', 'a']])
  await letRead('a')
  await vi.waitFor(() => expect(loads).toEqual(['default', 'a', 'b']))
  await letRead('b')
  expect(namesOf(await worlds.openAll())).toEqual(['a', 'b', 'default'])
  await worlds.close()
})

test('a world that is asked for twice at once is opened once', async () => {
  const { store, loads, letRead } = keptStore(['a', 'b', 'default'])
  const worlds = await open(store)
  const both = Promise.all([worlds.open('b'), worlds.open('b')])
  await letRead('b')
  const [one, other] = await both
  expect(one?.world.name).toBe('b')
  expect(other).toBe(one)
  expect([worlds.get('b'), worlds.get('a')]).toEqual([one, undefined])
  await letRead('a')
  await worlds.openAll()
  expect(loads.toSorted()).toEqual(['a', 'b', 'default'])
  await worlds.close()
})

test('a name that nobody keeps is not looked for', async () => {
  const { store, loads } = keptStore(['default'])
  const worlds = await open(store)
  expect(await worlds.open('nowhere')).toBeUndefined()
  expect(loads).toEqual(['default'])
  await worlds.close()
})

test('the name of a world that is not open yet is taken', async () => {
  const { store, letRead } = keptStore(['a', 'default'])
  const worlds = await open(store)
  expect(() => worlds.create('a', {})).toThrow('the world "a" exists already')
  await letRead('a')
  await worlds.openAll()
  await worlds.close()
})

test('nothing happens by itself before the start, and everything after it', async () => {
  const { store, written, letRead } = keptStore(['a', 'default'])
  const worlds = await open(store)
  await turn()
  expect(written).toEqual([])
  await worlds.start()
  expect(written).toEqual(['default'])
  await letRead('a')
  await vi.waitFor(() => expect(worlds.get('a')?.world.in(things).size).toBe(1))
  await worlds.close()
})

test('a world whose time is over is removed when it has been opened', async () => {
  const { store, removed, letRead } = keptStore(['a', 'default'], (name) =>
    kept(name, name === 'a' ? { expiresAt: 1 } : {}),
  )
  const worlds = await open(store)
  await worlds.start()
  await letRead('a')
  await worlds.openAll()
  expect([removed, namesOf(worlds.list())]).toEqual([['a'], ['default']])
  await worlds.close()
})

test('a damaged world is set aside and told of; the others are served, and its name is free', async () => {
  const { store, aside, letRead } = keptStore(['a', 'b', 'default'], (name) =>
    name === 'a' ? new Map() : kept(name),
  )
  const said: string[] = []
  const worlds = await open(store, (sentence) => said.push(sentence))
  await letRead('a')
  await letRead('b')
  expect(namesOf(await worlds.openAll())).toEqual(['b', 'default'])
  const sentence =
    /^the world "a" cannot be opened: .*; its files are now a.broken: `esimulator doctor/
  expect([aside, said]).toEqual([['a'], [expect.stringMatching(sentence)]])
  expect([...worlds.notOpened]).toEqual([['a', said[0]]])
  expect(await worlds.open('a')).toBeUndefined()
  expect(worlds.create('a', {}).world.name).toBe('a')
  await worlds.close()
})

test('a damaged default is set aside, and another is made in its place: that is said twice', async () => {
  const { store, aside, written } = keptStore(['default'], () => new Map())
  const said: string[] = []
  const worlds = await open(store, (sentence) => said.push(sentence))
  expect([aside, [...new Set(written)]]).toEqual([['default'], ['default']])
  expect(said).toEqual([
    expect.stringMatching(/^the world "default" cannot be opened: .* its files are now/),
    'A NEW WORLD "default" IS MADE: it holds nothing of the old',
  ])
  expect(namesOf(worlds.list())).toEqual(['default'])
  await worlds.close()
})

const unreadable = new StoreError('cannot read a.json: permission denied (EACCES)')

test.each([
  ['cannot be read', unreadable, /^the world "a" cannot be opened: cannot read a.json: permission/],
  ['is a copy of another', undefined, /: it holds the records of the world "default": it was left/],
])('a world that %s is left as it is and told of, and its name is taken', async (_, error, why) => {
  const { store, aside, written, letRead } = keptStore(['a', 'b', 'default'], (name) => {
    if (name === 'a' && error) throw error
    return kept(name === 'a' ? 'default' : name)
  })
  const worlds = await open(store)
  await letRead('a')
  await letRead('b')
  expect(namesOf(await worlds.openAll())).toEqual(['b', 'default'])
  await expect(worlds.open('a')).rejects.toThrow(StoreError)
  await expect(worlds.open('a')).rejects.toThrow(why)
  expect(() => worlds.create('a', {})).toThrow(why)
  expect([...worlds.notOpened.keys()]).toEqual(['a'])
  expect([aside, written]).toEqual([[], []])
  await worlds.close()
})

test('a default that is not damaged and cannot be opened refuses the start', async () => {
  const { store, aside, written } = keptStore(['default'], () => {
    throw unreadable
  })
  await expect(open(store)).rejects.toThrow(/^the world "default" cannot be opened: cannot read/)
  expect([aside, written]).toEqual([[], []])
})

test('a damaged world whose files cannot be renamed is left, and that is said', async () => {
  const { store, letRead } = keptStore(['a', 'default'], (name) =>
    name === 'a' ? new Map() : kept(name),
  )
  const refusing = {
    ...store,
    setAside: () => Promise.reject(new Error('the file system is read-only')),
  }
  const worlds = await open(refusing)
  await letRead('a')
  expect(namesOf(await worlds.openAll())).toEqual(['default'])
  await expect(worlds.open('a')).rejects.toThrow(/; the file system is read-only: it is not served/)
  await worlds.close()
})

test('where there is no default, it is made once all others have been looked at', async () => {
  const { store, written, letRead } = keptStore(['a', 'b'], (name) =>
    name === 'a' ? new Map() : kept(name),
  )
  const opening = open(store)
  await letRead('a')
  await vi.waitFor(() => expect(written).toEqual([]))
  await letRead('b')
  const worlds = await opening
  expect([[...new Set(written)], namesOf(worlds.list())]).toEqual([['default'], ['b', 'default']])
  await worlds.close()
})

test('closing while worlds are being opened opens no more of them', async () => {
  const { store, loads, letRead } = keptStore(['a', 'b', 'default'])
  const worlds = await open(store)
  const closing = worlds.close()
  await letRead('a')
  await closing
  expect([loads, namesOf(worlds.list())]).toEqual([['default', 'a'], ['default']])
})

test('while it closes, a world that is there and not open is no world that is not there', async () => {
  const { store, loads, letRead } = keptStore(['a', 'b', 'default'])
  await using server = await startFake({ store, early: true })
  const underWay = server.call('GET', '/w/b/fake/v1/things', { key: keyOf('b') })
  await vi.waitFor(() => expect(loads).toContain('b'))
  const closing = server.worlds.close()
  await letRead('b')
  await letRead('a')
  await closing
  const later = server.call('GET', '/w/b/fake/v1/things', { key: keyOf('b') })
  for (const { body } of [await underWay, await later])
    expect(JSON.stringify(body)).toContain('the simulator is stopping: ask again')
})

test('a call to a world that is not open yet is answered once it is', async () => {
  const { store, letRead } = keptStore(['a', 'b', 'default'])
  await using server = await startFake({ store, early: true })
  const call = server.call('GET', '/w/b/fake/v1/things', { key: keyOf('b') })
  await letRead('b')
  expect((await call).body).toMatchObject({ things: [{ colour: 'green' }] })
  expect(server.worlds.get('a')).toBeUndefined()
  await letRead('a')
  await server.worlds.openAll()
})

test('a credential leads to a world that is not open yet', async () => {
  const { store, letRead } = keptStore(['a', 'b', 'default'])
  const asked: string[] = []
  const worldOf = async (key: string) => {
    asked.push(key)
    return 'b'
  }
  await using server = await startFake({ store: { ...store, worldOf }, early: true })
  const call = server.call('GET', '/fake/v1/things', { key: keyOf('b') })
  await letRead('b')
  expect((await call).status).toBe(200)
  expect(server.worlds.get('b')?.journal.list()).toHaveLength(1)
  expect(asked).toEqual([`${SLUG}/${keyOf('b')}`])
  await letRead('a')
  await server.worlds.openAll()
})

test('a credential leads to a world that is on its way, which the store does not tell of', async () => {
  const { store, letRead } = keptStore(['b', 'default'])
  await using server = await startFake({ store, early: true })
  const opened = server.worlds.open('b')
  const call = server.call('GET', '/fake/v1/things', { key: keyOf('b') })
  await letRead('b')
  expect((await call).status).toBe(200)
  expect(server.worlds.get('b')).toBe(await opened)
  expect(server.worlds.get('b')?.journal.list()).toHaveLength(1)
})

test('a credential of no world leads to default, also before all worlds are open', async () => {
  const { store, letRead } = keptStore(['a', 'default'])
  await using server = await startFake({ store, early: true })
  const call = server.call('GET', '/fake/v1/things', { key: 'nobodys' })
  await letRead('a')
  expect((await call).status).toBe(403)
  expect(server.journal.list()).toHaveLength(1)
})

test('before all worlds are open, too, a credential leads to the one that had it first', async () => {
  const shared = { provider: SLUG, kind: 'api-key', secret: 'shared-key' } as const
  const { store, letRead } = keptStore(['a', 'default', 'z'], (name) => {
    const records = kept(name)
    const claim = { default: 2, a: 1 }[name]
    const credential = claim === undefined ? shared : { ...shared, claim }
    records.get(credentials.name)?.set(credentials.key(credential), credential)
    return records
  })
  const worldOf = async () => 'z'
  await using server = await startFake({ store: { ...store, worldOf }, early: true })
  const call = server.call('GET', '/fake/v1/things', { key: 'shared-key' })
  await letRead('z')
  expect((await call).status).toBe(200)
  expect(server.worlds.get('z')?.journal.list()).toHaveLength(1)
  await letRead('a')
  await server.worlds.openAll()
})
