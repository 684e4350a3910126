// How a client asks for a bearer token: by form, by HTTP Basic, and wrongly.

const form = (fields) => ({
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})
const basic = (id, secret) => ({
  Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${secret}`).toString('base64')}`,
})

/** A request to a token endpoint; the plain form only, where `plain`. */
export function tokenRequest(memory, dice, slug, path, plain = false) {
  const { clientId = 'test-client', clientSecret = 'test-secret' } = memory.credentials[slug] ?? {}
  const grant = { grant_type: 'client_credentials' }
  const own = { client_id: clientId, client_secret: clientSecret }
  const good = form({ ...grant, ...own })
  const asked = plain
    ? good
    : dice.weighted([
        [5, good],
        [
          2,
          { ...form(grant), headers: { ...form(grant).headers, ...basic(clientId, clientSecret) } },
        ],
        [1, form({ ...grant, ...own, scope: 'all' })],
        [1, { json: { ...grant, ...own } }],
        [0.6, form({ grant_type: 'password', ...own })],
        [0.6, form({ ...grant, ...own, client_secret: 'wrong ümlaut & co' })],
        [0.4, form({ ...grant, client_id: clientId })],
        [0.4, { ...good, headers: { ...good.headers, ...basic(clientId, clientSecret) } }],
        [0.4, form(own)],
        [0.3, { ...good, headers: { 'Content-Type': 'text/plain' } }],
        [0.2, {}],
      ])
  return { method: 'POST', path, open: true, token: slug, secret: clientSecret, ...asked }
}
