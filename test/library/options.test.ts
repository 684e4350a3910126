// Options that cannot be, a port that is taken, a simulator that is closed: each a clear error of a class of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as library from '../../src/index.ts'
import {
  ControlError,
  connect,
  createApp,
  ListenError,
  NoAnswer,
  OptionError,
  SimulatorClosed,
  StoreError,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { hasPostgres, newDatabase } from '../support/postgres.ts'

/** What a caller without types may write. */
const wrong = (options: object) => startSimulator(options as never)

test.each([
  [{ callbackURL: 'x' }, /no option "callbackURL": did you mean callbackUrl\? There are: provid/],
  [{ simulators: [] }, /no option "simulators"; there are: providers/],
  [{ provider: 'esim-go' }, /no option "provider": did you mean providers\?/],
  [{ providers: ['esimgo'] }, /no provider "esimgo": did you mean esim-go\?/],
  [{ providers: [] }, /providers must be a list of one provider or more, and is \[\]/],
  [{ providers: ['esim-go', 'esim-go'] }, /the provider "esim-go" is chosen twice/],
  [{ providers: ['esim-go'], given: 'an active line' }, /no state "an active line"/],
  [{ providers: ['esim-go'], settings: { highland: {} } }, /no provider "highland"/],
  [{ settings: { esimgo: {} } }, /settings: there is no provider "esimgo": did you mean esim-go\?/],
  [{ settings: { 'esim-go': { ratelimit: 1 } } }, /"ratelimit": did you mean rateLimit\?/],
  [{ settings: { 'esim-go': { rateLimit: 'ten' } } }, /rateLimit must be a whole number/],
  [{ credentials: { esimgo: ['k'] } }, /credentials: there is no provider "esimgo"/],
  [{ stock: { esimgo: {} } }, /stock: there is no provider "esimgo"/],
  [{ seed: 7 }, /seed must be a text, and is 7/],
  [{ given: 'an asigned bundle' }, /did you mean "an assigned bundle"/],
  [{ clock: { at: 'noon' } }, /clock: at must be an instant, and is "noon"/],
  [{ clock: { mode: 'still' } }, /mode must be one of running, frozen, and is "still"/],
  [{ callbackUrl: 'localhost:4100' }, /did you mean http:\/\/localhost:4100\?/],
  [
    { callbackUrl: 'http://10.0.0.1/' },
    /nothing would reach .* policy: \{ allow: \['10.0.0.1'\] \}/,
  ],
  [{ callbackUrl: 'http://169.254.169.254/' }, /callbacks never go to linkLocal addresses/],
  [{ policy: { timout: 1 } }, /policy: there is no option "timout": did you mean timeout\?/],
  [{ store: 5 }, /store must be a folder, a postgres:\/\/ URL or a store, and is 5/],
  [
    { replicaUrl: 'here:1' },
    /replicaUrl must be a URL that starts with http:\/\/ or https:\/\/, and is "here:1"/,
  ],
  [{ idle: 0 }, /idle must be a number of ms above 0, and is 0/],
  [{ port: 70_000 }, /port must be a port from 1 to 65535/],
  [{ token: '' }, /token must be a text that is not empty/],
  [{ faults: {} }, /faults must be a list, and is \{\}/],
  [{ faults: [{ provider: 'esim-go', operation: 'x', kind: 'reset' }] }, /faults\[0\]/],
])('%j is refused, and says what to do', async (options, why) => {
  const refused = await wrong(options).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(OptionError)
  expect(String(refused)).toMatch(/^OptionError: startSimulator: /)
  expect(String(refused)).toMatch(why)
})

test('a host that is allowed is taken though nobody knows its address yet', async () => {
  const allowed = { callbackUrl: 'http://shop.test/', policy: { allow: ['shop.test'] } }
  await using sim = await startSimulator(allowed)
  expect((await sim.show()).targets).toMatchObject({ 'esim-go': { url: 'http://shop.test/' } })
})

test('an application has no port, and connect wants a URL', async () => {
  await expect(createApp({ port: 1 } as never)).rejects.toThrow(/it listens nowhere/)
  await expect(createApp({ sed: 'x' } as never)).rejects.toThrow(/createApp: .* mean seed\?/)
  await expect(connect('127.0.0.1:4010')).rejects.toThrow(OptionError)
  await expect(connect('http://127.0.0.1:1', { wordl: 'w' } as never)).rejects.toThrow(/mean world/)
})

test.each(['x', 42, [], [200, '500']])('a receiver cannot answer %j', async (answer) => {
  await expect(startReceiver({ answer } as never)).rejects.toThrow(
    /^startReceiver: answer must be a status from 200 to 599, a list of them, or a function/,
  )
})

test('a provider there is not has no base URL', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'] })
  const slug = 'highland' as 'esim-go'
  expect(() => sim.baseUrl(slug)).toThrow(
    new OptionError('baseUrl: there is no provider "highland"; there are: esim-go'),
  )
})

