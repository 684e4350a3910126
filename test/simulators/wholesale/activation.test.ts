// Activating subscriptions: plan, allowances, products, prerequisites, the SIM and the number.
import { expect, test } from 'vitest'
import {
  ACTIVATION,
  CARD,
  EID,
  ESIM,
  expectFailure,
  GPSI,
  ICCID,
  MINIMAL,
  SUCCESS,
  startWholesale,
} from '../../support/wholesale.ts'

const activated = async (fields: object = {}) => {
  const sim = await startWholesale()
  expect(await sim.activate(fields)).toMatchObject({ status: 200, body: SUCCESS })
  await sim.settle()
  const [told] = await sim.told()
  if (!told) throw new Error('nothing was told')
  return { sim, told }
}

test('WHL-028 WHL-029 the sample activation is accepted as it is printed, and answered as it is printed', async () => {
  await using sim = await startWholesale()
  const answer = await sim.call('POST', '/activate', ACTIVATION, {
    'X-Correlation-Id': 'TQA20210903155950999',
    wholesaleCustomerId: '920000108464',
  })
  expect([answer.status, answer.body]).toEqual([200, { status: 'Success' }])
  await sim.settle()
  expect(await sim.told()).toMatchObject([
    {
      partnerTransactionId: 'Txn101010101',
      correlationId: 'TQA20210903155950999',
      wholesaleCustomerId: '920000108464',
      action: 'Activate',
      result: 'Success',
      iccid: ICCID,
      gpsi: GPSI,
      subscription: {
        subscriberId: 'Sub001',
        wholesalePlanId: 'Plan001',
        status: 'Active',
        billCycleStartDay: 1,
      },
    },
  ])
})

test('WHL-001 WHL-002 an active SIM is a subscription: the card there was not is in a device now', async () => {
  await using sim = await startWholesale()
  expect(await sim.sims('wholesale')).toEqual([])
  await sim.activate({ ...ACTIVATION, partnerTransactionId: 'A' })
  expect(await sim.sims('wholesale')).toEqual([])
  await sim.settle()
  expect(await sim.sims('wholesale')).toMatchObject([
    { iccid: ICCID, service: 'active', profile: 'enabled' },
  ])
  expect(await sim.device(ICCID).show()).toMatchObject({
    msisdn: GPSI,
    bundles: [{ reference: '1000001', state: 'active' }],
  })
})

test('WHL-016 a minimal activation needs its four fields, and a SIM', async () => {
  const { sim, told } = await activated()
  await using _ = sim
  expect(told).toMatchObject({
    action: 'Activate',
    result: 'Success',
    iccid: ESIM,
    gpsi: '17205550001',
  })
})

test.each([
  ['partnerTransactionId', /partnerTransactionId/],
  ['subscriberId', /subscriberId/],
  ['wholesalePlanId', /wholesalePlanId/],
  ['location', /location/],
])('WHL-016 an activation without %s is refused', async (field, reason) => {
  await using sim = await startWholesale()
  const expected = { status: 400, code: 'INVALID_REQUEST', refusal: 'invalid-request', reason }
  await expectFailure(sim, () => sim.activate({ [field]: undefined }), expected)
})

test.each([
  { location: {} },
  { location: { address: {} } },
  { location: { address: { city: 'Denver' } } },
  { location: { address: { zip: 'K1A 0B1' } } },
])('WHL-016 of the location nothing more is required: %j', async (fields) => {
  const { sim, told } = await activated(fields)
  await using _ = sim
  expect(told).toMatchObject({ result: 'Success' })
})

const long = 'x'.repeat(37)

