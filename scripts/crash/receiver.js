// Where callbacks go: keeps the notifications of the wholesale API by their ids, and refuses some of what comes.
import { once } from 'node:events'
import { createServer } from 'node:http'

/** One callback in so many is refused, and comes again. */
const REFUSED = 5

/** @param find told of an id that comes with two contents */
export async function openReceiver(find) {
  /** Bodies by `webhook-id`. */
  const told = new Map()
  let count = 0
  function take(id, body) {
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
      const id = request.headers['webhook-id']
      if (id !== undefined) take(id, Buffer.concat(chunks).toString())
      response.writeHead(count % REFUSED === 0 ? 500 : 204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    told,
    count: () => count,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
