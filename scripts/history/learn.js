// What a reply tells: ids, ICCIDs, references, tokens, links, the clock.
import { forgetOne, remember } from './memory.js'
import { jsonOf } from './send.js'

/** What a profile can be: SIMs are remembered by it. */
const profiles = ['released', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted']

/** How many values of a reply are looked at. */
const MOST = 4000

/** Calls `see(name, value, holder)` for each field at any depth. */
function walk(value, see, left = { count: MOST }, name = '', holder = undefined) {
  left.count -= 1
  if (left.count < 0) return
  see(name, value, holder)
  if (typeof value !== 'object' || value === null) return
  const list = Array.isArray(value)
  for (const [key, below] of Object.entries(value)) walk(below, see, left, list ? name : key, value)
}

const byProvider = {
  'esim-go'(memory, { about = {} }, body) {
    walk(body, (name, value, holder) => {
      if (typeof value === 'string') {
        if (name === 'iccid' || name === 'iccids') remember(memory, 'esim-go iccid', value)
        if (name === 'orderReference') remember(memory, 'order', value)
        if (name === 'orderReference' || name === 'applyReference')
          remember(memory, 'reference', value)
        if (name === 'offerId') remember(memory, 'offer', { ...about, offer: value })
        if (name === 'name' && value.startsWith('esim_')) remember(memory, 'bundle', value)
        if (name === 'invoiceLink') remember(memory, 'link', value)
      }
      if (name === 'remaining' && value > 0) remember(memory, 'lot', holder.id)
      if (name === 'available') remember(memory, 'held', holder.name)
      if (name === 'assignments' && Array.isArray(value) && about.iccid)
        for (const each of value)
          remember(memory, 'assignment', {
            iccid: about.iccid,
            name: holder.name ?? about.name,
            id: each.id,
          })
    })
  },
  highland(memory, _, body) {
    walk(body, (name, value, holder) => {
      if (name === 'company_id' && body.sim_total !== undefined) remember(memory, 'company', value)
      if (name === 'sim_id')
        remember(memory, 'highland sim', { company: body.company_id ?? '', sim: value })
      if (name === 'bar_code_url') remember(memory, 'link', value)
      if (name === 'iccid') remember(memory, 'highland iccid', value)
      if (name === 'useAreaId') remember(memory, 'product', { id: holder.id, market: value })
    })
  },
  wholesale(memory, { about }) {
    if (about?.transaction) remember(memory, 'transaction', about.transaction)
    if (about?.line) remember(memory, 'line', about.line)
  },
  'accounts-orders'(memory, _, body) {
    walk(body, (name, value) => {
      if (typeof value !== 'string') return
      const prefix = name.endsWith('id') && /^(acc|otpl|prod|sbr|sub|order)_/.exec(value)?.[1]
      if (prefix) remember(memory, prefix, value)
      if (name === 'href') remember(memory, value.includes('cursor=') ? 'next page' : 'link', value)
      if (name === 'msisdn') remember(memory, 'msisdn', value)
      if (name === 'iccid') remember(memory, 'accounts-orders iccid', value)
    })
  },
}

/** What the control API tells of SIMs, callbacks and exchanges. */
function learnControl(memory, body) {
  walk(body, (name, value, holder) => {
    if (name === 'iccid' && holder.profile !== undefined) {
      const { provider, profile } = holder
      remember(memory, 'sim', { provider, iccid: value })
      remember(memory, `${provider} iccid`, value)
      for (const each of profiles) forgetOne(memory, each, { provider, iccid: value })
      remember(memory, profile, { provider, iccid: value })
    }
    if (typeof value === 'string' && name === 'id' && /^cb_\d+$/.test(value))
      remember(memory, 'callback', value)
    if (name === 'id' && holder.requestHeaders) remember(memory, 'exchange', value)
  })
}

/** The clock, wherever it stands in a reply of the control API. */
function learnClock(memory, { clock, now, mode, rate, to, fired }) {
  const shown = clock ?? (mode === undefined ? undefined : { now, mode, rate })
  if (shown) Object.assign(memory, { now: shown.now, slow: shown.rate < 0.001 })
  if (fired && to) memory.now = to
}

/** Notes what is told of a world by the reply to a request that was meant for it. */
export function learn(memory, request, reply, secrets) {
  const { slug, token } = request
  if (reply.status === 401 && slug && !request.damaged) delete memory.tokens[slug]
  const body = jsonOf(reply)
  if (!body || reply.status >= 300) return
  if (token && body.access_token) memory.tokens[token] = body.access_token
  if (slug) byProvider[slug](memory, request, body)
  else if (!request.elsewhere) {
    learnClock(memory, body)
    learnControl(memory, body)
    if (body.credentials && body.name === memory.name) memory.credentials = body.credentials
  }
  for (const { callbackSecret } of Object.values(body.credentials ?? {}))
    if (callbackSecret?.startsWith('whsec_')) secrets.add(callbackSecret)
}