test.each([
  ['WHL-017', { partnerTransactionId: '' }],
  ['WHL-017', { partnerTransactionId: long }],
  ['WHL-017', { subscriberId: '' }],
  ['WHL-017', { subscriberId: long }],
  ['WHL-017', { subscriberId: '_1' }],
  ['WHL-017', { wholesalePlanId: '' }],
  ['WHL-017', { wholesalePlanId: long }],
  ['WHL-017', { wholesalePlanId: '?' }],
  ['WHL-017', { gpsiReservationId: long }],
  ['WHL-018', { bucketRefId: [''] }],
  ['WHL-018', { bucketRefId: '1000001' }],
  ['WHL-019', { billCycleFrequency: 'WEEKLY' }],
  ['WHL-020', { billCycleStartDay: 0 }],
  ['WHL-020', { billCycleStartDay: 29 }],
  ['WHL-020', { billCycleStartDay: 1.5 }],
  ['WHL-021', { gpsi: '1945998689' }],
  ['WHL-021', { gpsi: '1945998689123456' }],
  ['WHL-021', { gpsi: 19459986891 }],
  ['WHL-023', { iccid: '119866216445230245' }],
  ['WHL-023', { iccid: '119866216445230245011' }],
  ['WHL-023', { iccid: 1198662164452302 }],
  ['WHL-024', { pei: '22881518288964' }],
  ['WHL-024', { pei: '228815182889643112' }],
  ['WHL-025', { eid: '890490320210088813' }],
  ['WHL-025', { eid: '890490320210088813003047411583171' }],
  ['WHL-025', { eid: 'x9049032021008881300304741158317' }],
  ['WHL-026', { eSIMDeliveryMethod: 'SMS' }],
  ['WHL-027', { products: [{ productId: 'Plan001-DATA', action: 'Replace' }] }],
  ['WHL-027', { products: [{ productId: 'Plan001-DATA' }] }],
])(
  'WHL-017 WHL-018 WHL-019 WHL-020 WHL-021 WHL-023 WHL-024 WHL-025 WHL-026 WHL-027 beyond its length, pattern or enum (%s): %j',
  async (_statement, fields) => {
    await using sim = await startWholesale()
    await expectFailure(sim, () => sim.activate(fields), {
      status: 400,
      code: 'INVALID_REQUEST',
      refusal: 'invalid-request',
    })
  },
)

test('WHL-017 with strict an empty gpsiReservationId is beyond its length, else it is none', async () => {
  await using sim = await startWholesale()
  expect((await sim.activate({ gpsiReservationId: '', partnerTransactionId: 'T1' })).status).toBe(
    200,
  )
  await sim.set('wholesale', { strict: true })
  await expectFailure(sim, () => sim.activate({ gpsiReservationId: '' }), {
    status: 400,
    code: 'INVALID_REQUEST',
    refusal: 'invalid-request',
    reason: /gpsiReservationId/,
  })
})

test('WHL-017 WHL-019 WHL-020 WHL-021 WHL-023 WHL-024 WHL-025 WHL-026 the bounds of each field are within it', async () => {
  await using sim = await startWholesale()
  const most = {
    partnerTransactionId: 'x'.repeat(36),
    subscriberId: '-'.repeat(36),
    billCycleFrequency: 'MONTHLY',
    billCycleStartDay: 28,
    gpsi: '494599868912345',
    iccid: CARD,
    pei: '22881518288964311',
    eid: EID,
    eSIMDeliveryMethod: 'QR',
    bucketRefId: [],
    products: [],
  }
  expect((await sim.activate(most)).status).toBe(200)
  const least = {
    gpsi: '17205559999',
    pei: '228815182889643',
    eid: '8904903202100888130',
    billCycleStartDay: 1,
    partnerTransactionId: 'y',
  }
  expect((await sim.activate({ ...least, subscriberId: ' ' })).status).toBe(200)
})

test.each([
  ['wholesalePlanId', 'PLAN_NOT_FOUND', ['x'.repeat(36), '-1', ' 1', '9']],
  ['gpsiReservationId', 'RESERVATION_NOT_FOUND', ['x'.repeat(36), '?']],
] as const)('WHL-017 a %s within its bounds is looked up: %s', async (field, code, values) => {
  await using sim = await startWholesale()
  for (const value of values)
    expect((await sim.activate({ [field]: value })).body, value).toMatchObject({ code })
})

