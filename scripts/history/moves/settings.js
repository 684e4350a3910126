// Every setting of every provider: values that will do, what shows them, values that will not do.

const TEST = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const lists = ['listEsims', 'getCatalogue', 'listEsims']
const buying = ['createOrder', 'createOrder', 'getInventory']
const taking = ['revokeBundle', 'revokeBundle', 'refundInventory', 'revokeAssignment']
const waiting = ['createOrder', 'listEsimBundles', 'advanceClock', 'listEsimBundles']

/** By provider and setting: values that will do, and the moves that are made then to see it. */
export const settings = {
  'esim-go': {
    strict: [[true], ['createOrder', 'listEsims', 'applyBundle', 'createOrder']],
    wire: [['documented'], lists],
    groups: [['object'], ['listBundleGroups']],
    processingDelay: [['PT10M', '30s'], waiting],
    deliveryDelay: [['PT5M', '10s'], waiting],
    idleDeletion: [
      ['P10D', 'PT0S'],
      ['createOrder', 'advanceClock'],
    ],
    queuedKeepsEsim: [[false], ['createOrder', 'advanceClock']],
    consumptionBilling: [[false], ['listPrices']],
    asyncApplyDelay: [['PT1M', 'PT0S'], waiting],
    inventoryLifetime: [
      ['P2D', 'PT1S'],
      [...buying, 'advanceClock', 'refundInventory', 'applyBundle'],
    ],
    refunds: [['disabled'], taking],
    refundWindow: [['PT1H', 'PT0S'], taking],
    revokePick: [['oldest-unused'], ['revokeBundle', 'revokeBundle', 'revokeBundle']],
    returnsDelay: [['PT1M'], ['revokeBundle', 'installSim', 'advanceClock', 'listEsims']],
    lapseAfter: [
      ['P2D', 'PT1M'],
      ['createOrder', 'advanceClock', 'getEsimHistory'],
    ],
    topUpMinimum: [[1], ['topUpBalance', 'topUpBalance']],
    topUpMaximum: [[1_000_000], ['topUpBalance', 'topUpBalance']],
    lowBalance: [[0, 990, 100_000], buying],
    rateLimit: [
      [1, 3, 10],
      ['getOrganisation', 'listOrders', 'listEsims', 'advanceClock', 'getEsim'],
    ],
    refreshOutage: [
      ['PT0S', '1h'],
      ['refreshEsim', 'refreshEsim', 'getEsimLocation'],
    ],
    msisdns: [['none'], ['createOrder', 'createOrder', 'sendSms', 'sendSms']],
    smsSenders: [
      [['Roam Ltd'], ['Roam Ltd', 'nobody']],
      ['sendSms', 'sendSms', 'sendSms'],
    ],
    assignmentsJson: [
      ['array', 'object'],
      ['getAssignments', 'getAssignments', 'getAssignments'],
    ],
    signatureEncoding: [['hex'], ['useSim', 'getCallback', 'redeliverCallback']],
    retrySchedule: [
      [[], ['PT1S'], ['PT1S', '2s', '3s', '1h']],
      ['useSim', 'advanceClock'],
    ],
  },
  highland: {
    strict: [[true], ['acquireEsim', 'addProduct', 'getUsage']],
    auth: [['header'], ['acquireEsim', 'getUsage', 'listProducts']],
    authHeader: [['X-Partner'], ['getUsage']],
    authValue: [['Bearer other', 'a b'], ['getUsage']],
    failureStatus: [
      [400, 403, 404, 409, 422, 500],
      ['addProduct', 'removeProduct', 'acquireEsimById', 'onboardCompany'],
    ],
    installationCodeLifetime: [
      ['PT1M', 'PT0S', 'P1Y'],
      ['acquireEsim', 'advanceClock', 'getBarCode'],
    ],
    products: [
      [[`${TEST},9001,901,AT+CH,Alps-2GB/14days`], [`${TEST},9001,901,*,World_5MB/1days`]],
      ['listProducts', 'addProduct', 'addProduct', 'useSim'],
    ],
  },
  wholesale: {
    strict: [[true], ['activateSubscription', 'updateSubscriptionStatus', 'activateSubscription']],
    settlingDelay: [
      ['PT0S', 'PT1M'],
      ['activateSubscription', 'queryTransactionStatus', 'advanceClock'],
    ],
    settlement: [['fail'], ['activateSubscription', 'advanceClock', 'queryTransactionStatus']],
    tokenLifetime: [
      ['PT1S', 'P1D'],
      ['issueToken', 'advanceClock', 'queryTransactionStatus'],
    ],
    paths: [
      [
        ['activateSubscription=/sps/v5/activate', 'issueToken=/token'],
        ['queryTransactionStatus=/activate', 'activateSubscription=/transactionStatus'],
      ],
      ['getWorld', 'issueToken', 'activateSubscription', 'queryTransactionStatus'],
    ],
    signing: [['none'], ['activateSubscription', 'advanceClock', 'getCallback']],
    signingClock: [['wall'], ['activateSubscription', 'advanceClock', 'getCallback']],
    retrySchedule: [
      [[], ['PT1S', 'PT1M']],
      ['activateSubscription', 'advanceClock', 'advanceClock'],
    ],
  },
  'accounts-orders': {
    strict: [[true], ['listUsageItems', 'getOrder', 'createOrder', 'getOrderTemplate']],
    tokenLifetime: [
      ['PT10S', '2h'],
      ['issueToken', 'advanceClock', 'listAccounts'],
    ],
    orderProcessing: [
      ['PT0S', 'P1D'],
      ['createOrder', 'getOrder', 'advanceClock', 'getOrder'],
    ],
    orderOutcome: [['canceled'], ['createOrder', 'advanceClock', 'getOrder']],
    usageDelay: [['PT1H'], ['useSim', 'listUsageItems', 'advanceClock', 'listUsageItems']],
    smsIdField: [['id'], ['sendSms', 'sendSms']],
  },
}

