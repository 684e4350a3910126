// What eSIM Go tells its customer's endpoint: which events, how they are signed, and how often they are tried.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { readSpec } from '../../../src/server/spec-files.ts'
import { compileWebhooks } from '../../../src/server/webhooks.ts'
import { type UnsentCallback, unsentCallbacks } from '../../../src/state/callbacks.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { revoke } from '../../support/esim-go-revoke.ts'
import {
  buy,
  esimWith,
  FR_1,
  GB_1,
  GB_UNLIMITED,
  GIGABYTE,
  onAir,
} from '../../support/esim-go-shop.ts'
import { type Arrival, listen, type TestReceiver } from '../../support/receiver.ts'

/** A callback's body, as far as any of them goes. */
interface Callback {
  readonly iccid: string
  readonly alertType: string
  readonly bundle?: Partial<Schemas['CallbackBundleV3']>
  readonly profileStatus?: string
  readonly timestamp?: string
}

const SIGNATURE = 'x-signature-sha256'
const PERCENT = GIGABYTE / 100

/** A simulator whose callbacks go to a receiver. */
async function connected(
  version?: number,
): Promise<{ sim: TestSim; receiver: TestReceiver<Callback> } & AsyncDisposable> {
  const sim = await startEsimGo()
  const receiver = await listen<Callback>()
  await sim.sendCallbacksTo(receiver.url, version)
  const dispose = async () => {
    await sim[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  return { sim, receiver, [Symbol.asyncDispose]: dispose }
}

/** What arrived of one kind, once everything due has left. */
async function arrived(
  sim: TestSim,
  receiver: TestReceiver<Callback>,
  alertType: string,
): Promise<Callback[]> {
  await sim.advance()
  return receiver.arrivals.map(({ body }) => body).filter((body) => body.alertType === alertType)
}

/** A `Utilisation` callback as it arrived. */
async function oneUtilisation(
  sim: TestSim,
  receiver: TestReceiver<Callback>,
): Promise<Arrival<Callback>> {
  await sim.device(await onAir(sim, GB_1)).use(20 * PERCENT)
  await sim.advance()
  const found = receiver.arrivals.find(({ body }) => body.alertType === 'Utilisation')
  if (!found) throw new Error('no Utilisation arrived')
  return found
}

/** When the attempts at a callback were made, in seconds of world time since it was queued. */
const attemptsAt = async (sim: TestSim) =>
  (await sim.callbacks()).map(({ queuedAt, attempts }) =>
    attempts.map(({ at }) => (Date.parse(at) - Date.parse(queuedAt)) / 1000),
  )

const webhooks = compileWebhooks(readSpec('esim-go.yaml'))

/** The callbacks that were due and not sent, oldest first. */
const unsent = (sim: TestSim): readonly UnsentCallback[] =>
  sim.world.in(unsentCallbacks).matching('noted', '')

/** Lets something happen to an eSIM that no call and no device brings about. */
function emit(sim: TestSim, event: { type: string; iccid: string; bundle: string }): void {
  sim.world.transaction(() => sim.world.emit({ ...event, provider: 'esim-go' }))
}

/** Everything that is told: the balance low and too low, and an eSIM installed, attached, used up, deleted. */
async function liveAWholeLife(sim: TestSim): Promise<void> {
  await sim.set({ lowBalance: 1049 })
  const device = sim.device(await onAir(sim, GB_1))
  await device.use(GIGABYTE)
  await device.disable()
  await device.delete()
  const unlimited = sim.device(await onAir(sim, GB_UNLIMITED))
  unlimited.use(1)
  await sim.post('/orders', { type: 'transaction', order: [{ item: GB_1, quantity: 1000 }] })
  await sim.advance()
}

test('ESG-007 version 3 says more about the bundle than version 2 does', async () => {
  await using third = await connected(3)
  await using second = await connected(2)
  const v3 = (await oneUtilisation(third.sim, third.receiver)).body.bundle ?? {}
  const v2 = (await oneUtilisation(second.sim, second.receiver)).body.bundle ?? {}
  expect(Object.keys(v2)).toEqual([
    'name',
    'initialQuantity',
    'remainingQuantity',
    'startTime',
    'endTime',
    'unlimited',
  ])
  expect(Object.keys(v3)).toEqual([
    'id',
    'reference',
    'name',
    'description',
    ...Object.keys(v2).slice(1),
  ])
})

test('ESG-008 version 3 is signed with an HMAC, version 2 is not signed', async () => {
  await using third = await connected(3)
  await using second = await connected(2)
  const v3 = await oneUtilisation(third.sim, third.receiver)
  const v2 = await oneUtilisation(second.sim, second.receiver)
  expect(v3.headers[SIGNATURE]).toMatch(/./)
  expect(v2.headers).not.toHaveProperty(SIGNATURE)
})

test('ESG-009 the version is switched for the organisation, and version 2 can still be had', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const device = sim.device(await onAir(sim, GB_1))
  await device.use(50 * PERCENT)
  await sim.advance()
  await sim.sendCallbacksTo(receiver.url, 2)
  await device.use(30 * PERCENT)
  const told = await arrived(sim, receiver, 'Utilisation')
  expect(told.map(({ bundle }) => bundle !== undefined && 'reference' in bundle)).toEqual([
    true,
    true,
    false,
  ])
})

test('ESG-010 when an eSIM uses data an event is sent to the URL the organisation has set', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const { method, path, headers, raw } = await oneUtilisation(sim, receiver)
  expect([method, path]).toEqual(['POST', '/callback'])
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': String(raw.length),
  })
  const { organisations } = (
    await sim.get<{ organisations: Schemas['Organisation'][] }>('/organisation')
  ).body
  expect(organisations[0]?.callbackUrl).toBe(receiver.url)
})

