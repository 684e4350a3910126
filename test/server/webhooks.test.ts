// Bodies of callbacks, held to the webhooks of their provider's specs when they are queued.
import { expect, test } from 'vitest'
import { readSpec } from '../../src/server/spec-files.ts'
import { callbackCheck, compileWebhooks } from '../../src/server/webhooks.ts'
import { reply } from '../../src/simulators/call.ts'
import { simulators } from '../../src/simulators/index.ts'
import type { Simulator } from '../../src/simulators/simulator.ts'
import {
  callbacks,
  type NewCallback,
  noteUnsent,
  queueCallback,
  unsentCallbacks,
} from '../../src/state/callbacks.ts'
import { defineTask } from '../../src/state/tasks.ts'
import { fake, fakeSpec, makeLater, SLUG, things } from '../support/fake-provider.ts'
import { type FakeServer, startFake } from '../support/fake-server.ts'

const RECEIVER = 'http://127.0.0.1:9/hook'
const wrong: NewCallback = { provider: SLUG, type: 'Made', body: { made: 'no uuid', extra: 1 } }

/** The fake provider, telling of every thing in a body that its spec does not have. */
const misspeaking: Simulator = {
  ...fake,
  handlers: {
    ...fake.handlers,
    makeThing(_call, world) {
      world.in(things).put({ id: 'a', serial: 1, colour: 'red', madeAt: world.now })
      queueCallback(world, wrong)
      return reply(201, { id: 'a', colour: 'red', madeAt: world.now })
    },
  },
}

const make = (server: FakeServer) =>
  server.call('POST', '/fake/v1/things', { json: { colour: 'red' } })

test('a callback that fits a webhook of the spec is queued', async () => {
  await using server = await startFake({ callbackUrl: RECEIVER })
  expect((await make(server)).status).toBe(201)
  expect([...server.world.in(callbacks).values()]).toMatchObject([{ type: 'Made' }])
})

test.each([RECEIVER, undefined])(
  'a callback that breaks the spec undoes the call that queued it, with a target of %s',
  async (callbackUrl) => {
    await using server = await startFake({
      simulator: misspeaking,
      ...(callbackUrl && { callbackUrl }),
    })
    const before = server.state()
    expect(await make(server)).toMatchObject({
      status: 500,
      body: {
        code: 'reply-violates-spec',
        reason: expect.stringMatching(
          /^the callback Made of fake would break the spec: thingMade: must NOT have additional properties: extra; /,
        ),
      },
    })
    expect(server.state()).toBe(before)
    expect(server.journal.list()[0]?.refusal).toMatchObject({ code: 'reply-violates-spec' })
  },
)

test('unchecked, a callback that breaks the spec is queued all the same', async () => {
  await using server = await startFake({
    simulator: misspeaking,
    checked: false,
    callbackUrl: RECEIVER,
  })
  expect((await make(server)).status).toBe(201)
  expect(server.world.in(callbacks).size).toBe(1)
})

test('a task that queues a callback that breaks the spec is dropped, and that is reported', async () => {
  const telling = defineTask({
    provider: SLUG,
    name: 'tell',
    perform(world) {
      world.in(things).put({ id: 'a', serial: 1, colour: 'red', madeAt: world.now })
      queueCallback(world, wrong)
    },
  })
  const simulator = { ...fake, tasks: [makeLater, telling] }
  await using server = await startFake({ simulator, callbackUrl: RECEIVER })
  const { world, runner } = server
  world.transaction(() => world.schedule(telling, world.now + 1000, {}))
  await runner.advance(world.now + 1000)
  expect([world.in(things).size, world.in(callbacks).size]).toEqual([0, 0])
  expect(server.reports.join()).toMatch(
    /^task fake\/tell of world default failed and was dropped: the callback Made of fake would/,
  )
})

test('a callback that is not sent is held to the spec where it has a body', async () => {
  await using server = await startFake()
  const { world } = server
  const unsent = { provider: SLUG, type: 'Made', reason: 'nobody wants it' }
  world.transaction(() => noteUnsent(world, unsent))
  expect(() =>
    world.transaction(() => noteUnsent(world, { ...unsent, body: '{"made":1}' })),
  ).toThrow(/^the callback Made of fake would break the spec: thingMade: made must be string; /)
  expect(world.in(unsentCallbacks).size).toBe(1)
})

const check = callbackCheck([fake], () => compileWebhooks(fakeSpec))
const problems = (type: string, body: object) =>
  check({ provider: SLUG, type, body: JSON.stringify(body) })
const UUID = '3a6e2e40-c674-45e9-b289-b35027bf72a9'

test('a callback fits one of the webhooks, or that which has the name of its type', () => {
  expect(problems('Made', { made: UUID })).toEqual([])
  expect(problems('Anything', { dropped: 'a' })).toEqual([])
  expect(problems('Dropped', { dropped: 'a' })).toEqual([])
  expect(problems('Dropped', { made: UUID })).toEqual([
    "Dropped: must have required property 'dropped'",
  ])
})

test('what is wrong is told for each webhook it might have been', () => {
  expect(problems('Made', { made: 'no uuid' })).toEqual([
    'thingMade: made must match format "uuid"',
    "Dropped: must have required property 'dropped'",
  ])
})

test('a spec without webhooks has no callbacks', () => {
  const none = callbackCheck([fake], () => compileWebhooks({ ...fakeSpec, webhooks: {} }))
  expect(none({ provider: SLUG, type: 'Made', body: '{}' })).toEqual(['the spec has no webhook'])
})

const tellers = simulators.filter((each) => each.callbacks !== undefined)

test.each(tellers)(
  '$slug: the examples of its webhooks fit them, and nothing else does',
  (teller) => {
    const real = callbackCheck([teller])
    const fits = (body: unknown) =>
      real({ provider: teller.slug, type: 'any', body: JSON.stringify(body) }).length === 0
    const examples = teller.mounts.flatMap(({ spec }) => examplesIn(readSpec(spec)))
    expect(examples.length).toBeGreaterThan(1)
    for (const example of examples) {
      expect(fits(example), JSON.stringify(example)).toBe(true)
      expect(fits({ ...example, undocumented: 1 }), JSON.stringify(example)).toBe(false)
    }
    expect(fits({})).toBe(false)
  },
)

/** The values of all examples of a document's webhooks. */
function examplesIn(document: object): object[] {
  const { webhooks = {} } = document as { webhooks?: object }
  return valuesAt(webhooks, 'examples').flatMap((examples) =>
    Object.values(examples as Record<string, { value: object }>).map(({ value }) => value),
  )
}

/** Whatever stands under a name, at any depth. */
function valuesAt(below: unknown, name: string): unknown[] {
  if (typeof below !== 'object' || below === null) return []
  return Object.entries(below).flatMap(([key, value]) =>
    key === name ? [value] : valuesAt(value, name),
  )
}