/** Values that will not do, by provider. */
export const wrongSettings = [
  ['esim-go', { wire: 'loud' }],
  ['esim-go', { rateLimit: -1 }],
  ['esim-go', { topUpMinimum: 0 }],
  ['esim-go', { processingDelay: 'soon' }],
  ['esim-go', { processingDelay: 5 }],
  ['esim-go', { idleDeletion: '-P1D' }],
  ['esim-go', { retrySchedule: ['x'] }],
  ['esim-go', { retrySchedule: Array.from({ length: 51 }, () => 'PT1S') }],
  ['esim-go', { smsSenders: ['much too long a name'] }],
  ['esim-go', { smsSenders: 'Roam' }],
  ['esim-go', { smsSenders: [5] }],
  ['esim-go', { refunds: true }],
  ['esim-go', { colour: 'red' }],
  ['esim-go', {}],
  ['highland', { products: ['nonsense'] }],
  ['highland', { products: [`${TEST},852,1,US,Twin-1GB/7days`] }],
  ['highland', { products: [`${TEST},9,1,US,A-1GB/7days`, `${TEST},9,2,US,B-1GB/7days`] }],
  ['highland', { authHeader: 'two words' }],
  ['highland', { failureStatus: 418 }],
  ['wholesale', { paths: ['nothing=/x'] }],
  ['wholesale', { paths: ['issueToken=token'] }],
  ['wholesale', { paths: ['issueToken=/a', 'issueToken=/b'] }],
  ['wholesale', { paths: ['activateSubscription=/updateStatus'] }],
  ['wholesale', { settlement: null, strict: 'yes' }],
  ['accounts-orders', { tokenLifetime: 'P1000Y' }],
  ['accounts-orders', { constructor: 1 }],
  ['nobody', { strict: true }],
]

const all = Object.entries(settings).flatMap(([slug, table]) =>
  Object.keys(table).map((name) => [slug, name]),
)

/**
 * A change of the `turn`th setting, alone or with others of its provider, so that every one has its
 * turn; `next` are the operations that are asked for then.
 */
export function change(dice, turn) {
  const [slug, first] = all[turn % all.length]
  const table = settings[slug]
  const more = Object.keys(table).filter((name) => name !== 'rateLimit' && dice.chance(0.05))
  const names = [...new Set([first, ...more])]
  const values = Object.fromEntries(names.map((name) => [name, dice.pick(table[name][0])]))
  return { slug, values, next: table[first][1] }
}
