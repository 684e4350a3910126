// Moving a line: every action in every state, what is pending, duplicates, what is told of each.
import { expect, test } from 'vitest'
import {
  ACTIVATION,
  type Action,
  type Answer,
  CARD,
  expectFailure,
  GPSI,
  ICCID,
  SUCCESS,
  SUSPENSION,
  startWholesale,
  type Wholesale,
} from '../../support/wholesale.ts'

const serviceOf = async (sim: Wholesale) =>
  (await sim.sims('wholesale')).find(({ iccid }) => iccid === ICCID)?.service
const REUSED = { status: 409, code: 'TRANSACTION_ID_REUSED', refusal: 'transaction-reused' }
const UNKNOWN = { status: 404, code: 'TRANSACTION_NOT_FOUND', refusal: 'unknown-transaction' }
const NOT_FOUND = { status: 404, code: 'SUBSCRIPTION_NOT_FOUND', refusal: 'not-found' }

test("WHL-028 WHL-035 the vendor's two samples are accepted as they are printed, one after the other", async () => {
  await using sim = await startWholesale()
  expect((await sim.call('POST', '/activate', ACTIVATION)).body).toEqual(SUCCESS)
  await sim.settle()
  expect((await sim.call('POST', '/updateStatus', SUSPENSION)).body).toEqual(SUCCESS)
  await sim.settle()
  expect(await serviceOf(sim)).toBe('suspended')
  expect((await sim.query('Txn101010101')).body).toEqual(SUCCESS)
})

test('WHL-035 the sample status update suspends the line of its number, written as text too', async () => {
  for (const gpsi of [19459986891, GPSI]) {
    await using sim = await startWholesale({ given: 'an active line' })
    expect((await sim.call('POST', '/updateStatus', { ...SUSPENSION, gpsi })).status).toBe(200)
    await sim.settle()
    expect(await serviceOf(sim)).toBe('suspended')
  }
})

/** The seed state, and the request that is pending on it. */
const states: Readonly<Record<string, { given: string; pending?: Action }>> = {
  'no line': { given: 'default' },
  'an activation is pending': { given: 'a pending activation' },
  active: { given: 'an active line' },
  'active, a suspension is pending': { given: 'an active line', pending: 'Suspend' },
  'active, a cessation is pending': { given: 'an active line', pending: 'Cease' },
  suspended: { given: 'a suspended line' },
  'suspended, a resumption is pending': { given: 'a suspended line', pending: 'Resume' },
  'suspended, a cessation is pending': { given: 'a suspended line', pending: 'Cease' },
  ceased: { given: 'a ceased line' },
  'ceased, a reactivation is pending': { given: 'a ceased line', pending: 'Reactivate' },
}
const actions = ['Activate', 'Suspend', 'Resume', 'Cease', 'Reactivate'] as const

/** What is accepted, and what it leads to. */
const moves: Readonly<Record<string, Partial<Record<(typeof actions)[number], string>>>> = {
  'no line': { Activate: 'active' },
  active: { Suspend: 'suspended', Cease: 'ceased' },
  suspended: { Resume: 'active', Cease: 'ceased' },
  ceased: { Reactivate: 'active' },
}

function refusalIn(state: string, action: string) {
  if (states[state]?.pending || state.endsWith('pending'))
    return { status: 409, code: 'REQUEST_IN_PROGRESS', refusal: 'busy' }
  if (action === 'Activate')
    return { status: 409, code: 'SIM_NOT_AVAILABLE', refusal: 'sim-unavailable' }
  return state === 'no line'
    ? NOT_FOUND
    : { status: 409, code: 'INVALID_SUBSCRIPTION_STATE', refusal: 'wrong-state' }
}

const matrix = Object.keys(states).flatMap((state) =>
  actions.map((action) => ({ state, action, leads: moves[state]?.[action] })),
)
const ask = (sim: Wholesale, action: (typeof actions)[number]): Promise<Answer> =>
  action === 'Activate'
    ? sim.activate({ ...ACTIVATION, partnerTransactionId: 'asked' })
    : sim.update(action, { partnerTransactionId: 'asked' })

test.each(matrix)(
  'WHL-030 WHL-031 $state: $action leads to $leads',
  async ({ state, action, leads }) => {
    const { given, pending } = states[state] ?? { given: '' }
    await using sim = await startWholesale({ given })
    if (pending)
      expect((await sim.update(pending, { partnerTransactionId: 'first' })).status).toBe(200)
    const before = await serviceOf(sim)
    if (leads === undefined) {
      await expectFailure(sim, () => ask(sim, action), refusalIn(state, action))
      expect((await sim.query('asked')).status).toBe(404)
      return
    }
    expect(await ask(sim, action)).toMatchObject({ status: 200, body: SUCCESS })
    expect(await serviceOf(sim), 'not at the acknowledgement').toBe(before)
    await sim.clock.advance('PT1.999S')
    expect(await serviceOf(sim), 'not before provisioning settles').toBe(before)
    await sim.clock.advance('PT0.001S')
    expect(await serviceOf(sim)).toBe(leads)
  },
)

