// The shop: sells eSIMs, delivers their QR codes, hears of their use, tops up what runs low.
import { createHmac, timingSafeEqual } from 'node:crypto'
import qrcode from 'qrcode'
import { EsimGoError, oneAtATime } from './esim-go.js'

/**
 * @typedef {'sold' | 'in use' | 'low' | 'used up' | 'expired'} SaleState
 * @typedef {{
 *   id: string, bundle: string, topUp: boolean, iccid: string, activationCode: string,
 *   state: SaleState, endsAt?: string, topUps: string[], messages: string[],
 * }} Sale
 * @typedef {Sale & { left: Map<string, number> }} Kept
 * @typedef {{
 *   id: string, initialQuantity: number, remainingQuantity: number, endTime: string,
 *   unlimited: boolean,
 * }} UsedBundle
 */

/** The part of a bundle with which it is low; that from which customers are told. */
const LOW = 0.2
const TOLD = 0.5
const OVER = ['depleted', 'expired', 'revoked', 'lapsed']

/**
 * @param {Pick<ReturnType<typeof import('./esim-go.js').openEsimGo>, 'purchase' | 'bundlesOn'>} esimGo
 * @param {string} key what its callbacks are signed with
 */
export function openShop(esimGo, key) {
  /** @type {Map<string, Kept>} */
  const sales = new Map()
  const inTurn = oneAtATime()

  /** @param {Kept} sale @param {UsedBundle} bundle */
  async function used(sale, { id, initialQuantity, remainingQuantity, endTime, unlimited }) {
    const left = unlimited ? 1 : remainingQuantity / initialQuantity
    // Callbacks have no ids: one that comes again, or late, is known by telling nothing new.
    if (left >= (sale.left.get(id) ?? Number.POSITIVE_INFINITY)) return
    if (left <= LOW && sale.topUp) {
      const key = `sale ${sale.id}, top-up of ${id}`
      const { orderReference } = await esimGo.purchase(key, sale.bundle, sale.iccid)
      if (!sale.topUps.includes(orderReference)) sale.topUps.push(orderReference)
    }
    sale.left.set(id, left)
    sale.endsAt = endTime
    sale.state = stateAt(left)
    if (left <= TOLD) sale.messages.push(`${Math.round((1 - left) * 100)} % of your data is used`)
  }

  return {
    /**
     * Sells an eSIM. The same id again sells nothing more.
     * @param {string} id @param {{ bundle: string, topUp?: boolean }} wanted
     * @returns {Promise<Sale>}
     * @throws {import('./esim-go.js').EsimGoError}
     */
    async buy(id, { bundle, topUp = false }) {
      const { order } = await esimGo.purchase(`sale ${id}`, bundle)
      const known = sales.get(id)
      if (known) return known
      const esim = order[0]?.esims?.[0]
      if (!esim) throw new Error(`the order for the sale ${id} has no eSIM`)
      const activationCode = `LPA:1$${esim.smdpAddress}$${esim.matchingId}`
      /** @type {Kept} */
      const sale = {
        ...{ id, bundle, topUp, iccid: esim.iccid, activationCode, state: 'sold' },
        ...{ topUps: [], messages: ['Your QR code is ready'], left: new Map() },
      }
      sales.set(id, sale)
      return sale
    },

    /** @param {string} id @returns {Sale | undefined} */
    sale: (id) => sales.get(id),

    /** The QR code of a sale, as a PNG. @param {Sale} sale @returns {Promise<Buffer>} */
    qrCode: ({ activationCode }) => qrcode.toBuffer(activationCode, { type: 'png' }),

    /**
     * Takes a callback of eSIM Go. It is answered when all is done: what fails is told us again.
     * @param {string} body as it came @param {string | undefined} signature
     * @returns {Promise<200 | 401>}
     */
    callback: (body, signature) =>
      inTurn(async () => {
        if (!isGenuine(body, signature, key)) return 401
        /** @type {{ iccid?: string, bundle?: UsedBundle }} */
        const { iccid, bundle } = JSON.parse(body)
        const sale = [...sales.values()].findLast((each) => each.iccid === iccid)
        if (sale && bundle) await used(sale, bundle)
        return 200
      }),

    /** Looks which eSIMs have expired, once a day: no callback tells of that. */
    async checkExpiry() {
      for (const sale of sales.values()) {
        if (sale.state === 'expired') continue
        const bundles = await esimGo.bundlesOn(sale.iccid).catch((error) => {
          // An eSIM that eSIM Go does not know any more keeps no other from being looked at.
          if (error instanceof EsimGoError && !error.isUnsure) return []
          throw error
        })
        const states = bundles.map(({ bundleState }) => bundleState)
        if (!states.includes('expired') || !states.every((each) => OVER.includes(each))) continue
        sale.state = 'expired'
        sale.messages.push('Your eSIM has expired')
      }
    },
  }
}

/** @param {number} left the part that is left @returns {SaleState} */
function stateAt(left) {
  if (left === 0) return 'used up'
  return left <= LOW ? 'low' : 'in use'
}

/** @param {string} body @param {string | undefined} signature in base64 @param {string} key */
function isGenuine(body, signature = '', key) {
  const wanted = createHmac('sha256', key).update(body).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