test('without a URL nothing is sent', async () => {
  await using sim = await startEsimGo()
  await liveAWholeLife(sim)
  expect(await sim.callbacks()).toEqual([])
})

test('without a URL it is noted what would have been sent, and how to set one', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.device(iccid).download()
  expect(unsent(sim)).toMatchObject([
    { type: 'ProfileStatusChange', iccid, reason: expect.stringMatching(/no callback URL is set/) },
  ])
  expect(JSON.parse(unsent(sim)[0]?.body ?? '')).toMatchObject({
    iccid,
    profileStatus: 'Downloaded',
  })
})

test('what happens to an eSIM that has left the account is not told, and it is noted why', async () => {
  await using context = await connected()
  const { sim } = context
  const iccid = await esimWith(sim, GB_1)
  await revoke(sim, iccid, GB_1)
  await sim.device(iccid).download()
  expect(await sim.callbacks()).toEqual([])
  expect(unsent(sim)).toMatchObject([
    { type: 'ProfileStatusChange', iccid, reason: 'the eSIM has left the account' },
  ])
  expect(JSON.parse(unsent(sim)[0]?.body ?? '')).toMatchObject({
    iccid,
    profileStatus: 'Downloaded',
  })
})

test.each([
  ['sim.first-used', 'FirstUse'],
  ['bundle.used-50', 'Utilisation'],
])('%s of a bundle that is gone cannot be told, and it is noted why', async (event, type) => {
  await using context = await connected()
  const { sim } = context
  const iccid = await esimWith(sim, GB_1)
  emit(sim, { type: event, iccid, bundle: 'gone' })
  expect(await sim.callbacks()).toEqual([])
  expect(unsent(sim)).toMatchObject([
    { type, iccid, reason: 'the bundle it would tell of is not on the eSIM any more' },
  ])
})

test('a profile that is the same in the words of the provider calls for no callback', async () => {
  await using context = await connected()
  const { sim } = context
  const device = sim.device(await esimWith(sim, GB_1))
  for (const step of [device.install, device.disable, device.delete]) await step()
  expect((await sim.callbacks()).map(({ type }) => type)).toEqual(
    Array(3).fill('ProfileStatusChange'),
  )
  expect(unsent(sim)).toEqual([])
})

