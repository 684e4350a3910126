// Requests counted before they are read, what a refusal sets going, and bodies that are not UTF-8.
import { expect, test } from 'vitest'
import type { Simulator } from '../../src/simulators/simulator.ts'
import { defineCollection } from '../../src/state/collection.ts'
import { messages } from '../../src/state/messages.ts'
import { Refusal } from '../../src/state/refusal.ts'
import { count, fields, text } from '../../src/state/shape.ts'
import type { World } from '../../src/state/world.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { StoreError } from '../../src/stores/store.ts'
import { fake, SLUG, things } from '../support/fake-provider.ts'
import { startFake } from '../support/fake-server.ts'

interface Count {
  readonly caller: string
  readonly seen: number
}

const counts = defineCollection<Count>({
  name: 'fake.counts',
  key: ({ caller }) => caller,
  shape: fields<Count>({ caller: text, seen: count }),
})

/** Lets two requests in. */
const counting: Simulator = {
  ...fake,
  requests: {
    count(caller, world) {
      const seen = (world.in(counts).get(caller)?.seen ?? 0) + 1
      world.transaction(() => world.in(counts).put({ caller, seen }))
      const headers = { 'X-Seen': String(seen) }
      return seen > 2
        ? { headers, refusal: new Refusal('busy', `${seen} are too many`) }
        : { headers }
    },
  },
}

const seenIn = (world: World) => [...world.in(counts).values()]
const make = { json: { colour: 'red' } }

test('a count stays though the request it counts is refused, and its header goes with every reply', async () => {
  await using server = await startFake({ simulator: counting })
  const refused = await server.call('POST', '/fake/v1/things', { json: { colour: 'grey' } })
  expect([refused.status, refused.headers.get('x-seen')]).toEqual([400, '1'])
  expect(seenIn(server.world)).toEqual([{ caller: expect.stringContaining('127.0.0.1'), seen: 1 }])
  const unknown = await server.call('GET', '/fake/v1/nothing')
  expect([unknown.status, unknown.headers.get('x-seen')]).toEqual([404, '2'])
})

test('a request that is turned away is not read, and the journal tells why', async () => {
  await using server = await startFake({ simulator: counting })
  for (let call = 0; call < 2; call += 1)
    expect((await server.call('POST', '/fake/v1/things', make)).status).toBe(201)
  const away = await server.call('POST', '/fake/v1/things', { ...make, key: null })
  expect(away.body).toEqual({ code: 'busy', reason: '3 are too many' })
  expect(away.headers.get('x-seen')).toBe('3')
  expect(server.world.in(things).size).toBe(2)
  expect(server.journal.list()[0]).toMatchObject({
    operation: 'makeThing',
    refusal: { code: 'busy', reason: '3 are too many' },
  })
})

test('a request that is turned away is told so on a path or with a method that there is not, too', async () => {
  await using server = await startFake({ simulator: counting })
  for (let call = 0; call < 2; call += 1) await server.call('GET', '/fake/v1/things')
  expect((await server.call('GET', '/fake/v1/nothing')).body).toEqual({
    code: 'busy',
    reason: '3 are too many',
  })
  expect((await server.call('PATCH', '/fake/v1/things')).body).toEqual({
    code: 'busy',
    reason: '4 are too many',
  })
})

test('the header goes with a body that is rendered after the commit, too', async () => {
  await using server = await startFake({ simulator: counting })
  expect((await server.call('GET', '/fake/v1/text')).headers.get('x-seen')).toBe('1')
})

test('a count that cannot be kept is a refusal', async () => {
  let broken = false
  const store = {
    ...memoryStore(),
    failure: () => (broken ? new StoreError('the disk is full') : undefined),
  }
  await using server = await startFake({ simulator: counting, store })
  broken = true
  expect((await server.call('GET', '/fake/v1/things')).body).toEqual({
    code: 'writes-refused',
    reason: 'the disk is full',
  })
})

test('what a refusal sets going is kept, and what the request did is not', async () => {
  const telling: Simulator = {
    ...fake,
    requests: {
      afterRefusal(refusal, world) {
        world.in(messages).put({
          id: 1,
          provider: SLUG,
          at: world.now,
          channel: 'email',
          to: 'someone',
          text: refusal.message,
        })
      },
    },
  }
  await using server = await startFake({ simulator: telling })
  expect((await server.call('POST', '/fake/v1/things', { json: { colour: 'grey' } })).status).toBe(
    400,
  )
  expect(server.world.in(things).size).toBe(0)
  expect(server.world.in(messages).get('1')?.text).toBe('nothing is grey')
})

test('a refusal is answered though what it sets going fails, and that is reported', async () => {
  const failing: Simulator = {
    ...fake,
    requests: {
      afterRefusal(_refusal, world) {
        world.in(things).put({ id: 'half', serial: 1, colour: 'red', madeAt: 0 })
        throw new Error('nobody to tell')
      },
    },
  }
  await using server = await startFake({ simulator: failing })
  expect(
    (await server.call('POST', '/fake/v1/things', { json: { colour: 'grey' } })).body,
  ).toMatchObject({ reason: 'nothing is grey' })
  expect(server.world.in(things).size).toBe(0)
  expect(server.reports.join()).toContain('nobody to tell')
})

test('a body that is not UTF-8 is refused, and one that is comes through whole', async () => {
  await using server = await startFake()
  const head = { 'Content-Type': 'application/json' }
  const body = (bytes: number[]) =>
    new Uint8Array([...Buffer.from('{"colour":"red","note":"'), ...bytes, ...Buffer.from('"}')])
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
    const refused = await server.call('POST', '/fake/v1/things', {
      raw: body(bytes),
      headers: head,
    })
    expect(refused.body).toEqual({ code: 'malformed-body', reason: 'the body is not UTF-8' })
  }
  expect(server.world.in(things).size).toBe(0)
  expect(
    (await server.call('POST', '/fake/v1/things', { raw: body([0xe2, 0x82, 0xac]), headers: head }))
      .status,
  ).toBe(201)
  expect(server.journal.list()[0]?.requestBody).toContain('€')
})
