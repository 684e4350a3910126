// Calls of the control API in tests, with any method, body and headers; and the raw request that fetch does not let one make.
import { type OutgoingHttpHeaders, request } from 'node:http'
import { expect } from 'vitest'
import { type HttpAnswer, type Sent, send } from './http.ts'

/** An answer and its body, as the caller of `call` says it is. */
export type ControlAnswer<T = unknown> = Pick<HttpAnswer<T>, 'status' | 'headers' | 'body'>

/** One call; `path` is below the server's URL. */
export function call<T = unknown>(
  url: string,
  path: string,
  options: Sent & { readonly method?: string } = {},
): Promise<ControlAnswer<T>> {
  const hasBody = options.json !== undefined || options.raw !== undefined
  const { method = hasBody ? 'POST' : 'GET' } = options
  return send<T>(method, url + path, options)
}

/** Checks that an answer is a problem that says what to do. */
export function expectProblem(answer: ControlAnswer, status: number, detail: RegExp): void {
  expect(answer.body).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.stringMatching(detail),
  })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
}

/** A GET with headers that fetch keeps to itself, such as Host. */
export function rawGet(
  url: string,
  path: string,
  headers: OutgoingHttpHeaders,
): Promise<ControlAnswer> {
  return new Promise((done, fail) => {
    const asked = request(url + path, { headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        done({
          status: answer.statusCode ?? 0,
          headers: new Headers(answer.headers as Record<string, string>),
          body: JSON.parse(Buffer.concat(chunks).toString()),
        }),
      )
    })
    asked.on('error', fail)
    asked.end()
  })
}

/** How many requests to another place are answered until `work` has come to its end. */
export async function answeredDuring(url: string, work: Promise<unknown>): Promise<number> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  work.then(over, over)
  let answered = 0
  for (; !isOver; answered += 1) await call(url, '')
  await work
  return answered
}