test.each(matrix.filter(({ leads, action }) => leads !== undefined && action !== 'Activate'))(
  'a $action of a line that is $state and fails leaves it as it was, and free for another request',
  async ({ state, action }) => {
    const { given } = states[state] ?? { given: '' }
    await using sim = await startWholesale({ given })
    const before = await sim.device(ICCID).show()
    await sim.update(action as Action, { partnerTransactionId: 'FAIL-1' })
    await sim.settle()
    expect((await sim.told()).at(-1)).toMatchObject({
      action,
      result: 'Failure',
      reasonCode: 'PROVISIONING_FAILED',
    })
    expect(await sim.device(ICCID).show()).toMatchObject({
      service: before.service,
      bundles: before.bundles,
      timeline: before.timeline,
    })
    expect((await sim.update(action as Action)).status).toBe(200)
  },
)

test('WHL-004 the acknowledgement does not wait for provisioning, however long it takes', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.set('wholesale', { settlingDelay: 'P1D' })
  expect((await sim.update('Suspend')).body).toEqual(SUCCESS)
  expect((await sim.activate({ iccid: CARD, eid: undefined })).body).toEqual(SUCCESS)
  const active = async () => (await sim.sims('wholesale')).map(({ iccid }) => iccid)
  await sim.clock.advance('PT23H59M')
  expect([await serviceOf(sim), await active()]).toEqual(['active', [ICCID]])
  await sim.clock.advance('PT1M')
  expect([await serviceOf(sim), await active()]).toEqual(['suspended', [ICCID, CARD]])
})

test('with no settling delay a request settles as soon as it is acknowledged', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.set('wholesale', { settlingDelay: 'PT0S' })
  for (const action of ['Suspend', 'Resume', 'Cease', 'Reactivate'] as const)
    expect((await sim.update(action)).status).toBe(200)
  expect(await serviceOf(sim)).toBe('active')
})

test.each([
  ['WHL-033 no transaction', { partnerTransactionId: undefined }],
  ['WHL-033 an empty transaction', { partnerTransactionId: '' }],
  ['WHL-033 a transaction too long', { partnerTransactionId: 'x'.repeat(37) }],
  ['WHL-033 no action', { action: undefined }],
  ['WHL-033 an action there is not', { action: 'suspend' }],
  ['WHL-034 neither iccid nor gpsi', { iccid: undefined }],
  ['WHL-023 an iccid of 18 digits', { iccid: '119866216445230245' }],
  ['WHL-023 an iccid of 21 digits', { iccid: '119866216445230245011' }],
  ['WHL-034 an iccid that is none', { iccid: '1198662164452302450' + 'x' }],
  ['a gpsi that is none', { gpsi: '123' }],
  ['a gpsi that is no whole number', { gpsi: 19459986891.5 }],
])('a status update is malformed: %s', async (_what, fields) => {
  await using sim = await startWholesale({ given: 'an active line' })
  await expectFailure(sim, () => sim.update('Suspend', fields), {
    status: 400,
    code: 'INVALID_REQUEST',
    refusal: 'invalid-request',
  })
})

test('WHL-029 WHL-033 WHL-034 a status update with an iccid, a transaction and an action is all it takes', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const body = { partnerTransactionId: 'x'.repeat(36), iccid: ICCID, action: 'Suspend' }
  expect((await sim.call('POST', '/updateStatus', body)).body).toEqual(SUCCESS)
})

test('WHL-034 a status update of no valid subscription is refused: no such SIM, no such number, a SIM without a line, another number', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await expectFailure(sim, () => sim.update('Suspend', { iccid: '8901000000000000000' }), {
    ...NOT_FOUND,
    reason: /no line/,
  })
  await expectFailure(
    sim,
    () => sim.update('Suspend', { iccid: undefined, gpsi: '17205550001' }),
    NOT_FOUND,
  )
  await expectFailure(sim, () => sim.update('Suspend', { iccid: CARD }), NOT_FOUND)
  await expectFailure(sim, () => sim.update('Suspend', { gpsi: '17205550001' }), {
    ...NOT_FOUND,
    reason: /has the number 19459986891/,
  })
  expect((await sim.update('Suspend', { gpsi: GPSI })).status).toBe(200)
})

test('WHL-003 WHL-037 a transaction is in progress, then a success or a failure', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  for (const [id, action, outcome] of [
    ['T', 'Suspend', 'Success'],
    ['FAIL-T', 'Resume', 'Failed'],
  ] as const) {
    await sim.update(action, { partnerTransactionId: id })
    expect(await sim.query(id)).toMatchObject({ status: 200, body: { status: 'InProgress' } })
    await sim.settle()
    expect((await sim.query(id)).body).toEqual({ status: outcome })
  }
})

