// What a history asks of the control API about one world: reads, devices, the clock, callbacks.
import { recall } from '../memory.js'
import { receiverPaths } from '../receiver.js'

export const slugs = ['esim-go', 'highland', 'wholesale', 'accounts-orders']

/** Virtual seconds a second: the clock goes, and within a run it shows no later millisecond. */
export const SLOW = 0.000001

const NOBODYS = '8943108170000000013'
const anySlug = (dice) => (dice.chance(0.07) ? 'nobody' : dice.pick(slugs))
const limits = (dice) =>
  dice.some({ limit: dice.pick(['1', '2', '5', '20', '1000', '0', 'x']) }, 0.5)
const get = (path, query = {}) => ({ method: 'GET', path: `/_sim${path}`, query })

/**
 * A SIM that was seen, mostly of the provider that is being asked; and the query that names it.
 * @param fitting what its profile should be, at most times
 */
function sim(memory, dice, fitting) {
  if (dice.chance(0.03)) return { iccid: dice.pick([NOBODYS, '12', 'abc']), query: {} }
  const slug = dice.chance(0.6) && memory.subject ? memory.subject : dice.pick(slugs)
  const ready = fitting && dice.chance(0.75) ? recall(memory, fitting, dice, undefined) : undefined
  const own = recall(memory, `${slug} iccid`, dice, undefined)
  const other = recall(memory, 'sim', dice, { iccid: NOBODYS })
  const seen = ready ?? (own ? { provider: slug, iccid: own } : other)
  const provider = dice.chance(0.05) ? anySlug(dice) : seen.provider
  return { iccid: seen.iccid, query: provider ? dice.some({ provider }, 0.3) : {} }
}

const device = (what, fitting, body = () => undefined) =>
  function onDevice(memory, dice) {
    const { iccid, query } = sim(memory, dice, fitting)
    const json = body(memory, dice)
    const rest = json === undefined ? {} : { json }
    return { method: 'POST', path: `/_sim/sims/${iccid}/${what}`, query, ...rest }
  }

function attaching(_memory, dice) {
  const country = dice.weighted([
    [6, 'GB'],
    [4, 'US'],
    [2, 'FR'],
    [2, 'DE'],
    [1, 'jp'],
    [1, 'CN'],
    [0.5, 'XX'],
    [0.3, 'GBR'],
  ])
  return {
    country,
    ...dice.some({ operator: dice.pick(['Orange', 'O2', '234-10', '208-01', 'Nobody']) }, 0.15),
  }
}

function using(_memory, dice) {
  const amount = dice.weighted([
    [
      5,
      {
        data: dice.pick(['1MB', '50MB', '500MB', '800 MB', '1GB', '1.5GB', '11GB', '9KB', '3 TB']),
      },
    ],
    [2, { bytes: dice.pick([1, 5000, 999_999, 500_000_000, 10_000_000_000]) }],
    [2, { sms: dice.pick([1, 2, 5, 1000]) }],
    [2, { minutes: dice.pick([0.1, 2, 12.5, 90, 1440]) }],
    [0.4, { data: dice.pick(['much', '0B', '-1MB', '1.5B']) }],
    [0.3, { bytes: 1, sms: 1 }],
    [0.2, {}],
    [0.2, { minutes: 1441 }],
  ])
  const side = {
    direction: dice.pick(['inbound', 'outbound', 'in', 'out', 'up']),
    peer: dice.pick(['447700900123', '+33612345678', 'voicemail']),
  }
  return { ...amount, ...dice.some(side, 0.25) }
}

const lengths = [
  [9, 'PT2S'],
  [5, '5s'],
  [5, 'PT5M'],
  [6, '2m'],
  [4, 'PT10M'],
  [3, 'PT1H'],
  [3, '90m'],
  [4, 'P1D'],
  [2, 'P3D'],
  [2, 'P4DT1H'],
  [2, 'P8D'],
  [1.2, 'P31D'],
  [0.7, 'P61D'],
  [0.4, 'P187D'],
  [0.15, 'P13M'],
  [0.6, 'PT0S'],
  [0.2, 'P9000Y'],
  [0.2, '-P1D'],
  [0.2, 'soon'],
  [0.1, ''],
]

/** An instant a while after the world's now; at times before it. */
function later(memory, dice) {
  const away = dice.weighted([
    [4, dice.whole(0, 60_000)],
    [4, dice.whole(0, 7 * 86_400_000)],
    [1, -1],
  ])
  return new Date(Date.parse(memory.now) + away).toISOString()
}

function advance(memory, dice) {
  const limited = dice.some({ maxEvents: dice.pick([1, 2, 3, 10, 0]) }, 0.1)
  const wall = dice.some({ maxWall: dice.pick(['1h', 600_000, 'PT30M', 0]) }, 0.05)
  const by = { by: dice.weighted(lengths) }
  const to = {
    to: dice.chance(0.95)
      ? later(memory, dice)
      : dice.pick(['noon', '9500-01-01T00:00:00Z', '1960-01-01T00:00:00Z']),
  }
  const json = dice.weighted([
    [8, by],
    [2, to],
    [0.1, { ...by, ...to }],
    [0.1, {}],
  ])
  return { method: 'POST', path: '/_sim/clock/advance', json: { ...json, ...limited, ...wall } }
}

function freeze(memory, dice) {
  const json = dice.weighted([
    [3, { at: later(memory, dice) }],
    [3, {}],
    [2, undefined],
    [0.2, { at: 'noon' }],
    [0.2, { at: '1969-12-31T23:59:59Z' }],
    [0.2, { until: 'noon' }],
  ])
  return { method: 'POST', path: '/_sim/clock/freeze', ...(json ? { json } : {}) }
}