test('WHL-007 WHL-027 a line has the products of its plan, with those added, updated and removed', async () => {
  const speeds = [{ key: 'Download Speed', value: '128 bps' }]
  const { sim, told } = await activated({
    products: [
      { productId: 'Plan001-DATA', action: 'Update', characteristics: speeds },
      {
        productId: 'Plan001-HOTSPOT',
        action: 'Add',
        characteristics: [{ key: 'Tethered Devices', value: '3' }],
      },
      { productId: 'Plan001-SMS', action: 'Remove' },
    ],
  })
  await using _ = sim
  expect(told.subscription).toMatchObject({ subscriberId: 'Sub042', wholesalePlanId: 'Plan001' })
  expect(told.subscription?.products).toEqual([
    {
      productId: 'Plan001-DATA',
      characteristics: [...speeds, { key: 'Upload Speed', value: '20 Mbps' }],
    },
    { productId: 'Plan001-VOICE', characteristics: [] },
    {
      productId: 'Plan001-HOTSPOT',
      characteristics: [
        { key: 'Download Speed', value: '10 Mbps' },
        { key: 'Tethered Devices', value: '3' },
      ],
    },
  ])
})

test.each([
  ['a product the plan has not', { productId: 'Plan002-DATA', action: 'Add' }, /no product/],
  ['adding what is there', { productId: 'Plan001-DATA', action: 'Add' }, /has it already/],
  [
    'updating what is not there',
    { productId: 'Plan001-HOTSPOT', action: 'Update' },
    /does not have it/,
  ],
  [
    'removing what is not there',
    { productId: 'Plan001-HOTSPOT', action: 'Remove' },
    /does not have it/,
  ],
])('WHL-027 refused: %s', async (_what, product, reason) => {
  await using sim = await startWholesale()
  const expected = { status: 400, code: 'INVALID_PRODUCT_ACTION', refusal: 'wrong-product', reason }
  await expectFailure(sim, () => sim.activate({ products: [product] }), expected)
})

test.each([
  ['those it names', ['1000002', '1000003'], ['1000002', '1000003']],
  ['those it names twice, once', ['1000002', '1000002'], ['1000002']],
  ['those the plan includes where it names none', undefined, ['1000001']],
  ['none where its list is empty', [], []],
])('WHL-008 a line gets allowances: %s', async (_what, bucketRefId, expected) => {
  const { sim, told } = await activated({ bucketRefId })
  await using _ = sim
  expect(told.subscription?.buckets.map((bucket) => bucket.bucketRefId)).toEqual(expected)
  expect((await sim.device(ESIM).show()).bundles.map(({ reference }) => reference)).toEqual(
    expected,
  )
})

test.each([
  ['a plan there is not', { wholesalePlanId: 'Plan999' }, 400, 'PLAN_NOT_FOUND', 'unknown-plan'],
  [
    'a plan named as what every object has',
    { wholesalePlanId: 'toString' },
    400,
    'PLAN_NOT_FOUND',
    'unknown-plan',
  ],
  [
    'an allowance of another plan',
    { bucketRefId: ['2000001'] },
    400,
    'BUCKET_NOT_FOUND',
    'unknown-bucket',
  ],
  ['a SIM there is not', { iccid: '8901000000000000000' }, 404, 'SIM_NOT_FOUND', 'unknown-sim'],
  ['an eSIM without an EID', { iccid: ESIM, eid: undefined }, 400, 'EID_REQUIRED', 'eid-required'],
  ['a number reserved for another', { gpsi: GPSI }, 409, 'NUMBER_RESERVED', 'number-reserved'],
  [
    'a reservation there is not',
    { gpsiReservationId: 'GRID0' },
    404,
    'RESERVATION_NOT_FOUND',
    'unknown-reservation',
  ],
  [
    'a reservation of another number',
    { gpsiReservationId: 'GRID1', gpsi: GPSI },
    400,
    'RESERVATION_MISMATCH',
    'wrong-reservation',
  ],
])('refused: %s', async (_what, fields, status, code, refusal) => {
  await using sim = await startWholesale()
  await expectFailure(sim, () => sim.activate(fields), { status, code, refusal })
})

