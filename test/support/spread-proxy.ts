// A front of several servers: each request goes to one of them, chosen by dice, and the same bytes go back.

import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Dice } from './dice.ts'

export interface SpreadProxy extends AsyncDisposable {
  readonly url: string
  /** Holds all that comes back until `act` is done, which begins once nothing is under way. */
  alone(act: () => Promise<unknown>): Promise<void>
}

/** @param urls tells the servers there are just now */
export async function startSpreadProxy(
  urls: () => readonly string[],
  dice: Dice,
): Promise<SpreadProxy> {
  let underWay = 0
  let idle = () => {}
  let opened: Promise<unknown> = Promise.resolve()
  const server = createServer((incoming, response) => {
    void opened.then(() => {
      underWay += 1
      response.once('close', () => {
        underWay -= 1
        if (underWay === 0) idle()
      })
      pass(incoming, response, dice.pick(urls()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const nothingUnderWay = () =>
    underWay === 0
      ? Promise.resolve()
      : new Promise<void>((done) => {
          idle = done
        })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async alone(act) {
      const turn = opened.then(nothingUnderWay).then(act)
      opened = turn.catch(() => {})
      await turn
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/** What breaks off there breaks off here. */
function pass(incoming: IncomingMessage, response: ServerResponse, to: string): void {
  const { method, url, rawHeaders } = incoming
  const outgoing = request(to + url, { method, agent: false, setHost: false })
  for (const [name, value] of linesOf(rawHeaders)) outgoing.appendHeader(name, value)
  outgoing.on('error', () => response.socket?.resetAndDestroy())
  outgoing.on('response', (answer) => {
    response.sendDate = false
    response.writeHead(
      answer.statusCode ?? 0,
      answer.statusMessage,
      linesOf(answer.rawHeaders).flat(),
    )
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  incoming.pipe(outgoing)
}

function linesOf(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? ''
    if (!OF_CONNECTION.has(name.toLowerCase())) lines.push([name, raw[at + 1] ?? ''])
  }
  return lines
}
