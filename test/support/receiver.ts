// An endpoint that takes callbacks over real HTTP and keeps what arrived, to the byte.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One callback as it came. */
export interface Arrival<T = unknown> {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly raw: Buffer
  readonly body: T
}

export interface TestReceiver<T> extends AsyncDisposable {
  readonly url: string
  readonly arrivals: Arrival<T>[]
  /** The status of the answers from now on. */
  answer: number
}

/** Answers 200 until told otherwise. */
export async function listen<T>(answer = 200): Promise<TestReceiver<T>> {
  const arrivals: Arrival<T>[] = []
  const http = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      arrivals.push({
        method: request.method,
        path: request.url,
        headers: request.headers,
        raw,
        body: JSON.parse(raw.toString()) as T,
      })
      response
        .writeHead(
          receiver.answer,
          receiver.answer >= 300 && receiver.answer < 400 ? { Location: '/elsewhere' } : {},
        )
        .end()
    })
  })
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
  const { port } = http.address() as AddressInfo
  const receiver: TestReceiver<T> = {
    url: `http://127.0.0.1:${port}/callback`,
    arrivals,
    answer,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await new Promise((closed) => http.close(closed))
    },
  }
  return receiver
}
