// Where callbacks go: keeps the notifications of the wholesale API by their ids, and refuses some of what comes.
import { once } from 'node:events'
import { createServer } from 'node:http'

/** One callback in so many is refused, and comes again. */
const REFUSED = 5

/** @param find told of an id that comes with two contents */
export async function openReceiver(find) {
  /** Bodies by `webhook-id`. */
  const told = new Map()
  /** Every body that came, in the order they came, by the path it came to. */
  const arrivals = new Map()
  let count = 0
  let takesAll = false
  function take(path, id, body) {
    if (!arrivals.has(path)) arrivals.set(path, [])
    arrivals.get(path).push(body)
    if (id === undefined) return
    const before = told.get(id)
    if (before !== undefined && before !== body)
      find(`the callback id ${id} stands for two notifications`, `${before}\n${body}`)
    told.set(id, body)
  }
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      count += 1
      take(request.url, request.headers['webhook-id'], Buffer.concat(chunks).toString())
      response.writeHead(count % REFUSED === 0 && !takesAll ? 500 : 204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    told,
    arrivedAt: (path) => arrivals.get(path) ?? [],
    /** From now on nothing is refused. */
    takeAll() {
      takesAll = true
    },
    count: () => count,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
