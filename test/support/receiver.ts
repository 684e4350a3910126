// The receiver of the public API as tests of callbacks use it: bodies to the byte, and an answer that can be changed.
import { type Arrival as LibraryArrival, startReceiver } from '../../src/library/receiver.ts'

/** One callback as it came. */
export interface Arrival<T = unknown> extends Pick<LibraryArrival, 'method' | 'path' | 'headers'> {
  readonly raw: Buffer
  readonly body: T
}

export interface TestReceiver<T> extends AsyncDisposable {
  readonly url: string
  readonly arrivals: Arrival<T>[]
  /** The status of the answers from now on. */
  answer: number
}

/** Answers 200 until told otherwise; a redirect leads elsewhere. */
export async function listen<T>(answer = 200): Promise<TestReceiver<T>> {
  const arrivals: Arrival<T>[] = []
  const receiver = await startReceiver({
    answer({ method, path, headers, body, json }) {
      arrivals.push({ method, path, headers, raw: Buffer.from(body), body: json as T })
      return test.answer
    },
    headers: { Location: '/elsewhere' },
  })
  const test: TestReceiver<T> = {
    url: `${receiver.url}/callback`,
    arrivals,
    answer,
    [Symbol.asyncDispose]: () => receiver.close(),
  }
  return test
}
