// Calls of the control API in tests, with any method, body and headers; and the raw request that fetch does not let one make.
import { type OutgoingHttpHeaders, request } from 'node:http'
import { expect } from 'vitest'

/** An answer and its body, as the caller of `call` says it is. */
export interface ControlAnswer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

interface Wanted {
  readonly method?: string
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One call; `path` is below the server's URL. */
export async function call<T = unknown>(
  url: string,
  path: string,
  { method, json, raw, headers = {} }: Wanted = {},
): Promise<ControlAnswer<T>> {
  const body = json === undefined ? raw : JSON.stringify(json)
  const answer = await fetch(url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as T,
  }
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
