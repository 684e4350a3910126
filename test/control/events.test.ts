// What happens in a world, as it happens: server-sent events over real connections.
import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import { streamNews } from '../../src/control/stream.ts'
import {
  type RunningSimulator,
  type StreamEvent,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { openSimulator } from '../../src/library/open-simulator.ts'
import { FEED_LENGTH, MOST_LISTENERS } from '../../src/server/feed.ts'
import { ATTEMPTS_KEPT } from '../../src/state/callbacks.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'

/** A callback that has much to say. */
const CALLBACK = {
  provider: 'esim-go',
  type: 'Utilisation',
  state: 'unsent' as const,
  attempts: 0,
  reason: 'x'.repeat(500),
}

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const ask = (sim: RunningSimulator) =>
  send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })

/** How many eSIMs an order has: each is told of. */
const ORDERED = 500

async function order(sim: RunningSimulator): Promise<number> {
  const line = { type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: ORDERED }
  const json = { type: 'transaction', assign: true, order: [line] }
  const { status } = await send('POST', `${sim.baseUrl('esim-go')}/orders`, { json, headers: KEY })
  return status
}

/** A listener of its own connection, and what it has heard. */
interface Heard extends AsyncDisposable {
  readonly events: StreamEvent[]
  readonly text: string
  /** Resolves when something was heard. */
  until(isHeard: (events: readonly StreamEvent[]) => boolean): Promise<void>
  readonly ended: Promise<void>
}

function eventIn(block: string): StreamEvent | undefined {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
  const data = field('data')
  // Every stream begins with it.
  if (data === undefined || field('event') === 'open') return undefined
  return { name: field('event'), id: field('id'), data: JSON.parse(data) } as StreamEvent
}

async function listen(
  sim: RunningSimulator,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const events: StreamEvent[] = []
  const watchers = new Set<() => void>()
  let text = ''
  let rest = ''
  const asked = request(`${sim.url}/_sim/events${query}`, { headers, agent: false })
  const ended = new Promise<void>((done) => {
    asked.on('close', done)
    asked.on('error', () => done())
  })
  const hear = (part: string) => {
    text += part
    const blocks = (rest + part).split('\n\n')
    rest = blocks.pop() ?? ''
    events.push(...blocks.flatMap((block) => eventIn(block) ?? []))
    for (const watch of watchers) watch()
  }
  await new Promise<void>((ready, fail) => {
    asked.on('response', (answer) => {
      answer.on('error', () => {})
      answer.setEncoding('utf8').on('data', (part: string) => {
        hear(part)
        ready()
      })
    })
    asked.on('error', fail)
    asked.end()
  })
  onTestFinished(() => void asked.destroy())
  return {
    events,
    get text() {
      return text
    },
    until: (isHeard) =>
      new Promise((done) => {
        const watch = () => {
          if (!isHeard(events)) return
          watchers.delete(watch)
          done()
        }
        watchers.add(watch)
        watch()
      }),
    ended,
    async [Symbol.asyncDispose]() {
      asked.destroy()
      await ended
    },
  }
}

const names = (events: readonly StreamEvent[]) => events.map(({ name }) => name)

test('an eSIM that is used tells what was written, what happened, and what became of the callbacks', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const heard = await listen(sim)
  const [esim] = await sim.sims('esim-go')
  await sim.device(esim?.iccid ?? '').attach('GB')
  await heard.until((events) =>
    events.some(({ name, data }) => name === 'callback' && data.callback.state === 'delivered'),
  )
  expect(names(heard.events)).toEqual([
    ...['change', 'event', 'event', 'callback'],
    ...['change', 'callback'],
  ])
  const [written, happened, , queued, , attempted] = heard.events
  expect(written?.data).toMatchObject({
    at: '2026-01-01T00:00:00.000Z',
    changes: expect.arrayContaining([
      { collection: 'sims', key: `esim-go/${esim?.iccid}`, kind: 'changed' },
    ]),
    more: 0,
  })
  expect(happened?.data).toMatchObject({
    type: 'sim.attached',
    provider: 'esim-go',
    iccid: esim?.iccid,
  })
  expect(queued?.data).toMatchObject({
    what: 'queued',
    callback: { state: 'pending', attempts: 0 },
  })
  expect(attempted?.data).toMatchObject({
    what: 'attempted',
    callback: { type: 'FirstAttachment', attempts: 1, status: 200 },
  })
})

