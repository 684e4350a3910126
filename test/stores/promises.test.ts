// What every store promises, whatever it keeps its worlds in.
import { expect, test } from 'vitest'
import type { Records } from '../../src/state/collection.ts'
import { attached, begun, plain, type StoreKind, storeKinds, took } from '../support/store-kinds.ts'

const each = (kinds: readonly StoreKind[]) =>
  kinds.map((kind): [string, StoreKind] => [kind.name, kind])
const all = each(storeKinds)
const lasting = each(storeKinds.filter(({ lasts }) => lasts))

test.each(all)('the %s store knows no world at first', async (_, kind) => {
  await using place = await kind.place()
  const store = await place.open()
  expect(store.lasts).toBe(kind.lasts)
  expect(await store.list()).toEqual([])
  expect(await store.load('default')).toBeUndefined()
  expect(await store.worldOf('p/one')).toBeUndefined()
  expect(store.failure('default')).toBeUndefined()
  expect(store.flushed('default')).toBeUndefined()
})

test.each(all)(
  'with durability buffered the %s store keeps no reply waiting, and has failed at nothing',
  async (_, kind) => {
    await using place = await kind.place()
    const store = await place.open('buffered')
    const world = await begun(store)
    await world.write(['sims', '1', { state: 'active' }])
    world.write(['sims', '2', { state: 'active' }])
    expect(store.flushed('default')).toBeUndefined()
    expect(store.failure('default')).toBeUndefined()
  },
)

test.each(all)('a world removed from the %s store is gone', async (_, kind) => {
  await using place = await kind.place()
  const store = await place.open()
  await (await begun(store)).write(['sims', '1', { state: 'active' }])
  await store.remove('default')
  expect(await store.list()).toEqual([])
  expect(await store.load('default')).toBeUndefined()
})

test.each(lasting)(
  'what was written to the %s store is there after a stop, and what was deleted is not',
  async (_, kind) => {
    await using place = await kind.place()
    const first = await place.open()
    const world = await begun(first)
    world.write(
      ['sims', '1', { state: 'active', name: 'é\n\u2028"' }],
      ['sims', '2', { state: 'ceased' }],
    )
    world.write(['sims', '2', undefined], ['orders', '__proto__', { n: 1 }])
    await first.close()

    const second = await place.open()
    const records = await took(second)
    expect(records?.get('sims')).toEqual(new Map([['1', { state: 'active', name: 'é\n\u2028"' }]]))
    expect(records?.get('orders')?.get('__proto__')).toEqual({ n: 1 })
  },
)

test.each(lasting)('what was written to the %s store is there after a kill', async (_, kind) => {
  await using place = await kind.place()
  const world = await begun(await place.open())
  await world.write(['sims', '1', { state: 'active' }])
  await world.write(['sims', '1', { state: 'ceased' }])
  expect(plain(await place.peek('default'))).toEqual({ sims: { 1: { state: 'ceased' } } })
})

test.each(lasting)(
  'the %s store keeps what a world was made with, with its first change',
  async (_, kind) => {
    await using place = await kind.place()
    const made: Records = new Map([['clock', new Map([['clock', { at: 0 }]])]])
    const world = await begun(await place.open(), 'default', made)
    await world.write(['sims', '1', { n: 1 }])
    const kept = { clock: { clock: { at: 0 } }, sims: { 1: { n: 1 } } }
    expect(plain(await place.peek('default'))).toEqual(kept)
  },
)

test.each(lasting)('a world of the %s store goes on where it was stopped', async (_, kind) => {
  await using place = await kind.place()
  for (let n = 0; n < 3; n += 1) {
    const store = await place.open()
    const world = await begun(store)
    expect(world.records.get('sims')?.size ?? 0).toBe(n)
    await world.write(['sims', String(n), { n }])
    await store.close()
  }
  const kept = { sims: { 0: { n: 0 }, 1: { n: 1 }, 2: { n: 2 } } }
  expect(plain(await place.peek('default'))).toEqual(kept)
})