test('what eSIM Go never tells is not noted as unsent', async () => {
  await using context = await connected()
  const { sim } = context
  const device = sim.device(await onAir(sim, GB_1))
  const before = unsent(sim).length
  await device.use(GIGABYTE)
  await device.detach()
  await sim.advance('P8D')
  expect(unsent(sim)).toHaveLength(before)
})

test('ESG-011 the event names the bundle the eSIM is using', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const iccid = await onAir(sim, FR_1, GB_1)
  await sim.device(iccid).use(PERCENT)
  const [told] = await arrived(sim, receiver, 'Utilisation')
  expect(told).toMatchObject({
    iccid,
    bundle: { name: GB_1, description: 'eSIM, 1GB, 7 Days, United Kingdom, V2' },
  })
})

test('ESG-012 the event tells how much data is left at its threshold, however much is used at once', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.device(await onAir(sim, GB_1)).use(60 * PERCENT + 1)
  const told = await arrived(sim, receiver, 'Utilisation')
  expect(told.map(({ bundle }) => bundle)).toMatchObject([
    { initialQuantity: GIGABYTE, remainingQuantity: 99 * PERCENT },
    { initialQuantity: GIGABYTE, remainingQuantity: 50 * PERCENT },
  ])
})

test('ESG-013 ESG-014 ESG-015 the signature is HMAC-SHA256 in base64 over the very bytes sent, under the API key', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await liveAWholeLife(sim)
  expect(receiver.arrivals.length).toBeGreaterThan(6)
  for (const { headers, raw } of receiver.arrivals) {
    expect(headers[SIGNATURE]).toBe(createHmac('sha256', sim.key).update(raw).digest('base64'))
  }
})

test('ESG-015 one byte more or less breaks the signature', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const { headers, raw } = await oneUtilisation(sim, receiver)
  const sign = (bytes: Buffer) => createHmac('sha256', sim.key).update(bytes).digest('base64')
  expect(headers[SIGNATURE]).toBe(sign(raw))
  expect(headers[SIGNATURE]).not.toBe(
    sign(Buffer.from(JSON.stringify(JSON.parse(raw.toString()), null, 1))),
  )
})

test('with signatureEncoding hex the signature is in hex', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.set({ signatureEncoding: 'hex' })
  const { headers, raw } = await oneUtilisation(sim, receiver)
  expect(headers[SIGNATURE]).toBe(createHmac('sha256', sim.key).update(raw).digest('hex'))
})

test('ESG-016 the body is JSON with the eSIM, the alert and the bundle', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.advance('PT1H')
  const iccid = await onAir(sim, GB_1)
  const reference = (await sim.get<Schemas['Order'][]>('/orders')).body[0]?.orderReference
  await sim.device(iccid).use(PERCENT)
  const [told] = await arrived(sim, receiver, 'Utilisation')
  expect(told).toEqual({
    iccid,
    alertType: 'Utilisation',
    bundle: {
      id: expect.stringMatching(/^\d{9}$/),
      reference: `${reference}-0`,
      name: GB_1,
      description: 'eSIM, 1GB, 7 Days, United Kingdom, V2',
      initialQuantity: GIGABYTE,
      remainingQuantity: 99 * PERCENT,
      startTime: '2026-01-01T01:00:00.000Z',
      endTime: '2026-01-08T01:00:00.000Z',
      unlimited: false,
    },
  })
})

test('ESG-017 a callback spells the bundle as the catalogue does', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const name = (await oneUtilisation(sim, receiver)).body.bundle?.name
  expect((await sim.get(`/catalogue/bundle/${name}`)).status).toBe(200)
  expect((await sim.get(`/catalogue/bundle/${name?.toUpperCase()}`)).status).toBe(400)
})

