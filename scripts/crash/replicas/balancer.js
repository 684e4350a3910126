// Asks one replica after the other, as a load balancer does: who cannot be reached or does not want to is passed over.
import { openSender } from '../../history/send.js'

/** Wall ms after which nobody asks any more. */
const PATIENCE = 20_000
/** Wall ms between two tries. */
const AGAIN = 50

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

export class Balancer {
  /** @param ports tells those that may be asked just now */
  constructor(ports, count) {
    this.ports = ports
    this.count = count
    this.next = 0
  }

  port() {
    const ports = this.ports()
    this.next += 1
    return ports[this.next % ports.length]
  }

  /** @param isOnce true where what was refused or broke off is not asked for again */
  openSender({ isOnce = false } = {}) {
    const sender = openSender()
    return { send: (request) => this.send(sender, request, isOnce), close: sender.close }
  }

  /** The reply, status 0 where none came; `unsure`: how often it may have been done without an acknowledgement. */
  async send(sender, request, isOnce) {
    const until = Date.now() + PATIENCE
    let unsure = 0
    for (;;) {
      const port = this.port()
      const reply = port === undefined ? NOBODY : whole(await sender.send({ ...request, port }))
      const isOver = Date.now() > until
      if (reply.error === 'ECONNREFUSED' && !isOver) {
        this.count('passedOver')
        await pause(AGAIN)
        continue
      }
      if (reply.status !== 503 && reply.status !== 0) return { ...reply, unsure }
      this.count(reply.status === 503 ? 'refusals' : 'brokenOff')
      if (reply.error !== 'ECONNREFUSED') unsure += 1
      const isAskedAgain = reply.status === 503 || request.method === 'GET'
      if (isOnce || isOver || !isAskedAgain) return { status: 0, error: reply.error, unsure }
      await pause(AGAIN)
    }
  }
}

export const NOBODY = { status: 0, error: 'ECONNREFUSED' }

/** An answer that broke off is none. */
export function whole(reply) {
  return reply.error === undefined ? reply : { ...reply, status: 0 }
}