test('WHL-009 an address without coverage is refused', async () => {
  await using sim = await startWholesale()
  const call = () =>
    sim.activate({ location: { address: { ...ACTIVATION.location.address, zip: '00012' } } })
  await expectFailure(sim, call, {
    status: 400,
    code: 'NO_COVERAGE',
    refusal: 'no-coverage',
    reason: /00012/,
  })
})

test('WHL-010 a device that is not compatible is refused', async () => {
  await using sim = await startWholesale()
  const call = () => sim.activate({ pei: '000000001234567' })
  await expectFailure(sim, call, {
    status: 400,
    code: 'DEVICE_NOT_COMPATIBLE',
    refusal: 'incompatible-device',
  })
})

test('WHL-011 a SIM that has a line or cannot be had is refused', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const expected = { status: 409, code: 'SIM_NOT_AVAILABLE', refusal: 'sim-unavailable' }
  await expectFailure(sim, () => sim.activate({ iccid: ICCID }), expected)
  await expectFailure(sim, () => sim.activate({ iccid: '8900000000000000000' }), expected)
})

test('WHL-011 an empty stock has no eSIM to give', async () => {
  await using sim = await startWholesale({ given: 'an empty SIM stock' })
  await expectFailure(sim, () => sim.activate(), {
    status: 409,
    code: 'SIM_NOT_AVAILABLE',
    refusal: 'sim-unavailable',
    reason: /no eSIM is left/,
  })
})

test('eSIMs of the stock are taken in turn, each once, until none is left', async () => {
  await using sim = await startWholesale()
  for (let taken = 0; taken < 50; taken += 1) expect((await sim.activate()).status).toBe(200)
  await sim.settle()
  expect(new Set((await sim.sims('wholesale')).map(({ iccid }) => iccid)).size).toBe(50)
  await expectFailure(sim, () => sim.activate(), {
    status: 409,
    code: 'SIM_NOT_AVAILABLE',
    refusal: 'sim-unavailable',
  })
})

test('WHL-013 a device the customer brings needs an EID', async () => {
  await using sim = await startWholesale()
  const call = () => sim.activate({ eid: undefined, pei: ACTIVATION.pei })
  await expectFailure(sim, call, { status: 400, code: 'EID_REQUIRED', refusal: 'eid-required' })
})

test.each([{}, { eSIMDeliveryMethod: 'QR' }, { iccid: ESIM, eSIMDeliveryMethod: 'QR' }])(
  'WHL-001 WHL-025 WHL-026 the notification of an eSIM carries the activation code that its handset installs: %j',
  async (fields) => {
    const { sim, told } = await activated(fields)
    await using _ = sim
    expect(told).toMatchObject({
      eid: EID,
      iccid: ESIM,
      activationCode: expect.stringMatching(/^LPA:1\$rsp\.esimulator\.example\$[A-Z0-9-]{23}$/),
    })
    const before = await sim.device(told.iccid).show()
    expect(before).toMatchObject({
      eid: EID,
      profile: 'released',
      service: 'active',
      installationCode: told.activationCode,
    })
    await expect(sim.device(told.iccid).use(1)).rejects.toThrow(/released/)
    await sim.device(told.iccid).install()
    expect(await sim.device(told.iccid).use(1)).toMatchObject({
      used: 1,
      attached: { country: 'US' },
    })
  },
)

test('a card has no activation code', async () => {
  const { sim, told } = await activated({ iccid: CARD, eid: undefined })
  await using _ = sim
  expect(told.iccid).toBe(CARD)
  expect(told).not.toHaveProperty('activationCode')
  expect(told).not.toHaveProperty('eid')
})

