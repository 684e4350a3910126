// What a run found, as numbers to keep and as a table to read.

/** @typedef {{ median: number, min: number, max: number }} Spread */
/** @typedef {{ rate: number, p50: number, p99: number, busy: number | undefined }} Sample one peer in one round */
/** @typedef {{ title: string, bytes: number, rounds: Record<string, Sample>[] }} Load samples by peer */
/** @typedef {{ firstAnswer: number[], idle: number | undefined }} Startup */
/** @typedef {{ title: string, peers: Record<string, PeerFigures> }} LoadFigures */
/** @typedef {{ what: string, wanted: string, measured: number | undefined, met: boolean | undefined }} Wish */

/**
 * @typedef {object} PeerFigures
 * @property {Spread} requestsPerSecond
 * @property {Spread} toBare requests/s against bare node:http in the same round
 * @property {Spread} toPrism
 * @property {Spread} p50 ms
 * @property {Spread} p99 ms
 * @property {Spread | undefined} busy share of one processor that the server used
 * @property {Spread | undefined} cost processor time of the server for one request, in us: less moved by a busy machine than the rate
 */

/** Where bare node:http itself swings by more than this factor, something else ran on the machine. */
const UNSTEADY = 1.5

/** @param {(number | undefined)[]} values @returns {Spread | undefined} */
export function spreadOf(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (low === undefined || high === undefined || min === undefined || max === undefined)
    return undefined
  return { median: (low + high) / 2, min, max }
}

/** @param {Load} load @param {string} id @returns {PeerFigures} */
function figuresOf({ rounds }, id) {
  const each = (/** @type {(round: Record<string, Sample>) => number | undefined} */ value) =>
    spreadOf(rounds.map(value))
  const sure = (/** @type {(round: Record<string, Sample>) => number | undefined} */ value) =>
    each(value) ?? { median: 0, min: 0, max: 0 }
  const ratio = (/** @type {string} */ other) =>
    sure((round) => (round[id]?.rate ?? 0) / (round[other]?.rate ?? 1))
  return {
    requestsPerSecond: sure((round) => round[id]?.rate),
    toBare: ratio('bare'),
    toPrism: ratio('prism'),
    p50: sure((round) => round[id]?.p50),
    p99: sure((round) => round[id]?.p99),
    busy: each((round) => round[id]?.busy),
    cost: each(({ [id]: sample }) =>
      sample?.busy === undefined ? undefined : (1e6 * sample.busy) / sample.rate,
    ),
  }
}

/**
 * @param {import('./peers.js').Peer[]} peers
 * @param {Load[]} loads
 * @param {Record<string, Startup>} startups by peer
 * @param {{ pages: import('./pages.js').Pages, library: import('./library.js').Library[] }} others
 */
export function figures(peers, loads, startups, { pages, library }) {
  const requests = loads.map((load) => ({
    title: load.title,
    bytes: load.bytes,
    peers: Object.fromEntries(peers.map(({ id }) => [id, figuresOf(load, id)])),
  }))
  const starts = Object.fromEntries(
    peers.map(({ id }) => [
      id,
      { firstAnswer: spreadOf(startups[id]?.firstAnswer ?? []), idleMegabytes: startups[id]?.idle },
    ]),
  )
  /** @type {Wish[]} */
  const wanted = []
  const wish = (
    /** @type {string} */ what,
    /** @type {number | undefined} */ measured,
    /** @type {'>=' | '<='} */ sign,
    /** @type {number} */ bound,
    unit = '',
  ) => {
    const meets = (/** @type {number} */ value) => (sign === '>=' ? value >= bound : value <= bound)
    const met = measured === undefined ? undefined : meets(measured)
    wanted.push({ what, wanted: `${sign} ${bound}${unit}`, measured, met })
  }
  for (const { id, title } of peers.filter((peer) => peer.id === 'ours' || peer.id === 'lowdb')) {
    for (const request of requests) {
      wish(
        `${title}: ${request.title}, of bare node:http`,
        request.peers[id]?.toBare.median,
        '>=',
        0.5,
      )
      wish(`${title}: ${request.title}, of Prism`, request.peers[id]?.toPrism.median, '>=', 3)
    }
    const [ours, bare] = [starts[id], starts.bare]
    const first = over(ours?.firstAnswer?.median, bare?.firstAnswer?.median)
    wish(`${title}: first answer, of bare node:http`, first, '<=', 2.5)
    const idle = over(ours?.idleMegabytes, bare?.idleMegabytes)
    wish(`${title}: idle memory, of bare node:http`, idle, '<=', 1.5)
  }
  const ratio = spreadOf(pages.rounds.map(({ first, middle }) => middle / first))
  wish(
    `accounts-orders: a page in the middle of ${pages.size} subscriptions, of the first`,
    ratio?.median,
    '<=',
    1.3,
  )
  for (const [what, name, bound] of LIBRARY)
    wish(
      `library: ${what}`,
      spreadOf(library.map((each) => each[name]))?.median,
      '<=',
      bound,
      ' ms',
    )
  return { requests, starts, pages, library, wanted }
}

