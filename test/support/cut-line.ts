// A line to a database that can be cut: what is sent over it then arrives nowhere, and nothing is said of that.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { atFileEnd } from './file-end.ts'

export interface Line {
  /** The URL of the database over this line. */
  readonly url: string
  /** From now on nothing gets through, in either direction; new connections are taken and hear nothing. */
  cut(): void
  /** Connections that were cut off break, new ones get through. */
  mend(): void
}

/** Lays a line to the database of a URL. */
export async function layLine(to: string): Promise<Line> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('data', (bytes) => isCut || other.write(bytes))
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  atFileEnd(async () => {
    server.close()
    breakAll()
  })
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cut: () => {
      isCut = true
    },
    mend() {
      breakAll()
      isCut = false
    },
  }
}