test.each([200, 204])(
  'ESG-018 a receiver that answers %i has received the event, and it is not sent again',
  async (status) => {
    await using context = await connected()
    const { sim, receiver } = context
    receiver.answer = status
    await oneUtilisation(sim, receiver)
    const count = receiver.arrivals.length
    await sim.advance('P1D')
    expect(receiver.arrivals).toHaveLength(count)
    for (const { state, attempts } of await sim.callbacks())
      expect([state, attempts.length]).toEqual(['delivered', 1])
  },
)

test('utilisation is told at 1, 50, 80 and 100 percent, in order, each once', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const device = sim.device(await onAir(sim, GB_1))
  for (let percent = 1; percent <= 100; percent += 1) await device.use(PERCENT)
  const told = await arrived(sim, receiver, 'Utilisation')
  expect(told.map(({ bundle }) => 100 - (bundle?.remainingQuantity ?? 0) / PERCENT)).toEqual([
    1, 50, 80, 100,
  ])
})

test('a threshold is told when it is reached, not a byte before', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const device = sim.device(await onAir(sim, GB_1))
  await device.use(PERCENT - 1)
  expect(await arrived(sim, receiver, 'Utilisation')).toHaveLength(0)
  await device.use(1)
  expect(await arrived(sim, receiver, 'Utilisation')).toHaveLength(1)
})

test('one use that passes all thresholds tells them all', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.device(await onAir(sim, GB_1)).use(GIGABYTE)
  expect(await arrived(sim, receiver, 'Utilisation')).toHaveLength(4)
})

test('the next bundle is told of anew', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.device(await onAir(sim, GB_1, GB_1)).use(GIGABYTE + 50 * PERCENT)
  const ids = (await arrived(sim, receiver, 'Utilisation')).map(({ bundle }) => bundle?.id)
  expect(ids).toHaveLength(6)
  expect(new Set(ids.slice(0, 4)).size).toBe(1)
  expect(new Set(ids.slice(4)).size).toBe(1)
  expect(ids[4]).not.toBe(ids[0])
})

test('an unlimited bundle has no thresholds', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.device(await onAir(sim, GB_UNLIMITED)).use(500 * GIGABYTE)
  expect(await arrived(sim, receiver, 'Utilisation')).toEqual([])
  expect(await arrived(sim, receiver, 'FirstUse')).toMatchObject([
    { bundle: { name: GB_UNLIMITED, unlimited: true } },
  ])
})

test('FirstAttachment is told once', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).attach('FR')
  await sim.device(iccid).detach()
  await sim.device(iccid).attach('GB')
  expect(await arrived(sim, receiver, 'FirstAttachment')).toEqual([
    { iccid, alertType: 'FirstAttachment' },
  ])
})

test('FirstUse is told once, with the bundle, before its utilisation', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const iccid = await onAir(sim, GB_1, GB_1)
  await sim.device(iccid).use(GIGABYTE)
  await sim.device(iccid).use(1)
  expect(await arrived(sim, receiver, 'FirstUse')).toMatchObject([
    { iccid, bundle: { name: GB_1 } },
  ])
  const alerts = receiver.arrivals.map(({ body }) => body.alertType)
  expect(alerts.indexOf('FirstUse')).toBeLessThan(alerts.indexOf('Utilisation'))
})

test('ProfileStatusChange is told when the status in the words of the provider changes', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const iccid = await esimWith(sim, GB_1)
  const device = sim.device(iccid)
  for (const step of [
    device.download,
    device.install,
    device.disable,
    device.enable,
    device.disable,
    device.delete,
  ]) {
    await step()
    await sim.advance('PT1M')
  }
  const told = await arrived(sim, receiver, 'ProfileStatusChange')
  expect(told).toEqual([
    {
      iccid,
      alertType: 'ProfileStatusChange',
      profileStatus: 'Downloaded',
      timestamp: '2026-01-01T00:00:00.000Z',
    },
    {
      iccid,
      alertType: 'ProfileStatusChange',
      profileStatus: 'Installed',
      timestamp: '2026-01-01T00:01:00.000Z',
    },
    {
      iccid,
      alertType: 'ProfileStatusChange',
      profileStatus: 'Released',
      timestamp: '2026-01-01T00:05:00.000Z',
    },
  ])
})