/** Whether something is a class of errors. */
const isErrorClass = (value: unknown): value is { readonly prototype: Error } =>
  typeof value === 'function' && value.prototype instanceof Error

test('every error has the name of its class, which is what a test runner shows', () => {
  const classes = Object.entries(library).filter(([, value]) => isErrorClass(value))
  expect(classes.map(([name]) => name)).toEqual(expect.arrayContaining(['NoAnswer', 'OptionError']))
  for (const [name, made] of classes)
    expect(Function.prototype.toString.call(made), name).toMatch(
      new RegExp(`\\bname = ["']${name}["']`),
    )
})

test('a clock that is not told how far to go is told so', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'] })
  const nowhere = [] as unknown as ['P1D']
  await expect(sim.clock.advance(...nowhere)).rejects.toThrow(/exactly one of "by" .* "to"/)
})

test('a port that is taken is an error with its code', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  onTestFinished(() => void other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const taken = {
    code: 'EADDRINUSE',
    port,
    message: /in use: .* leave the port out for a free one/,
  }
  for (const start of [startSimulator({ port }), startReceiver({ port })]) {
    const refused = await start.then(() => undefined).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ListenError)
    expect(refused).toMatchObject({ ...taken, message: expect.stringMatching(taken.message) })
  }
})

test('what is asked of a closed simulator is refused, and closing again does nothing', async () => {
  const sim = await startSimulator()
  const world = await sim.worlds.create({ name: 'w' })
  await Promise.all([sim.close(), sim.close()])
  await sim.close()
  for (const asked of [
    () => sim.sims(),
    () => sim.clock.advance('P1D'),
    () => sim.worlds.list(),
    () => world.show(),
    () => sim.fetch('http://sim/'),
    async () => sim.clock.now(),
    async () => sim.baseUrl('esim-go'),
    async () => sim.events()[Symbol.asyncIterator]().next(),
  ])
    await expect(asked(), String(asked)).rejects.toThrow(SimulatorClosed)
})

test('who connects where nothing answers, or with a wrong token, is told', async () => {
  await using sim = await startSimulator({ token: 'secret' })
  await expect(connect('http://127.0.0.1:1')).rejects.toThrow(NoAnswer)
  await expect(connect(sim.url)).rejects.toThrow(ControlError)
  await expect(connect(sim.baseUrl('esim-go'))).rejects.toThrow(
    /answered 404: give the URL of a sim/,
  )
  await expect(connect(sim.url, { token: 'secret', world: 'w' })).rejects.toThrow(/no world "w"/)
  const there = await connect(`${sim.url}/`, { token: 'secret' })
  expect(there.baseUrl('esim-go')).toBe(sim.baseUrl('esim-go'))
})

test('an application says where the others reach it, who share its database', async () => {
  const store = 'postgres://esim:pass-word@127.0.0.1:9/esim'
  await expect(createApp({ store })).rejects.toThrow(
    new OptionError(
      'createApp: the database may be shared: say in "replicaUrl" where the others reach this simulator',
    ),
  )
  await expect(createApp({ store, replicaUrl: 'http://here:1' })).rejects.toThrow(
    new StoreError(
      'cannot use postgres://127.0.0.1:9/esim: nothing answers there: is PostgreSQL running? (ECONNREFUSED)',
    ),
  )
})

test.skipIf(!hasPostgres)('simulators share the worlds of a database', async () => {
  const store = await newDatabase()
  await using one = await startSimulator({ store, idle: 1_000 })
  await using other = await startSimulator({ store })
  await one.worlds.create({ name: 'shared' })
  const clocks = async (sim: typeof one) =>
    (await sim.worlds.list()).map(({ name, clock }) => [name, clock.now])
  const client = await connect(other.url, { world: 'shared' })
  await client.clock.advance('P1D')
  const wanted = [
    ['default', '2026-01-01T00:00:00.000Z'],
    ['shared', '2026-01-02T00:00:00.000Z'],
  ]
  expect([await clocks(one), await clocks(other)]).toEqual([wanted, wanted])
})

test('a store is a folder, or one that is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  {
    await using sim = await startSimulator({ store: folder })
    await sim.worlds.create({ name: 'kept' })
    await expect(startSimulator({ store: folder })).rejects.toThrow(StoreError)
  }
  await using again = await startSimulator({ store: folder })
  expect((await again.worlds.list()).map(({ name }) => name)).toEqual(['default', 'kept'])
  await using inMemory = await startSimulator({ store: memoryStore() })
  expect((await inMemory.health()).worlds).toBe(1)
})