/** @type {readonly (readonly [what: string, name: keyof import('./library.js').Library, most: number])[]} ms of processor time */
const LIBRARY = [
  ['startSimulator() in a fresh process', 'fresh', 150],
  ['startSimulator() with one provider, warm', 'warm', 40],
  ['reset()', 'reset', 5],
  ['a new world', 'world', 10],
]

/** @param {number | undefined} value @param {number | undefined} base */
const over = (value, base) => (value === undefined || !base ? undefined : value / base)

/** Columns as wide as their widest cell; all but the first to the right. @param {string[][]} rows */
function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lines = rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    ),
  )
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n')
}

/** @param {number | undefined} value */
function plain(value, digits = 0) {
  return value === undefined ? '-' : value.toFixed(digits)
}

/** @param {Spread | undefined} spread */
function range(spread, digits = 0) {
  return spread ? `${plain(spread.min, digits)}..${plain(spread.max, digits)}` : '-'
}

/**
 * @param {import('./peers.js').Peer[]} peers
 * @param {ReturnType<typeof figures>} found
 */
export function table(peers, { requests, starts, wanted }) {
  const loads = requests.map(({ title, bytes, peers: measured }) => {
    const head = [
      `${title}, ${bytes} bytes`,
      'requests/s',
      'spread',
      'of bare',
      'spread',
      'of Prism',
      'p50 ms',
      'p99 ms',
      'busy',
      'cpu us',
    ]
    const rows = peers.map(({ id, title: peer }) => {
      const {
        requestsPerSecond: rate,
        toBare,
        toPrism,
        p50,
        p99,
        busy,
        cost,
      } = /** @type {PeerFigures} */ (measured[id])
      return [
        peer,
        plain(rate.median),
        range(rate),
        plain(toBare.median, 3),
        range(toBare, 3),
        plain(toPrism.median, 1),
        plain(p50.median, 3),
        plain(p99.median, 3),
        busy ? `${plain(100 * busy.median)} %` : '-',
        plain(cost?.median, 1),
      ]
    })
    return aligned([head, ...rows])
  })
  const startRows = peers.map(({ id, title }) => {
    const first = starts[id]?.firstAnswer
    return [title, plain(first?.median), range(first), plain(starts[id]?.idleMegabytes, 1)]
  })
  const wishes = wanted.map(({ what, wanted: bound, measured, met }) => [
    what,
    bound,
    plain(measured, measured !== undefined && measured < 20 ? 3 : 0),
    verdict(met),
  ])
  const unsteady = requests.filter(({ peers: measured }) => {
    const rate = measured.bare?.requestsPerSecond
    return rate && rate.max > UNSTEADY * rate.min
  })
  return [
    ...loads,
    aligned([['Start', 'first answer ms', 'spread', 'idle memory MB'], ...startRows]),
    aligned([['Wanted', '', 'measured', ''], ...wishes]),
    ...(unsteady.length > 0
      ? [
          `The machine had other work (${unsteady.map(({ title }) => title).join(', ')}): see the spread of bare node:http.`,
        ]
      : []),
  ].join('\n\n')
}

/** @param {boolean | undefined} met */
function verdict(met) {
  if (met === undefined) return 'unknown'
  return met ? 'ok' : 'missed'
}
