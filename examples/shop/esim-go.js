// The shop's client of eSIM Go v2.4: purchases that are never paid twice, and what an eSIM has.

/**
 * @typedef {{ iccid: string, matchingId: string, smdpAddress: string }} Esim
 * @typedef {{ item: string, iccids?: string[], esims?: Esim[] }} OrderLine
 * @typedef {{ orderReference: string, status: string, order: OrderLine[] }} Order
 * @typedef {{ id: string, bundleState: string, endTime?: string }} Assignment
 */

/** eSIM Go refused; or gave no answer, and then nobody knows what it has done. */
export class EsimGoError extends Error {
  /**
   * @param {string} message
   * @param {number} [status] none where no answer came
   */
  constructor(message, status) {
    super(message)
    this.status = status
  }

  /** False where eSIM Go said no: then nothing was bought. */
  get isUnsure() {
    return this.status === undefined || this.status >= 500
  }
}

const TRIES = 2
/** How many orders a look back sees. */
const LOOK_BACK = 50

/**
 * @param {{ baseUrl: string, key: string, timeout?: number }} options timeout in ms
 */
export function openEsimGo({ baseUrl, key, timeout = 10_000 }) {
  /**
   * What was bought, or was tried to, by a key of our own: eSIM Go takes no such keys.
   * @type {Map<string, { since: string | undefined, order?: Order }>}
   */
  const purchases = new Map()
  const inTurn = oneAtATime()

  /**
   * @param {string} path
   * @param {object} [body]
   * @throws EsimGoError
   */
  async function call(path, body) {
    const request = {
      method: body ? 'POST' : 'GET',
      headers: { 'X-API-Key': key, Accept: 'application/json', 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(timeout),
    }
    const answer = await fetch(baseUrl + path, request)
      .then(async (response) => ({ response, text: await response.text() }))
      .catch((error) => {
        throw new EsimGoError(`${path} was not answered: ${error.cause?.message ?? error.message}`)
      })
    const { response, text } = answer
    if (!response.ok)
      throw new EsimGoError(`${path} was answered ${response.status}: ${text}`, response.status)
    return JSON.parse(text)
  }

  /**
   * @param {number} limit
   * @returns {Promise<Order[]>} the newest first
   */
  const latestOrders = (limit) => call(`/orders?limit=${limit}`)

  /**
   * The order that was made although its answer did not arrive.
   * @param {string | undefined} since what the newest order was before
   * @param {string} item
   * @param {string | undefined} iccid
   */
  async function madeSince(since, item, iccid) {
    const orders = await latestOrders(LOOK_BACK)
    const end = orders.findIndex(({ orderReference }) => orderReference === since)
    const ours = [...purchases.values()].map(({ order }) => order?.orderReference)
    return orders
      .slice(0, end < 0 ? orders.length : end)
      .find(
        ({ orderReference, order: [line] }) =>
          !ours.includes(orderReference) &&
          line?.item === item &&
          (iccid === undefined || line.iccids?.includes(iccid)),
      )
  }

  /**
   * @param {{ since: string | undefined, order?: Order }} purchase
   * @param {string} item
   * @param {string} [iccid]
   * @param {boolean} [isRepeated] whether an order may have been made before
   * @returns {Promise<Order>}
   */
  async function ordered(purchase, item, iccid, isRepeated = false) {
    if (isRepeated) {
      const made = await madeSince(purchase.since, item, iccid)
      if (made) return made
    }
    const line = { type: 'bundle', quantity: 1, item, iccids: iccid === undefined ? [] : [iccid] }
    for (let tries = 1; ; tries += 1) {
      try {
        return await call('/orders', { type: 'transaction', assign: true, order: [line] })
      } catch (error) {
        if (!(error instanceof EsimGoError && error.isUnsure)) throw error
        const made = await madeSince(purchase.since, item, iccid)
        if (made) return made
        if (tries === TRIES) throw error
      }
    }
  }

  return {
    /**
     * Buys a bundle, on a new eSIM unless one is given. The same key again buys nothing: it is
     * answered what was bought, and goes on where the last try left nobody sure.
     * @param {string} key @param {string} item @param {string} [iccid]
     * @returns {Promise<Order>}
     * @throws EsimGoError
     */
    purchase: (key, item, iccid) =>
      inTurn(async () => {
        const known = purchases.get(key)
        if (known?.order) return known.order
        const purchase = known ?? { since: (await latestOrders(1))[0]?.orderReference }
        purchases.set(key, purchase)
        const order = await ordered(purchase, item, iccid, known !== undefined)
        purchases.set(key, { ...purchase, order })
        return order
      }),

    /**
     * @param {string} iccid
     * @returns {Promise<Assignment[]>} those that are used up or expired, too
     */
    async bundlesOn(iccid) {
      const { bundles } = await call(`/esims/${iccid}/bundles?includeUsed=true`)
      return bundles.flatMap(
        (/** @type {{ assignments: Assignment[] }} */ each) => each.assignments,
      )
    },
  }
}

/** What it is given is done one after the other, whatever becomes of those before. */
export function oneAtATime() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve()
  return /** @template T @param {() => Promise<T>} act @returns {Promise<T>} */ (act) => {
    const done = last.then(act)
    last = done.catch(() => {})
    return done
  }
}
