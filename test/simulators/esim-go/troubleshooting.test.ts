// What support asks of one eSIM at eSIM Go: a refresh, where it is, whether a bundle fits, a text message.
import { expect, test } from 'vitest'
import { startSimulator } from '../../../src/index.ts'
import { MESSAGES_KEPT, messages, sendMessage } from '../../../src/state/messages.ts'
import { simKey, sims } from '../../../src/state/sims.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { esimWith, FR_1, GB_1, GB_UNLIMITED, onAir, ownIccids } from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

interface Location {
  readonly mobileNetworkCode: string
  readonly networkName: string
  readonly networkBrandName: string
  readonly country: string
  readonly lastSeen: string
}

interface Message {
  readonly to: string
  readonly from: string
  readonly text: string
  readonly channel: string
}

const FOREIGN = '8943108170000000013'
const NOT_YOURS = { status: 403, code: 'foreign-esim' }

const simOf = ({ world }: TestSim, iccid: string) => world.in(sims).get(simKey('esim-go', iccid))
const locate = async (sim: TestSim, iccid: string) =>
  (await sim.get<Location>(`/esims/${iccid}/location`)).body
const refresh = (sim: TestSim, iccid: string) =>
  sim.get<Schemas['Acknowledgement']>(`/esims/${iccid}/refresh`)
const text = (sim: TestSim, iccid: string, json: unknown) =>
  sim.post<Schemas['Acknowledgement']>(`/esims/${iccid}/sms`, json)
const sent = async (sim: TestSim) =>
  (
    await sim.get<{ messages: Message[] }>(
      `${sim.origin}/w/${sim.world.name}/_sim/messages?provider=esim-go`,
    )
  ).body.messages

test('ESG-057 a refresh makes the eSIM register with its network anew', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  const network = simOf(sim, iccid)?.attached
  expect(network?.country).toBe('GB')
  await refresh(sim, iccid)
  await sim.advance('PT59S')
  expect(simOf(sim, iccid)?.attached).toBeUndefined()
  await sim.advance('PT1S')
  expect(simOf(sim, iccid)?.attached).toEqual(network)
})

test('ESG-058 a refresh takes the eSIM off its network', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  const { status, body } = await refresh(sim, iccid)
  expect(status).toBe(200)
  expect(body).toEqual({
    message: 'Successfully refreshed SIM',
    status: 'Successfully refreshed SIM',
  })
  expect(simOf(sim, iccid)?.attached).toBeUndefined()
})

test('a refresh is the last action of the eSIM', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await refresh(sim, iccid)
  const { esims } = (await sim.get<Schemas['EsimPage']>('/esims')).body
  expect(esims).toMatchObject([{ iccid, lastAction: 'eSIM Refreshed' }])
})

test('an eSIM that is on no network has none to lose, and registers with none', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect((await refresh(sim, iccid)).status).toBe(200)
  await sim.advance('PT1H')
  expect(simOf(sim, iccid)).not.toHaveProperty('attached')
})

test('an outage of no length is over at once', async () => {
  await using sim = await startEsimGo()
  await sim.set({ refreshOutage: 'PT0S' })
  const iccid = await onAir(sim, GB_1)
  await refresh(sim, iccid)
  expect(simOf(sim, iccid)?.attached?.country).toBe('GB')
})

test.each<[string, (sim: TestSim, iccid: string) => Promise<unknown>]>([
  ['was switched off', (sim, iccid) => sim.device(iccid).disable()],
  [
    'travelled on and left the network there',
    async (sim, iccid) => {
      await sim.advance('PT10S')
      await sim.device(iccid).attach('FR')
      await sim.device(iccid).detach()
    },
  ],
])('an eSIM that %s meanwhile does not come back from its refresh', async (_what, meanwhile) => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await refresh(sim, iccid)
  await meanwhile(sim, iccid)
  await sim.advance('PT1H')
  expect(simOf(sim, iccid)?.attached).toBeUndefined()
})

test('ESG-096 the location tells where the eSIM was last seen, and with which operator', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, FR_1)
  await sim.device(iccid).install()
  await sim.advance('PT9H')
  await sim.device(iccid).attach('FR')
  await sim.advance('PT1H')
  const here = await locate(sim, iccid)
  expect(here).toMatchObject({ country: 'FR', lastSeen: '2026-01-01T09:00:00.000Z' })
  expect(here.mobileNetworkCode).toMatch(/^FRA[A-Z0-9]{2}$/)
  expect(here.networkName).not.toBe('')
  await sim.device(iccid).detach()
  expect(await locate(sim, iccid)).toEqual({ ...here, lastSeen: '2026-01-01T10:00:00.000Z' })
})

test('an eSIM that was never on a network has no location', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.get(`/esims/${iccid}/location`), {
    status: 400,
    code: 'not-found',
    reason: /never on a network/,
  })
})

