// One request over node:http, with any header there is, and the whole of its reply.
import { Agent, request } from 'node:http'

/** Longer than any reply takes, in ms: a server that hangs is no wait for ever. */
const PATIENCE = 20_000

export function openSender() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** What went wrong, where anything did, stands in `error` of the reply. */
  function send({ port, method, url, headers = {}, body, setHost = true }) {
    const sized = body === undefined || headers['Transfer-Encoding'] !== undefined
    const length = sized ? {} : { 'Content-Length': Buffer.byteLength(body) }
    const sent = { ...headers, ...length }
    return new Promise((done) => {
      const options = { host: '127.0.0.1', port, method, path: url, headers: sent, agent, setHost }
      const asked = request(options, (answer) => {
        const chunks = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('error', (error) => done({ status: answer.statusCode, error: error.code }))
        answer.on('end', () =>
          done({
            status: answer.statusCode,
            words: answer.statusMessage,
            headers: headersOf(answer.rawHeaders),
            body: Buffer.concat(chunks),
          }),
        )
      })
      asked.setTimeout(PATIENCE, () => asked.destroy(new Error('no reply')))
      asked.on('error', (error) => done({ status: 0, error: error.code ?? error.message }))
      asked.end(body)
    })
  }
  return { send, close: () => agent.destroy() }
}

/** By lower-case name, in the order of names: the values in the order they came. */
export function headersOf(raw) {
  const found = new Map()
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at].toLowerCase()
    found.set(name, [...(found.get(name) ?? []), raw[at + 1]])
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The JSON of a reply, or `undefined` where it is none or is too large to be looked at. */
export function jsonOf({ headers, body }, most = 300_000) {
  if (!body?.length || body.length > most) return undefined
  if (!/json/.test(headers['content-type']?.[0] ?? '')) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