test('buying, applying and asking tell nothing', async () => {
  await using context = await connected()
  const { sim } = context
  const iccid = await esimWith(sim, GB_1, FR_1)
  await buy(sim, { item: GB_1 })
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  await sim.put('/esims', { iccid, customerRef: 'a' })
  await sim.get(`/esims/${iccid}/bundles`)
  expect(await sim.callbacks()).toEqual([])
})

test('callbacks of two eSIMs arrive in the order things happened', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  const [first, second] = [await onAir(sim, GB_1), await onAir(sim, GB_1)]
  await sim.advance()
  receiver.arrivals.length = 0
  for (const iccid of [first, second, second, first]) await sim.device(iccid).use(50 * PERCENT)
  const told = (await arrived(sim, receiver, 'Utilisation')).map(({ iccid, bundle }) => [
    iccid,
    bundle?.remainingQuantity,
  ])
  const left = (iccid: string, ...percents: number[]) =>
    percents.map((percent) => [iccid, percent * PERCENT])
  expect(told).toEqual([
    ...left(first, 99, 50),
    ...left(second, 99, 50),
    ...left(second, 20, 0),
    ...left(first, 20, 0),
  ])
})

test.each([3, 2])('every callback of version %i is one the spec allows', async (version) => {
  await using context = await connected(version)
  const { sim, receiver } = context
  await liveAWholeLife(sim)
  const alerts = new Set(receiver.arrivals.map(({ body }) => body.alertType))
  expect([...alerts].sort()).toEqual([
    'FirstAttachment',
    'FirstUse',
    'InsufficientBalance',
    'LowBalance',
    'ProfileStatusChange',
    'Utilisation',
  ])
  for (const { body } of receiver.arrivals) {
    expect([body, webhooks.problems('usageCallback', body.alertType, body)]).toEqual([body, []])
    expect(webhooks.problems('usageCallback', body.alertType, { ...body, extra: 1 })).not.toEqual(
      [],
    )
  }
})

test('a receiver that fails is tried again after 5 seconds and 5 minutes, then the callback is dead', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('P1D')
  expect(await attemptsAt(sim)).toEqual([[0, 5, 305]])
  expect(await sim.callbacks()).toMatchObject([
    { state: 'dead', attempts: [{ status: 500 }, { status: 500 }, { status: 500 }] },
  ])
  expect(receiver.arrivals).toHaveLength(3)
})

test('every attempt sends the same bytes under the same signature', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = 503
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('P1D')
  const sent = receiver.arrivals.map(({ raw, headers }) => [raw.toString(), headers[SIGNATURE]])
  expect(sent).toHaveLength(3)
  expect(sent).toEqual([sent[0], sent[0], sent[0]])
})

test('a receiver that recovers gets the callback at the next attempt, and no more', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance()
  expect(await sim.callbacks()).toMatchObject([{ state: 'retrying', attempts: [{ status: 500 }] }])
  receiver.answer = 200
  await sim.advance('P1D')
  expect(await sim.callbacks()).toMatchObject([
    { state: 'delivered', attempts: [{ status: 500 }, { status: 200 }] },
  ])
  expect(await attemptsAt(sim)).toEqual([[0, 5]])
})

test.each([301, 400, 404])('an answer of %i is a failure', async (status) => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = status
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance()
  expect(await sim.callbacks()).toMatchObject([{ state: 'retrying', attempts: [{ status }] }])
  expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/callback'])
})

test('a receiver that is not there is a failure, and its error is kept', async () => {
  await using sim = await startEsimGo()
  const gone = await listen()
  await gone[Symbol.asyncDispose]()
  await sim.sendCallbacksTo(gone.url)
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('P1D')
  expect(await sim.callbacks()).toMatchObject([
    { state: 'dead', attempts: [{ error: expect.stringMatching(/ECONNREFUSED/) }, {}, {}] },
  ])
})