test('WHL-036 a query needs a transaction id of 1 to 36 characters, and a transaction there is', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const malformed = { status: 400, code: 'INVALID_REQUEST', refusal: 'invalid-request' }
  await expectFailure(sim, () => sim.call('GET', '/transactionStatus'), malformed)
  await expectFailure(sim, () => sim.query(''), malformed)
  await expectFailure(sim, () => sim.query('x'.repeat(37)), malformed)
  await expectFailure(sim, () => sim.query('x'.repeat(36)), { ...UNKNOWN, reason: /x{36}/ })
})

test('a refused request leaves no transaction: its id is good for another', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.update('Resume', { partnerTransactionId: 'T' })
  await expectFailure(sim, () => sim.query('T'), UNKNOWN)
  expect((await sim.update('Suspend', { partnerTransactionId: 'T' })).status).toBe(200)
})

test('where an activation and a status update share an id, the later one is told', async () => {
  await using sim = await startWholesale()
  await sim.call('POST', '/activate', { ...ACTIVATION, partnerTransactionId: 'FAIL-1' })
  await sim.settle()
  await sim.call('POST', '/activate', ACTIVATION)
  await sim.settle()
  await sim.update('Suspend', { partnerTransactionId: 'FAIL-1' })
  expect((await sim.query('FAIL-1')).body).toEqual({ status: 'InProgress' })
})

test('WHL-041 the same request again is answered as the first time and done once: before it settles, and after', async () => {
  await using sim = await startWholesale()
  const twice = async (call: () => Promise<Answer>) => {
    expect(await call()).toMatchObject({ status: 200, body: SUCCESS })
    const before = JSON.stringify(await sim.state())
    expect(await call()).toMatchObject({ status: 200, body: SUCCESS })
    expect(JSON.stringify(await sim.state())).toBe(before)
    await sim.settle()
    const settled = JSON.stringify(await sim.state())
    expect(await call()).toMatchObject({ status: 200, body: SUCCESS })
    expect(JSON.stringify(await sim.state())).toBe(settled)
  }
  await twice(() => sim.call('POST', '/activate', ACTIVATION))
  await twice(() => sim.call('POST', '/updateStatus', SUSPENSION))
  await twice(() => sim.update('Resume', { partnerTransactionId: 'FAIL-1' }))
  await sim.clock.advance('P1D')
  expect((await sim.told()).map(({ action, result }) => `${action} ${result}`)).toEqual([
    'Activate Success',
    'Suspend Success',
    'Resume Failure',
  ])
})

test('WHL-041 a duplicate may write its fields in another order and carry another correlation id', async () => {
  await using sim = await startWholesale()
  await sim.call('POST', '/activate', ACTIVATION, { 'X-Correlation-Id': 'one' })
  const { location, ...rest } = ACTIVATION
  const address = Object.fromEntries(Object.entries(location.address).reverse())
  const turned = { location: { address }, ...Object.fromEntries(Object.entries(rest).reverse()) }
  expect((await sim.call('POST', '/activate', turned, { 'X-Correlation-Id': 'two' })).status).toBe(
    200,
  )
  await sim.settle()
  expect(await sim.told()).toMatchObject([{ correlationId: 'one' }])
})

test('WHL-041 the id of a transaction with another body is refused', async () => {
  await using sim = await startWholesale()
  await sim.call('POST', '/activate', ACTIVATION)
  await expectFailure(
    sim,
    () => sim.call('POST', '/activate', { ...ACTIVATION, subscriberId: 'Sub002' }),
    REUSED,
  )
  await expectFailure(
    sim,
    () =>
      sim.call('POST', '/activate', {
        ...ACTIVATION,
        products: [...ACTIVATION.products].concat(ACTIVATION.products),
      }),
    REUSED,
  )
  await sim.activate({ partnerTransactionId: 'N', note: { a: 1 } })
  await expectFailure(
    sim,
    () => sim.activate({ partnerTransactionId: 'N', note: [['a', 1]] }),
    REUSED,
  )
  await sim.settle()
  await sim.call('POST', '/updateStatus', SUSPENSION)
  await sim.settle()
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus', { ...SUSPENSION, action: 'Resume' }),
    REUSED,
  )
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus', { ...SUSPENSION, gpsi: GPSI }),
    REUSED,
  )
})

test('ids that look like one another are told apart', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.update('Suspend', { partnerTransactionId: 'T"' })
  for (const id of ['T', 'T"\\', 'T"\u0000', '"T"'])
    await expectFailure(sim, () => sim.query(id), UNKNOWN)
  expect((await sim.query('T"')).status).toBe(200)
  await sim.settle()
  await sim.update('Resume', { partnerTransactionId: 'T\u0000/' })
  expect((await sim.query('T\u0000/')).body).toEqual({ status: 'InProgress' })
})