test.each(lasting)(
  'a reset replaces all that the %s store kept, with what was pending, and later changes follow it',
  async (_, kind) => {
    await using place = await kind.place()
    const store = await place.open()
    const world = await begun(store)
    await world.write(['sims', '1', { n: 1 }])
    world.write(['sims', '2', { n: 2 }])
    world.records.clear()
    world.records.set('sims', new Map([['9', { n: 9 }]]))
    store.rewrite('default')
    await store.flushed('default')
    await world.write(['sims', '10', { n: 10 }])
    const kept = { sims: { 9: { n: 9 }, 10: { n: 10 } } }
    expect(plain(await place.peek('default'))).toEqual(kept)
    await store.close()
    expect(plain(await place.peek('default'))).toEqual(kept)
  },
)

test.each(lasting)(
  'worlds of the %s store are kept apart and listed, whatever their names',
  async (_, kind) => {
    await using place = await kind.place()
    const names = ['a', 'A', 'a.', '..', '.hidden', 'CI-42', '__proto__', 'constructor', 'a.log']
    names.push('con', 'NUL.x', 'x'.repeat(64), 'X'.repeat(64))
    const store = await place.open()
    for (const name of names) (await begun(store, name)).write(['me', 'name', { name }])
    await store.close()

    const again = await place.open()
    expect(new Set(await again.list())).toEqual(new Set(names))
    for (const name of names)
      expect(plain(await took(again, name))).toEqual({ me: { name: { name } } })
  },
)

test.each(lasting)(
  'a world removed from the %s store can be made anew, and nothing of the old one comes back',
  async (_, kind) => {
    await using place = await kind.place()
    const store = await place.open()
    await (await begun(store)).write(['sims', '1', { n: 1 }])
    await store.remove('default')
    await (await begun(store)).write(['sims', '2', { n: 2 }])
    expect(plain(await place.peek('default'))).toEqual({ sims: { 2: { n: 2 } } })
    await store.close()
    expect(plain(await place.peek('default'))).toEqual({ sims: { 2: { n: 2 } } })
  },
)

test.each(lasting)(
  'a world that the %s store is reading can neither be made anew nor be read twice',
  async (_, kind) => {
    await using place = await kind.place()
    const first = await place.open()
    await (await begun(first)).write(['sims', '1', { n: 1 }])
    await first.close()
    const store = await place.open()
    await store.leases?.take('default')
    const loaded = store.load('default')
    expect(() => attached(store)).toThrow('world default is being loaded')
    await expect(store.load('default')).rejects.toThrow('world default is open already')
    const world = attached(store, 'default', await loaded)
    await expect(store.load('default')).rejects.toThrow('world default is open already')
    await world.write(['sims', '2', { n: 2 }])
    const kept = { sims: { 1: { n: 1 }, 2: { n: 2 } } }
    expect(plain(await place.peek('default'))).toEqual(kept)
  },
)

test.each(lasting)(
  'the %s store keeps nothing of a world whose records nobody told of: a part of it would be',
  async (_, kind) => {
    await using place = await kind.place()
    const store = await place.open()
    await took(store)
    const change = { collection: 'sims', key: '1', before: undefined, after: { n: 1 } }
    expect(() => store.commit('default', [change])).toThrow('was not attached to its store')
    await store.close()
    expect(await place.peek('default')).toBeUndefined()
  },
)

test.each(lasting)('the %s store takes no commit when it is closed', async (_, kind) => {
  await using place = await kind.place()
  const store = await place.open()
  const world = await begun(store)
  await world.write(['sims', '1', { n: 1 }])
  await store.close()
  await expect(world.write(['sims', '2', { n: 2 }])).rejects.toThrow('is closed')
  expect(plain(await place.peek('default'))).toEqual({ sims: { 1: { n: 1 } } })
})

test.each(lasting)(
  'a world of the %s store that was set aside is not there, and its name is free',
  async (_, kind) => {
    await using place = await kind.place()
    const first = await place.open()
    await (await begun(first)).write(['sims', '1', { n: 1 }])
    await first.close()
    const store = await place.open()
    await took(store)
    expect(await store.setAside('default')).not.toEqual([])
    expect(await store.list()).toEqual([])
    await (await begun(store)).write(['sims', '5', { n: 5 }])
    expect(store.livesOf('default')).toBeGreaterThan(0)
    expect(plain(await place.peek('default'))).toEqual({ sims: { 5: { n: 5 } } })
  },
)