test('an address callbacks may not go to is not tried again', async () => {
  await using sim = await startEsimGo()
  await sim.sendCallbacksTo('http://10.0.0.1/callback')
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('P1D')
  expect(await sim.callbacks()).toMatchObject([
    { state: 'dead', attempts: [{ error: expect.stringMatching(/loopback only/) }] },
  ])
})

test.each([
  [[], [0]],
  [
    ['PT1S', 'PT1S', 'PT1H'],
    [0, 1, 2, 3602],
  ],
])('with retrySchedule %j the attempts are made at %j seconds', async (retrySchedule, expected) => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.set({ retrySchedule })
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('P1D')
  expect(await attemptsAt(sim)).toEqual([expected])
})

test('a callback that fails does not hold up the next', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = 500
  const device = sim.device(await esimWith(sim, GB_1))
  await device.download()
  await sim.advance()
  receiver.answer = 200
  await device.install()
  await sim.advance()
  expect(await sim.callbacks()).toMatchObject([{ state: 'retrying' }, { state: 'delivered' }])
  await sim.advance('PT5S')
  expect(receiver.arrivals.map(({ body }) => body.profileStatus)).toEqual([
    'Downloaded',
    'Installed',
    'Downloaded',
  ])
})

test('a dead callback can be sent again, and goes through the whole schedule again', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('PT1H')
  await sim.redeliver((await sim.callbacks())[0]?.id)
  await sim.advance('PT1H')
  expect(await attemptsAt(sim)).toEqual([[0, 5, 305, 3600, 3605, 3905]])
  expect(await sim.callbacks()).toMatchObject([{ state: 'dead' }])
})

test('a delivered callback can be sent again: the same bytes, signed the same', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance('PT1H')
  await sim.redeliver((await sim.callbacks())[0]?.id)
  await sim.advance()
  const [first, again] = receiver.arrivals
  expect(again?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true)
  expect(again?.headers[SIGNATURE]).toBe(first?.headers[SIGNATURE])
  expect(await sim.callbacks()).toMatchObject([
    { state: 'delivered', attempts: [{ status: 200 }, { status: 200 }] },
  ])
})

test('a callback with an attempt still to come cannot be sent again', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance()
  const [callback] = await sim.callbacks()
  await expect(sim.redeliver(callback?.id)).rejects.toThrow(/still to come/)
})

test('an advance lists every attempt it made, with its time and outcome', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance()
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance()
  const { fired } = await sim.advance('PT10M')
  expect(fired).toMatchObject([
    {
      kind: 'callback',
      at: '2026-01-01T00:00:05.000Z',
      state: 'retrying',
      attempt: 2,
      status: 500,
    },
    { kind: 'callback', at: '2026-01-01T00:05:05.000Z', state: 'dead', attempt: 3, status: 500 },
  ])
})

test('a callback keeps going to the URL it was queued for', async () => {
  await using context = await connected()
  const { sim, receiver } = context
  await using later = await listen<Callback>()
  receiver.answer = 500
  await sim.device(await esimWith(sim, GB_1)).download()
  await sim.advance()
  await sim.sendCallbacksTo(later.url)
  await sim.advance('P1D')
  expect([receiver.arrivals.length, later.arrivals.length]).toEqual([3, 0])
})

test('ESG-163 version 2 will be switched off some day, which has no date: here it is sent for as long as it is asked for', async () => {
  await using sim = await startEsimGo()
  await using receiver = await listen<Schemas['BalanceAlert']>()
  await sim.sendCallbacksTo(receiver.url, 2)
  await sim.advance('P5Y')
  await sim.post('/orders', { type: 'transaction', order: [{ item: GB_1, quantity: 1000 }] })
  await sim.advance()
  const [alert] = receiver.arrivals
  expect(alert?.body.alertType).toBe('InsufficientBalance')
  expect(alert?.headers).not.toHaveProperty('x-signature-sha256')
})
