// What a history asks of the wholesale API: activations, changes, transactions and tokens.
import { recall } from '../memory.js'
import { tokenRequest } from './tokens.js'

const EXAMPLE = { iccid: '11986621644523024501', gpsi: '19459986891' }

function luhnDigit(body) {
  const sum = [...body].reverse().reduce((total, sign, at) => {
    const value = at % 2 === 0 ? Number(sign) * 2 : Number(sign)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}

/** The ICCID of the stock: 1 to 50 are cards, 51 to 100 eSIMs. */
function stocked(number) {
  const body = `89013133400000${String(number).padStart(4, '0')}`
  return body + luhnDigit(body)
}

const paths = {
  activateSubscription: '/activate',
  updateSubscriptionStatus: '/updateStatus',
  queryTransactionStatus: '/transactionStatus',
  issueToken: '/oauth/token',
}

/** Where an operation is served: where the setting `paths` moved it, at most times. */
export function pathOf(memory, dice, operation) {
  const lines = memory.settings.wholesale?.paths ?? []
  const moved = lines.find((line) => line.startsWith(`${operation}=`))
  return moved && dice.chance(0.8) ? moved.slice(operation.length + 1) : paths[operation]
}

/** The node a request is for, and the process it belongs to: in headers and the query. */
function context(dice) {
  const node = dice.pick(['920000108464', '920000108465', 'brand'])
  const headers = {
    ...dice.some({ wholesaleCustomerId: node }, 0.15),
    ...dice.some(
      {
        'X-Correlation-Id': dice.pick(['TQA20210903', '0b0e1a52-8a0f-4b5c-9d55-3e1c1f0a9d11', '']),
      },
      0.3,
    ),
  }
  return { headers, query: dice.some({ wholesaleCustomerId: dice.pick([node, 'other']) }, 0.05) }
}

function transactionId(memory, dice) {
  const fresh = `${dice.chance(0.08) ? 'FAIL-' : 'Txn'}${dice.text(6, '0123456789')}`
  return dice.chance(0.1) ? recall(memory, 'transaction', dice, fresh) : fresh
}

function simOf(memory, dice) {
  const eid = `890490320210088813003047411583${dice.whole(10, 99)}`
  return dice.weighted([
    [5, { iccid: stocked(dice.whole(1, 50)) }],
    [4, { eid }],
    [2, { iccid: stocked(dice.whole(51, 100)), eid, eSIMDeliveryMethod: 'QR' }],
    [0.7, { iccid: stocked(dice.whole(51, 100)) }],
    [1, { iccid: EXAMPLE.iccid }],
    [0.3, { iccid: '8900000000000000001' }],
    [0.3, { iccid: '8901313340000009999' }],
    [0.3, { iccid: recall(memory, 'wholesale iccid', dice, '12') }],
    [0.3, {}],
  ])
}

function termsOf(dice) {
  const wholesalePlanId = dice.weighted([
    [6, 'Plan001'],
    [3, 'Plan002'],
    [0.4, 'Plan003'],
  ])
  const product = {
    productId: dice.pick(['Plan001-DATA', 'Plan001-HOTSPOT', 'Plan002-DATA', 'Plan009-X']),
    action: dice.pick(['Add', 'Update', 'Remove', 'Twist']),
    characteristics: [{ key: 'Download Speed', value: '128 bps' }],
  }
  const buckets = [
    ['1000001'],
    ['1000002', '1000003'],
    [],
    ['2000001'],
    ['9'],
    ['1000001', '1000001'],
  ]
  return {
    wholesalePlanId,
    ...dice.some({ bucketRefId: dice.pick(buckets) }, 0.4),
    ...dice.some({ products: [product] }, 0.35),
    ...dice.some({ billCycleStartDay: dice.pick([1, 15, 28, 28, 29, 1.5]) }, 0.4),
    ...dice.some({ billCycleFrequency: dice.pick(['MONTHLY', 'MONTHLY', 'YEARLY']) }, 0.3),
  }
}

function numberOf(memory, dice) {
  return dice.weighted([
    [6, {}],
    [2, { gpsi: `1720666${dice.whole(1000, 1999)}` }],
    [1, { gpsiReservationId: dice.pick(['GRID1', 'GRID2', 'GRID3', 'GRID9']) }],
    [0.6, { gpsi: EXAMPLE.gpsi, gpsiReservationId: 'GRID368599719' }],
    [0.3, { gpsi: '19455550101' }],
    [0.3, { gpsi: '10005550101' }],
    [0.3, { gpsi: '17205550001', gpsiReservationId: 'GRID2' }],
    [0.3, { gpsi: recall(memory, 'line', dice, EXAMPLE).gpsi ?? '17205550001' }],
  ])
}

function activate(memory, dice) {
  const partnerTransactionId = transactionId(memory, dice)
  const sim = simOf(memory, dice)
  const json = {
    partnerTransactionId,
    subscriberId: dice.pick(['Sub001', 'Sub042', 'Sub 7']),
    location: {
      address: {
        city: 'Littleton',
        zip: dice.weighted([
          [9, '80120'],
          [2, '80202-1234'],
          [0.4, '00012'],
          [0.2, 'x'],
        ]),
      },
    },
    ...termsOf(dice),
    ...sim,
    ...numberOf(memory, dice),
    ...dice.some(
      {
        pei: dice.weighted([
          [5, '2288151828896431'],
          [1, '0000000028896431'],
        ]),
      },
      0.3,
    ),
  }
  const line = sim.iccid
    ? { line: { iccid: sim.iccid, ...(json.gpsi ? { gpsi: json.gpsi } : {}) } }
    : {}
  return {
    method: 'POST',
    path: pathOf(memory, dice, 'activateSubscription'),
    json,
    ...context(dice),
    about: { transaction: partnerTransactionId, ...line },
  }
}

function update(memory, dice) {
  const partnerTransactionId = transactionId(memory, dice)
  const seen = recall(memory, 'wholesale iccid', dice, EXAMPLE.iccid)
  const line = dice.chance(0.5) ? recall(memory, 'line', dice, EXAMPLE) : { iccid: seen }
  const gpsi = line.gpsi ?? '17205550001'
  const which = dice.weighted([
    [6, { iccid: line.iccid }],
    [1.5, { gpsi }],
    [1, { gpsi: Number(gpsi) }],
    [1, { iccid: line.iccid, gpsi }],
    [0.4, {}],
  ])
  const action = dice.pick([
    'Suspend',
    'Suspend',
    'Resume',
    'Resume',
    'Cease',
    'Reactivate',
    'Reactivate',
    'Sleep',
  ])
  return {
    method: 'POST',
    path: pathOf(memory, dice, 'updateSubscriptionStatus'),
    json: { partnerTransactionId, ...which, action },
    ...context(dice),
    about: { transaction: partnerTransactionId },
  }
}

function query(memory, dice) {
  const id = dice.chance(0.08) ? 'Txn-unknown' : recall(memory, 'transaction', dice, 'Txn000000000')
  const { headers, query } = context(dice)
  return {
    method: 'GET',
    path: pathOf(memory, dice, 'queryTransactionStatus'),
    query: { ...dice.some({ partnerTransactionId: id }, 0.97), ...query },
    headers,
  }
}

/** By operation: how often it is asked, and how. */
export const moves = {
  activateSubscription: [6, activate],
  updateSubscriptionStatus: [6, update],
  queryTransactionStatus: [3, query],
  issueToken: [
    0.5,
    (memory, dice) => tokenRequest(memory, dice, 'wholesale', pathOf(memory, dice, 'issueToken')),
  ],
}