test.each(lasting)('the %s store knows how many lives a removed world had', async (_, kind) => {
  await using place = await kind.place()
  const first = await place.open()
  await (await begun(first)).write(['sims', '1', { n: 1 }])
  await first.noteLives('default', 3)
  await first.noteLives('default', 2)
  expect(first.livesOf('default')).toBe(3)
  await first.remove('default')
  await first.close()
  const second = await place.open()
  await begun(second)
  expect(second.livesOf('default')).toBe(3)
  await begun(second, 'other')
  expect(second.livesOf('other')).toBe(0)
})

const credential = (secret: string, claim?: number) => ({ provider: 'p', secret, claim })
/** A change of the credential of that secret. */
const held = (secret: string, claim?: number): [string, string, object] => [
  'credentials',
  `p/${secret}`,
  credential(secret, claim),
]

test.each(lasting)(
  'the %s store finds the world of a credential, and leaves those that are open to their records',
  async (_, kind) => {
    await using place = await kind.place()
    const first = await place.open()
    const a = await begun(first, 'a')
    await a.write(held('made'), held('revoked'), held('nul\0"\\'))
    await a.write(['credentials', 'p/revoked', undefined], held('later'))
    const b = await begun(first, 'b')
    await b.write(held('before'))
    b.records.set('credentials', new Map([['p/after', credential('after')]]))
    first.rewrite('b')
    await b.write(held('since'))
    expect(await first.worldOf('p/made')).toBeUndefined()
    await first.close()

    const store = await place.open()
    const worldsOf = (...secrets: string[]) =>
      Promise.all(secrets.map((secret) => store.worldOf(`p/${secret}`)))
    expect(await worldsOf('made', 'later', 'nul\0"\\', 'after', 'since')).toEqual([
      'a',
      'a',
      'a',
      'b',
      'b',
    ])
    expect(await worldsOf('revoked', 'before', 'unknown', '__proto__')).toEqual(
      Array(4).fill(undefined),
    )
    await took(store, 'a')
    expect(await worldsOf('made', 'after')).toEqual([undefined, 'b'])
    await took(store, 'b')
    await store.remove('b')
    expect(await worldsOf('after')).toEqual([undefined])
  },
)

test.each(lasting)(
  'of several worlds of the %s store that hold a credential it is the one that had it first',
  async (_, kind) => {
    await using place = await kind.place()
    const first = await place.open()
    for (const [name, claim] of [
      ['a', 2],
      ['b', 1],
      ['z', 0],
      ['y', 0],
    ] as const)
      await (await begun(first, name)).write(held('shared', claim || undefined))
    await first.close()
    const store = await place.open()
    for (const name of ['y', 'z', 'b', 'a']) {
      expect(await store.worldOf('p/shared')).toBe(name)
      await took(store, name)
    }
    expect(await store.worldOf('p/shared')).toBeUndefined()
  },
)

test('the same history leaves the same records in every store', async () => {
  const found: unknown[] = []
  for (const [, kind] of lasting) {
    await using place = await kind.place()
    let seed = 7
    const dice = (sides: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % sides
    }
    let store = await place.open()
    let world = await begun(store)
    for (let n = 0; n < 600; n += 1) {
      const changes = Array.from({ length: 1 + dice(4) }, () => {
        const value = dice(3) === 0 ? undefined : { n, of: dice(1_000) }
        return [`c${dice(3)}`, `k${dice(40)}`, value] as [string, string, object | undefined]
      })
      const distinct = new Map(changes.map((change) => [`${change[0]} ${change[1]}`, change]))
      world.write(...distinct.values())
      if (n % 97 === 50) {
        world.records.get('c2')?.clear()
        store.rewrite('default')
      }
      if (n % 150 !== 149) continue
      await store.close()
      store = await place.open()
      world = await begun(store)
    }
    await store.close()
    const kept = plain(await place.peek('default'))
    expect(kept).toEqual(plain(world.records))
    found.push(kept)
  }
  for (const kept of found) expect(kept).toEqual(found[0])
})