test('the clock tells how it goes, an advance when it begins and ends, a reset that it was one', async () => {
  await using sim = await startSimulator()
  const heard = await listen(sim, '?types=clock,world')
  await sim.clock.advance('P1D')
  await sim.clock.resume(60)
  await sim.clock.freeze()
  await sim.rewind(1)
  await sim.reset()
  await heard.until((events) => names(events).filter((name) => name === 'world').length === 2)
  expect(heard.events.slice(0, 4).map(({ data }) => data)).toMatchObject([
    {
      advance: { step: 'begins', from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
    },
    { advance: { step: 'ends', to: '2026-01-02T00:00:00.000Z', fired: 0 } },
    { mode: 'running', rate: 60 },
    { mode: 'frozen' },
  ])
  expect(heard.events.filter(({ name }) => name === 'world').map(({ data }) => data)).toMatchObject(
    [{ what: 'went-back' }, { what: 'reset' }],
  )
})

test('exchanges are told by a short line, and nothing that is told holds a secret', async () => {
  await using sim = await startSimulator()
  const heard = await listen(sim)
  await ask(sim)
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: { 'X-API-Key': 'bad-key' } })
  const token = await send<{ access_token: string }>('POST', `${sim.url}/wholesale/oauth/token`, {
    raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  await heard.until((events) => events.length >= 4)
  expect(heard.events[0]).toMatchObject({
    name: 'exchange',
    data: { id: 1, provider: 'esim-go', operation: 'listEsims', method: 'GET', status: 200 },
  })
  expect(heard.events[1]?.data).toMatchObject({ refused: 'unauthorized' })
  expect(heard.events[2]?.data).toMatchObject({
    changes: [{ collection: 'credentials', key: 'wholesale/[redacted]', kind: 'created' }],
  })
  for (const secret of ['test-esim-go-key', 'bad-key', 'test-secret', token.body.access_token])
    expect(heard.text).not.toContain(secret)
})

test('who comes back hears what came in between, by the header or the query', async () => {
  await using sim = await startSimulator()
  const first = await listen(sim, '?types=exchange')
  await ask(sim)
  await first.until((events) => events.length === 1)
  const id = first.events[0]?.id ?? ''
  await first[Symbol.asyncDispose]()
  await ask(sim)
  await ask(sim)
  for (const again of [
    await listen(sim, '?types=exchange', { 'Last-Event-ID': id }),
    await listen(sim, `?types=exchange&after=${id}`),
  ]) {
    await again.until((events) => events.length === 2)
    expect(again.events.map(({ data }) => data)).toMatchObject([{ id: 2 }, { id: 3 }])
  }
})

test('who comes back to what is no longer kept, or to another world, is told of the gap', async () => {
  await using sim = await startSimulator({ stock: { 'esim-go': { balance: 1_000_000 } } })
  const first = await listen(sim)
  await ask(sim)
  await first.until((events) => events.length === 1)
  const id = first.events[0]?.id ?? ''
  await first[Symbol.asyncDispose]()
  for (let told = 0; told <= FEED_LENGTH; told += ORDERED) expect(await order(sim)).toBe(200)
  for (const after of [id, 'zzz-1', 'nonsense']) {
    const again = await listen(sim, '', { 'Last-Event-ID': after })
    await ask(sim)
    await again.until((events) => events.length === 2)
    expect(again.events[0]).toMatchObject({ name: 'gap', data: { after } })
    expect(again.events[1]).toMatchObject({ name: 'exchange' })
  }
  expectProblem(
    await call(sim.url, '/_sim/events?after=nonsense'),
    400,
    /"nonsense" is no id of an event/,
  )
})

test('a type there is not is refused, and HEAD is answered', async () => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, '/_sim/events?types=callbacks'), 400, /give change, callback/)
  const head = await fetch(`${sim.url}/_sim/events`, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
})

test('the stream is guarded like the rest, and of its world alone', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  expectProblem(await call(sim.url, '/_sim/events'), 401, /token/)
  const headers = { Authorization: 'Bearer a-secret' }
  expectProblem(
    await call(sim.url, '/_sim/events', { headers: { ...headers, Origin: 'https://x.example' } }),
    403,
    /pages of/,
  )
  expectProblem(
    await call(sim.url, '/w/nowhere/_sim/events', { headers }),
    404,
    /no world "nowhere"/,
  )
  await sim.control.call('createWorld', { body: { name: 'w' } })
  const other = await listen(sim, '?types=clock', { ...headers, 'X-Sim-World': 'w' })
  await sim.clock.advance('P1D')
  await worldClient({ url: sim.url, world: 'w', token: 'a-secret' }).clock.advance('P2D')
  await other.until((events) => events.length === 2)
  expect(other.events[1]?.data).toMatchObject({ at: '2026-01-03T00:00:00.000Z' })
})

test('the stream ends with its world and with the simulator, and says so', async () => {
  const sim = await startSimulator()
  await sim.control.call('createWorld', { body: { name: 'w' } })
  const ofWorld = await listen(sim, '', { 'X-Sim-World': 'w' })
  const ofDefault = await listen(sim)
  await sim.control.call('removeWorld', { path: { name: 'w' } })
  await ofWorld.ended
  expect(ofWorld.events).toMatchObject([{ name: 'end', data: { why: 'the world was removed' } }])
  await sim.close()
  await ofDefault.ended
  expect(ofDefault.events).toMatchObject([
    { name: 'end', data: { why: 'the simulator is stopping' } },
  ])
})