test('ESG-059 a bundle is compatible with the eSIM or is not, and both are told', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [older = ''] = await ownIccids(sim)
  const verdict = async (iccid: string, bundle: string) =>
    (
      await sim.get<{ message: string; compatible: boolean }>(
        `/esims/${iccid}/compatible/${bundle}`,
      )
    ).body
  expect(await verdict(older, GB_1)).toMatchObject({
    compatible: true,
    message: expect.stringMatching(/is compatible/),
  })
  expect(await verdict(older, GB_UNLIMITED)).toMatchObject({
    compatible: false,
    message: expect.stringMatching(/not compatible/),
  })
  const current = await esimWith(sim, GB_1)
  expect(await verdict(current, GB_UNLIMITED)).toMatchObject({ compatible: true })
})

test('the compatibility of an unknown bundle is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const call = () => sim.get(`/esims/${iccid}/compatible/${GB_1.toLowerCase()}`)
  await expectRefused(sim, call, { status: 400, code: 'unknown-bundle' })
})

test('ESG-096 the network on record is told by its recorded names', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, FR_1)
  await sim.device(iccid).install()
  await sim.device(iccid).attach('FR', 'FRAF1')
  expect((await sim.get(`/esims/${iccid}/location`)).body).toMatchObject({
    mobileNetworkCode: 'FRAF1',
    networkName: 'Orange',
    networkBrandName: 'Orange France',
    country: 'FR',
  })
})

test('ESG-162 a refresh is for one eSIM: others keep their network, and none is refused for their number', async () => {
  await using sim = await startEsimGo()
  const iccids = [await onAir(sim, GB_1), await onAir(sim, GB_1), await onAir(sim, GB_1)]
  const [first = '', ...others] = iccids
  expect((await sim.get(`/esims/${first}/refresh`)).status).toBe(200)
  expect(iccids.map((iccid) => simOf(sim, iccid)?.attached !== undefined)).toEqual([
    false,
    true,
    true,
  ])
  for (const iccid of others) expect((await sim.get(`/esims/${iccid}/refresh`)).status).toBe(200)
})

test('a text message reaches the number of the eSIM, and is there to be looked at', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const { status, body } = await text(sim, iccid, { message: 'Bienvenue à Paris, 你好 👋' })
  expect([status, body]).toEqual([200, { message: 'sent', status: 'sent' }])
  const to = simOf(sim, iccid)?.msisdn
  expect(to).toMatch(/^999\d{9}$/)
  expect(await sent(sim)).toEqual([
    expect.objectContaining({ channel: 'sms', to, iccid, text: 'Bienvenue à Paris, 你好 👋' }),
  ])
})

test('ESG-060 a message that is not UTF-8 is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const half = () =>
    sim.call('POST', `/esims/${iccid}/sms`, { raw: String.raw`{"message":"half a pair: \ud83d"}` })
  await expectRefused(sim, half, { status: 400, code: 'invalid-request', message: /not UTF-8/ })
  expect(await sent(sim)).toEqual([])
})

test('ESG-060 a body that is not UTF-8 is refused, and one that is arrives as it was sent', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const post = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`${sim.base}/esims/${iccid}/sms`, {
      method: 'POST',
      headers: { 'X-API-Key': sim.key, 'Content-Type': 'application/json' },
      body,
    })
  const utf8 = new TextEncoder().encode('{"message":"café"}')
  const latin1 = Uint8Array.from([...'{"message":"café"}'].map((char) => char.charCodeAt(0)))
  expect((await post(latin1)).status).toBe(400)
  expect(await sent(sim)).toEqual([])
  expect((await post(utf8)).status).toBe(200)
  expect(await sent(sim)).toMatchObject([{ text: 'café' }])
})

test('ESG-061 a message has at least 1 character', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  for (const json of [{ message: '' }, {}, { message: null }, { message: 7 }])
    await expectRefused(sim, () => text(sim, iccid, json), {
      status: 400,
      code: 'invalid-request',
      message: /message/,
    })
  expect((await text(sim, iccid, { message: 'a' })).status).toBe(200)
})

test.each(['a', 'ü', '👋'])(
  'ESG-062 a message has at most 160 characters, of %s too',
  async (character) => {
    await using sim = await startEsimGo()
    const iccid = await esimWith(sim, GB_1)
    const tooLong = () => text(sim, iccid, { message: character.repeat(161) })
    await expectRefused(sim, tooLong, { status: 400, code: 'invalid-request', message: /160/ })
    expect((await text(sim, iccid, { message: character.repeat(160) })).status).toBe(200)
  },
)

test('ESG-063 the sender is eSIM unless given', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await text(sim, iccid, { message: 'one' })
  await text(sim, iccid, { Message: 'two', From: 'eSIM' })
  await text(sim, iccid, { message: 'three', from: '' })
  expect((await sent(sim)).map((message) => [message.text, message.from])).toEqual([
    ['three', 'eSIM'],
    ['two', 'eSIM'],
    ['one', 'eSIM'],
  ])
})