test.each([
  ['given', { gpsi: '13035550199' }, '13035550199'],
  ['reserved', { gpsiReservationId: 'GRID368599719' }, GPSI],
  ['reserved and given', { gpsiReservationId: 'GRID1', gpsi: '19455550101' }, '19455550101'],
  ['assigned', {}, '17205550001'],
])('WHL-021 WHL-022 the number is %s', async (_what, fields, gpsi) => {
  const { sim, told } = await activated(fields)
  await using _ = sim
  expect(told.gpsi).toBe(gpsi)
  expect(await sim.device(told.iccid).show()).toMatchObject({ msisdn: gpsi })
})

test('an assigned number is none that a line has or is to have', async () => {
  await using sim = await startWholesale({
    stock: { wholesale: { reservations: ['R=17205550002'] } },
  })
  await sim.activate({ gpsi: '17205550001' })
  await sim.activate()
  await sim.settle()
  expect((await sim.told()).map(({ gpsi }) => gpsi)).toEqual(['17205550001', '17205550003'])
})

test('WHL-040 a number that is active, on a line or with another carrier, is refused', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const expected = { status: 409, code: 'NUMBER_ALREADY_ACTIVE', refusal: 'number-active' }
  await expectFailure(sim, () => sim.activate({ gpsi: GPSI }), expected)
  await expectFailure(sim, () => sim.activate({ gpsiReservationId: 'GRID368599719' }), expected)
  await expectFailure(sim, () => sim.activate({ gpsi: '10005550100' }), {
    ...expected,
    reason: /active with another carrier/,
  })
})

test('the number of a ceased line stays its own, and is not said to be active', async () => {
  await using sim = await startWholesale({ given: 'a ceased line' })
  const kept = {
    status: 409,
    code: 'NUMBER_ALREADY_ACTIVE',
    refusal: 'number-active',
    reason: /that of a subscription, active or not/,
  }
  await expectFailure(sim, () => sim.activate({ gpsi: GPSI }), kept)
})

test('while an activation is pending its SIM, its number and its reservation are taken', async () => {
  await using sim = await startWholesale({ given: 'a pending activation' })
  await expectFailure(sim, () => sim.activate({ iccid: ICCID }), {
    status: 409,
    code: 'REQUEST_IN_PROGRESS',
    refusal: 'busy',
  })
  const taken = { status: 409, code: 'NUMBER_ALREADY_ACTIVE', refusal: 'number-active' }
  await expectFailure(sim, () => sim.activate({ gpsi: GPSI }), taken)
  await expectFailure(sim, () => sim.activate({ gpsiReservationId: 'GRID368599719' }), taken)
})

test.each([
  ['a magic transaction', { partnerTransactionId: 'FAIL-1' }, {}],
  ['the setting', { partnerTransactionId: 'T' }, { settlement: 'fail' }],
] as const)(
  'an activation that fails, by %s, is told, and gives SIM, number and reservation back',
  async (_what, id, settings) => {
    await using sim = await startWholesale()
    await sim.set('wholesale', { settlingDelay: 'PT2S', ...settings })
    await sim.call('POST', '/activate', { ...ACTIVATION, ...id })
    await sim.settle()
    const [told, ...more] = await sim.told()
    expect(more).toEqual([])
    expect(told).toMatchObject({
      ...id,
      result: 'Failure',
      reasonCode: 'PROVISIONING_FAILED',
      reasonDesc: expect.any(String),
      iccid: ICCID,
      gpsi: GPSI,
    })
    expect(told).not.toHaveProperty('subscription')
    expect(await sim.sims('wholesale')).toEqual([])
    await sim.set('wholesale', { settlement: 'succeed' })
    expect(
      (await sim.call('POST', '/activate', { ...ACTIVATION, partnerTransactionId: 'again' }))
        .status,
    ).toBe(200)
    await sim.settle()
    expect(await sim.sims('wholesale')).toMatchObject([{ iccid: ICCID, service: 'active' }])
  },
)