/** Where the rate is not known to be slow, a slow one is given: no reply may depend on the wall. */
function resume(memory, dice) {
  const slow = { rate: SLOW }
  const json = dice.weighted([
    [6, memory.slow && dice.chance(0.5) ? undefined : slow],
    [0.4, { rate: 0 }],
    [0.4, { rate: 'fast' }],
    [0.4, { rate: 1_000_001 }],
  ])
  // Never spoiled: a field that is lost would have the clock go by the second.
  return { method: 'POST', path: '/_sim/clock/resume', share: 0, ...(json ? { json } : {}) }
}

/** Where no callback arrives, or none may go at all. */
export const shutTargets = [
  'http://127.0.0.1:9/closed',
  'https://127.0.0.1:9/closed',
  'http://10.1.2.3/inside',
  'http://192.0.2.77/outside',
  'http://169.254.169.254/latest',
  'http://me:secret@127.0.0.1/ok',
  'ftp://127.0.0.1/x',
  'no url',
]

function target(_memory, dice, { receiver }) {
  const slug = dice.weighted([
    [6, 'esim-go'],
    [3, 'wholesale'],
    [0.5, 'highland'],
    [0.5, 'accounts-orders'],
    [0.2, 'nobody'],
  ])
  const url = dice.weighted([
    [12, `http://127.0.0.1:${receiver}${dice.weighted(receiverPaths)}`],
    [1, `http://localhost:${receiver}/ok/by-name`],
    [2, dice.pick(shutTargets)],
  ])
  const version = dice.weighted([
    [5, {}],
    [3, { version: 2 }],
    [3, { version: 3 }],
    [0.3, { version: 4 }],
  ])
  return { method: 'PUT', path: `/_sim/callbacks/target/${slug}`, json: { url, ...version } }
}

const callback = (memory, dice) =>
  dice.chance(0.06)
    ? dice.pick(['cb_999999', 'cb_1', 'x'])
    : recall(memory, 'callback', dice, 'cb_000001')

const exchange = (memory, dice) =>
  dice.chance(0.2) ? dice.pick(['0', '99999', '77777', 'x']) : recall(memory, 'exchange', dice, 1)

function listCallbacks(memory, dice) {
  return get('/callbacks', {
    ...limits(dice),
    ...dice.some(
      {
        state: dice.pick(['pending', 'retrying', 'delivered', 'dead', 'lost']),
        type: dice.pick(['Utilisation', 'FirstUse', 'ProfileStatusChange', 'Activate', 'none']),
        provider: anySlug(dice),
        iccid: recall(memory, 'esim-go iccid', dice, '8943108170000000013'),
      },
      0.2,
    ),
  })
}

function listJournal(_memory, dice) {
  return get('/journal', {
    ...limits(dice),
    ...dice.some(
      {
        provider: anySlug(dice),
        operation: dice.pick(['createOrder', 'issueToken', 'getEsim', 'acquireEsim', 'nothing']),
        status: dice.pick(['200', '400', '401', '403', '404', '99', 'ok']),
        refused: dice.pick(['true', 'false', 'maybe']),
      },
      0.25,
    ),
  })
}

const listed = (path) => (memory, dice) =>
  get(path, {
    ...limits(dice),
    ...dice.some({ provider: anySlug(dice) }, 0.4),
    ...dice.some(
      path === '/sims'
        ? { offset: dice.pick(['0', '3', '60', '-1']) }
        : { iccid: sim(memory, dice).iccid },
      0.25,
    ),
  })

/** By operation: how often it is asked, and how. */
export const moves = {
  getHealth: [0.6, () => get('/health')],
  listWorlds: [0.6, () => get('/worlds')],
  getWorld: [1, (memory) => get(`/worlds/${memory.name}`)],
  getClock: [1, () => get('/clock')],
  advanceClock: [16, advance],
  freezeClock: [1.2, freeze],
  resumeClock: [1, resume],
  listSims: [5, listed('/sims')],
  getSim: [
    6,
    (memory, dice) => {
      const { iccid, query } = sim(memory, dice)
      return get(`/sims/${iccid}`, query)
    },
  ],
  downloadSim: [1.5, device('download', 'released')],
  installSim: [6, device('install', 'released')],
  enableSim: [2, device('enable', 'disabled')],
  disableSim: [2, device('disable', 'enabled')],
  deleteSim: [1.5, device('delete', 'disabled')],
  attachSim: [5, device('attach', 'enabled', attaching)],
  detachSim: [2, device('detach', 'enabled')],
  useSim: [12, device('use', 'enabled', using)],
  listMessages: [2, listed('/messages')],
  listCallbacks: [4, listCallbacks],
  getCallback: [3, (memory, dice) => get(`/callbacks/${callback(memory, dice)}`)],
  redeliverCallback: [
    3,
    (memory, dice) => ({
      method: 'POST',
      path: `/_sim/callbacks/${callback(memory, dice)}/redeliver`,
    }),
  ],
  setCallbackTarget: [3, target],
  removeCallbackTarget: [
    0.6,
    (_memory, dice) => ({ method: 'DELETE', path: `/_sim/callbacks/target/${anySlug(dice)}` }),
  ],
  listJournal: [4, listJournal],
  getJournalEntry: [2, (memory, dice) => get(`/journal/${exchange(memory, dice)}`)],
  getState: [0.2, () => get('/state')],
  getSettings: [1.5, (_memory, dice) => get(`/settings/${anySlug(dice)}`)],
  listProvenance: [0.5, () => get('/provenance')],
  getProvenance: [0.7, (_memory, dice) => get(`/provenance/${anySlug(dice)}`)],
}