test('ESG-064 another sender is refused, unless the organisation was given it', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  for (const from of ['Example', 'esim'])
    await expectRefused(sim, () => text(sim, iccid, { message: 'a', from }), {
      status: 400,
      code: 'invalid-request',
      message: /from/,
    })
  await sim.set({ smsSenders: ['Example'] })
  expect((await text(sim, iccid, { message: 'a', from: 'Example' })).status).toBe(200)
  expect((await sent(sim))[0]?.from).toBe('Example')
})

test('ESG-065 an eSIM without an MSISDN gets no message', async () => {
  await using sim = await startEsimGo()
  await sim.set({ msisdns: 'none' })
  const iccid = await esimWith(sim, GB_1)
  await expectRefused(sim, () => text(sim, iccid, { message: 'a' }), {
    status: 400,
    code: 'no-msisdn',
    message: /MSISDN/,
  })
})

test('numbers are given one after the other, and another provider moves none', async () => {
  await using sim = await startEsimGo()
  const iccids = [await esimWith(sim, GB_1), await esimWith(sim, GB_1)]
  expect(iccids.map((iccid) => simOf(sim, iccid)?.msisdn)).toEqual(['999000000001', '999000000002'])
})

test('a seed file gives an eSIM the number it has, or is refused', async () => {
  const esims = (msisdn: unknown) => ({ stock: { 'esim-go': { esims: [{ msisdn }] } } })
  await using sim = await startSimulator(esims('4915550100'))
  const [esim] = await sim.sims()
  expect(await sim.device(esim?.iccid ?? '').show()).toMatchObject({ msisdn: '4915550100' })
  for (const wrong of [4915550100, '+4915550100', '1234', '1234567890123456'])
    await expect(startSimulator(esims(wrong))).rejects.toThrow(/msisdn/)
})

test('a seed file gives an eSIM its activation code in any form SGP.22 has, or is refused', async () => {
  const own = (...esims: object[]) => ({ stock: { 'esim-go': { esims } } })
  const code = '1$host.example$CODE$1.3.6$1'
  await using sim = await startSimulator(
    own({ activationCode: `LPA:${code}` }, { activationCode: code, installed: true }),
  )
  const [one, two] = await sim.sims()
  const answer = await fetch(
    `${sim.baseUrl('esim-go')}/esims/${one?.iccid}?additionalFields=appleInstallUrl`,
    {
      headers: { 'X-API-Key': 'test-esim-go-key' },
    },
  )
  expect(await answer.json()).toMatchObject({
    matchingId: 'CODE',
    smdpAddress: 'host.example',
    appleInstallUrl: expect.stringMatching(/carddata=LPA:1\$host\.example\$CODE\$1\.3\.6\$1$/),
  })
  const device = sim.device(one?.iccid ?? '')
  await expect(device.install()).rejects.toThrow(/asks for a confirmation code/)
  expect((await device.install('1234')).sim.profile).toBe('enabled')
  expect(two?.profile).toBe('enabled')
  for (const wrong of [
    { activationCode: 'CODE' },
    { activationCode: code, matchingId: 'CODE' },
    { activationCode: 7 },
  ])
    await expect(startSimulator(own(wrong))).rejects.toThrow(/activationCode/)
})

test('the oldest SMS goes when there are too many, and none of another provider, and no mail', async () => {
  await using sim = await startEsimGo()
  const { world } = sim
  world.transaction(() => {
    sendMessage(world, { provider: 'esim-go', channel: 'email', to: '1', text: 'a mail' })
    sendMessage(world, { provider: 'other', channel: 'sms', to: '1', text: 'another SMS' })
    for (let at = 0; at <= MESSAGES_KEPT; at += 1)
      sendMessage(world, { provider: 'esim-go', channel: 'sms', to: '1', text: String(at) })
  })
  expect(world.in(messages).size).toBe(MESSAGES_KEPT + 2)
  const oldest = world.in(messages).page('sent', {}, 0, 3)
  expect(oldest.map(({ text }) => text)).toEqual(['a mail', 'another SMS', '1'])
})

test.each([
  ['GET', 'history', undefined],
  ['GET', 'refresh', undefined],
  ['GET', 'location', undefined],
  ['GET', `compatible/${GB_1}`, undefined],
  ['POST', 'sms', { message: 'a' }],
  ['POST', 'bundles', { name: GB_1 }],
])('%s /esims/{iccid}/%s of an eSIM that is not yours is refused', async (method, path, json) => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(
    sim,
    () => sim.call(method, `/esims/${FOREIGN}/${path}`, json ? { json } : {}),
    NOT_YOURS,
  )
})