test('an eSIM that a failed activation gives back is the next one again', async () => {
  await using sim = await startWholesale()
  await sim.activate({ partnerTransactionId: 'FAIL-1' })
  await sim.settle()
  await sim.activate()
  await sim.settle()
  expect((await sim.told()).map(({ iccid }) => iccid)).toEqual([ESIM, ESIM])
})

test('a seed file brings cards, eSIMs and reservations', async () => {
  const own = {
    cards: ['89014104270000000001'],
    esims: ['8901410427000000028'],
    reservations: ['MINE=12025550123'],
  }
  await using sim = await startWholesale({ stock: { wholesale: own } })
  await sim.activate({ iccid: '89014104270000000001', eid: undefined, gpsiReservationId: 'MINE' })
  await sim.activate({ iccid: '8901410427000000028' })
  await sim.settle()
  expect(await sim.told()).toMatchObject([
    { gpsi: '12025550123', result: 'Success' },
    { result: 'Success', activationCode: expect.any(String) },
  ])
})

test('an eSIM of a seed file may have its activation code, in any form SGP.22 has', async () => {
  const [plain, flagged] = ['8901410427000000028', '8901410427000000036']
  const esims = [`${plain},LPA:1$host.example$PLAIN$1.3.6`, `${flagged},1$host.example$CODE$$1`]
  await using sim = await startWholesale({ stock: { wholesale: { esims } } })
  for (const iccid of [plain, flagged]) await sim.activate({ iccid })
  await sim.settle()
  expect((await sim.told()).map(({ activationCode }) => activationCode)).toEqual([
    'LPA:1$host.example$PLAIN$1.3.6',
    'LPA:1$host.example$CODE$$1',
  ])
  expect((await sim.device(plain).install()).sim.profile).toBe('enabled')
  await expect(sim.device(flagged).install()).rejects.toThrow(/asks for a confirmation code/)
  await sim.set('wholesale', { confirmationCode: '2468' })
  await expect(sim.device(flagged).install('1')).rejects.toThrow(/is not the one of the setting/)
  expect((await sim.device(flagged).install('2468')).sim.profile).toBe('enabled')
})

test.each([
  [
    { cards: ['8901410427000000028,1$host.example$CODE'] },
    /cards\[0\] has an activation code, and is a card/,
  ],
  [
    { esims: ['8901410427000000028,2$host.example$CODE'] },
    /must end in its activation code: 1\$address\$code/,
  ],
  [{ card: [] }, /knows no "card"; it knows: cards, esims, reservations/],
  [{ cards: '89014104270000000001' }, /cards must be a list/],
  [{ cards: ['8901'] }, /8901 is no text of 19 or 20 digits/],
  [{ cards: [ICCID] }, /is there already/],
  [{ reservations: ['MINE'] }, /MINE is not id=number/],
  [
    { reservations: ['MINE=12025550123', 'YOURS=12025550123'] },
    /YOURS=12025550123: its id or its number is reserved already/,
  ],
  [
    { reservations: ['GRID1=12025550123'] },
    /GRID1=12025550123: its id or its number is reserved already/,
  ],
])('a seed file that cannot be is refused: %j', async (own, reason) => {
  await expect(startWholesale({ stock: { wholesale: own } })).rejects.toThrow(reason)
})

test('what a request needs beyond its four fields is not asked twice: prerequisites are told one at a time, in their order', async () => {
  await using sim = await startWholesale()
  const wrong = {
    wholesalePlanId: 'Plan999',
    location: { address: { zip: '00001' } },
    eid: undefined,
    gpsi: GPSI,
  }
  const codes = []
  for (const better of [
    {},
    { wholesalePlanId: 'Plan001' },
    { location: MINIMAL.location },
    { eid: EID },
  ]) {
    Object.assign(wrong, better)
    codes.push((await sim.activate(wrong)).body.code)
  }
  expect(codes).toEqual(['PLAN_NOT_FOUND', 'NO_COVERAGE', 'EID_REQUIRED', 'NUMBER_RESERVED'])
})
