// SMS that an organisation sends through accounts-orders.
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  type Enterprise,
  expectRefused,
  MSISDN,
  type Schemas,
  SUBSCRIPTION,
  startEnterprise,
} from '../../support/accounts-orders.ts'

const SMS = {
  from: `+${MSISDN}`,
  to: ['+447700900123', '12025550123'],
  text: 'Your car is waiting',
}
const DENIED = { status: 403, type: 'ACCESS_DENIED', code: 'unauthorised-sender' }

const send = (sim: Enterprise, sms: object = {}) => sim.call('POST', '/sms', { ...SMS, ...sms })

test('ACO-006 ACO-007 ACO-010 an SMS reaches every recipient, and each is a usage item', async () => {
  await using sim = await startEnterprise()
  const { status, body } = await send(sim)
  expect([status, body]).toEqual([200, { sms_id: expect.stringMatching(/^sms_[0-9A-Z]{26}$/) }])
  expect(await sim.messages()).toMatchObject([
    {
      channel: 'sms',
      from: `+${MSISDN}`,
      to: '+447700900123',
      text: SMS.text,
      iccid: await sim.iccidOf(),
    },
    { channel: 'sms', from: `+${MSISDN}`, to: '12025550123', text: SMS.text },
  ])
  const items = (await sim.items(`subscription-id=${SUBSCRIPTION}&type=sms`)).slice(0, 2)
  expect(items.map(({ to_msisdn }) => to_msisdn).toSorted()).toEqual([
    12_025_550_123, 447_700_900_123,
  ])
  const sent = {
    direction: 'outbound',
    from_msisdn: Number(MSISDN),
    cost_type: 'in_bundle',
    quantity: 1,
    is_recorded: true,
  }
  for (const item of items)
    expect(item).toMatchObject({ ...sent, started_at: '2026-01-01T00:00:00.000Z' })
})

test('ACO-007 numbers of up to 15 digits are written with or without a plus sign', async () => {
  await using sim = await startEnterprise()
  const to = ['1', '+1', '1'.repeat(15), `+${'1'.repeat(15)}`]
  for (const from of [MSISDN, `+${MSISDN}`])
    expect((await send(sim, { from, to })).status).toBe(200)
  expect((await sim.messages()).map((message) => message.to)).toEqual([...to, ...to])
})

test('ACO-061 the name of the id is a setting', async () => {
  await using sim = await startEnterprise({ settings: { 'accounts-orders': { smsIdField: 'id' } } })
  expect((await send(sim)).body).toEqual({ id: expect.stringMatching(/^sms_/) })
})

test('ACO-008 a thousand recipients are reached, one more is refused', async () => {
  await using sim = await startEnterprise()
  const to = Array.from({ length: 1000 }, (_, at) => String(447_700_900_000 + at))
  expect((await send(sim, { to })).status).toBe(200)
  expect((await sim.messages()).map((message) => message.to)).toEqual(to)
  expect(await sim.items(`subscription-id=${SUBSCRIPTION}&from-date=2026-01-01`)).toHaveLength(1000)
  await expectRefused(sim, () => send(sim, { to: [...to, '1'] }), {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages: [/^to must NOT have more than 1000/],
  })
})

test('the last 1000 SMS are kept, and the mails beside them: an SMS to a thousand people takes no QR code away', async () => {
  await using sim = await startEnterprise()
  const { sim_profile } = await sim.settled(await sim.order())
  const { installationCode } = await sim.device(sim_profile?.iccid ?? '').show()
  await send(sim, { to: ['1', '2'] })
  const to = Array.from({ length: 999 }, (_, at) => String(447_700_900_000 + at))
  await send(sim, { to })

  const sms = await sim.messages()
  expect(sms.map((message) => message.to)).toEqual(['2', ...to])
  const mails = await fetch(`${sim.url}/_sim/messages?channel=email`)
  expect(await mails.json()).toMatchObject({
    messages: [
      { channel: 'email', to: 'it@bank.example', qr: installationCode },
      { channel: 'email', to: 'ada@bank.example', qr: installationCode },
    ],
  })
})

test('ACO-009 a text has up to 500 characters', async () => {
  await using sim = await startEnterprise()
  expect((await send(sim, { text: 'ü'.repeat(500) })).status).toBe(200)
  await expectRefused(sim, () => send(sim, { text: 'x'.repeat(501) }), {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages: [/^text must NOT have more than 500/],
  })
})

test('ACO-007 numbers that are none are refused, all of them named', async () => {
  await using sim = await startEnterprise()
  const wrong = { from: 'BANK', to: ['+447700900123', '0044 77', '1'.repeat(16)], text: '' }
  const messages = [/^from must match/, /^to.1 must match/, /^to.2 must match/, /^text must NOT/]
  await expectRefused(sim, () => send(sim, wrong), {
    status: 400,
    type: 'INVALID_REQUEST_PARAMS',
    messages,
  })
})

test('ACO-006 a number of nobody may not send', async () => {
  await using sim = await startEnterprise()
  await expectRefused(sim, () => send(sim, { from: '447700999999' }), {
    ...DENIED,
    messages: [/is no number of the organisation/],
  })
})

test('ACO-006 a suspended, a terminated and a data-only subscription may not send, nor one that is still pending', async () => {
  await using sim = await startEnterprise()
  await sim.settled(
    await sim.order({ type: 'suspend_subscription', subscription_id: SUBSCRIPTION }),
  )
  await expectRefused(sim, () => send(sim), { ...DENIED, messages: [/is not active/] })
  const [gone] = await sim.all<Schemas['Subscription']>(
    '/subscriptions?status=terminated',
    'subscriptions',
  )
  const numbers = await sim.read<Schemas['PhoneNumbers']>(gone?._links.phone_numbers.href ?? '')
  await expectRefused(sim, () => send(sim, { from: numbers._embedded.phone_numbers[0]?.msisdn }), {
    ...DENIED,
    messages: [/is not active/],
  })
  const templates = await sim.all<Schemas['OrderTemplate']>('/order-templates', 'order-templates')
  const order = await sim.order({
    type: 'activate_subscription',
    account_id: ACCOUNT,
    template_id: templates.find(({ description }) => description.includes('data only'))?.id,
    subscriber: { first_name: 'Ada', last_name: 'Byron', employee_id: 'E1815' },
    sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
  })
  const from = order.phone_numbers?.[0]?.msisdn
  await expectRefused(sim, () => send(sim, { from }), {
    ...DENIED,
    messages: [/is no number of the organisation/],
  })
  await sim.settled(order)
  await expectRefused(sim, () => send(sim, { from }), { ...DENIED, messages: [/has no SMS/] })
})
