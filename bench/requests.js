// The two requests of the benchmark, and the order that makes the eSIM they ask for.

export const KEY = 'test-esim-go-key'
const ITEM = { type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }

/**
 * @typedef {Omit<Request, 'title'>} Sendable
 */

/**
 * @typedef {object} Request
 * @property {string} title
 * @property {'GET' | 'POST'} method
 * @property {string} path below the API's base path
 * @property {Record<string, string>} headers
 * @property {string} [body]
 */

/**
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Sendable}
 */
export function request(method, path, body) {
  const headers = { 'X-API-Key': KEY }
  if (!body) return { method, path, headers }
  return {
    method,
    path,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }
}

export const listEsims = request('GET', '/esims')
export const buyEsim = request('POST', '/orders', {
  type: 'transaction',
  assign: true,
  order: [ITEM],
})

/**
 * What is measured. Neither request changes anything: every one of a million has the same work to do.
 * @param {string} iccid
 * @returns {Request[]}
 */
export function measuredRequests(iccid) {
  return [
    { title: 'GET one eSIM', ...request('GET', `/esims/${iccid}`) },
    {
      title: 'POST order (validate)',
      ...request('POST', '/orders', { type: 'validate', assign: true, order: [ITEM] }),
    },
  ]
}