test('more than so many may not listen to one world; who has gone leaves room', async () => {
  await using sim = await startSimulator()
  const all = await Promise.all(Array.from({ length: MOST_LISTENERS }, () => listen(sim)))
  expectProblem(await call(sim.url, '/_sim/events'), 409, /200 listen to this world already/)
  await all[0]?.[Symbol.asyncDispose]()
  await expect
    .poll(async () => (await fetch(`${sim.url}/_sim/wait?for=event&timeout=0s`)).status)
    .toBe(200)
  await Promise.all(all.map((each) => each[Symbol.asyncDispose]()))
})

/** A connection that asks for the stream, and reads nothing of it. */
async function deaf(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.pause()
  await new Promise<void>((done) =>
    socket.write('GET /_sim/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', () => done()),
  )
  return socket
}

test('of 100 listeners the one that does not read is cut off with a reason; the others miss nothing', async () => {
  const reports: string[] = []
  await using sim = await startSimulator({
    stock: { 'esim-go': { balance: 1_000_000 } },
    report: (sentence) => reports.push(sentence),
  })
  const readers = await Promise.all(
    Array.from({ length: 99 }, () => listen(sim, '?types=exchange')),
  )
  const slow = await deaf(sim.port)
  let orders = 0
  while (reports.length === 0 && orders < 200) {
    expect(await order(sim)).toBe(200)
    orders += 1
  }
  expect(reports).toMatchObject([
    expect.stringMatching(/^a listener to .* "default" was cut off: it did not read for \d+ ms/),
  ])
  let heard = ''
  slow.on('data', (part: Buffer) => {
    heard += part.toString()
  })
  const closed = new Promise((done) => slow.once('close', done))
  slow.resume()
  await closed
  expect(heard.slice(-1000)).toMatch(/event: end\ndata: .*you were cut off: it did not read/)

  for (const reader of readers) {
    await reader.until((events) => events.length === orders)
    expect(new Set(names(reader.events))).toEqual(new Set(['exchange']))
  }
}, 120_000)

test('what waits for a listener that does not read is no more than a piece, however much happens', async () => {
  const sim = await openSimulator({ report: () => {} })
  const hosted = sim.worlds.get('default')
  if (!hosted) throw new Error('there is no default world')
  let response: ServerResponse | undefined
  const server = createServer((_request, answer) => {
    response = answer
    void streamNews({ server: sim, hosted, types: undefined, after: undefined }, answer)
  }).listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await sim.close()
  })
  await once(server, 'listening')
  await deaf((server.address() as AddressInfo).port)
  await expect.poll(() => response?.headersSent).toBe(true)

  let most = 0
  let told = 0
  while (response?.writableEnded === false && told < 5_000_000) {
    hosted.feed.tell(() =>
      Array.from({ length: 100 }, (_, at) => ({
        type: 'callback' as const,
        at: 0,
        what: 'unsent' as const,
        callback: { ...CALLBACK, id: `un_${told + at}` },
      })),
    )
    told += 100
    await new Promise((turn) => setImmediate(turn))
    most = Math.max(most, response.writableLength)
  }
  expect(response?.writableEnded).toBe(true)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThan(100_000)
})

test('a client iterates over what happens, and leaves', async () => {
  await using sim = await startSimulator()
  const seen: string[] = []
  const stop = new AbortController()
  const listening = (async () => {
    for await (const { name, data } of sim.events({
      types: ['exchange', 'clock'],
      signal: stop.signal,
    })) {
      if (name !== 'open') seen.push(name === 'exchange' ? `${data.method} ${data.status}` : name)
      if (seen.length === 3) break
    }
  })()
  await expect
    .poll(async () => {
      await ask(sim)
      return seen.length
    })
    .toBe(3)
  await listening
  expect(seen).toEqual(['GET 200', 'GET 200', 'GET 200'])
  const aborted = (async () => {
    for await (const _ of sim.events({ signal: stop.signal }));
    return 'over'
  })()
  stop.abort()
  expect(await aborted).toBe('over')
  await expect(async () => {
    const stranger = worldClient({ url: sim.url, world: 'nowhere' })
    for await (const _ of stranger.events());
  }).rejects.toMatchObject({ status: 404 })
})

test('an attempt is told as one also where the first ones are forgotten', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await sim.callbacks.send({ provider: 'esim-go', type: 'FirstAttachment' })
  await sim.clock.advance('PT0S')
  const [callback] = await sim.callbacks.list()
  const { id = '' } = callback ?? {}
  const state = structuredClone(await sim.state())
  const attempts = Array.from({ length: ATTEMPTS_KEPT }, () => ({ at: 0, status: 500 }))
  Object.assign(state.collections.callbacks?.[id] ?? {}, { attempts })
  await sim.restore(state)

  await using heard = await listen(sim, '?types=callback')
  await sim.callbacks.redeliver(id)
  await heard.until((events) => events.filter(({ name }) => name === 'callback').length === 2)
  expect(heard.events.map(({ data }) => data)).toMatchObject([
    { what: 'queued', callback: { id, attempts: ATTEMPTS_KEPT } },
    { what: 'attempted', callback: { id, attempts: ATTEMPTS_KEPT + 1, status: 200 } },
  ])
})
