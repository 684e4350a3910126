// One HTTP request of a test, and its answer read whole.

/** What goes with a request. */
export interface Sent {
  /** Sent as JSON, and as that type. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** An answer, and its body as the caller says it is. */
export interface HttpAnswer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Uint8Array
  /** The parsed body; `undefined` where it is no JSON. */
  readonly body: T
}

const JSON_TYPE = /^application\/([\w.+-]+\+)?json\b/

export async function send<T = unknown>(
  method: string,
  url: string,
  { json, raw, headers }: Sent = {},
): Promise<HttpAnswer<T>> {
  const type = json === undefined ? {} : { 'Content-Type': 'application/json' }
  const body = json === undefined ? raw : JSON.stringify(json)
  const answer = await fetch(url, {
    method,
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  const isJson = text !== '' && JSON_TYPE.test(answer.headers.get('content-type') ?? '')
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    bytes,
    body: (isJson ? JSON.parse(text) : undefined) as T,
  }
}

/** A body for `send`: a text goes as it is, as JSON too. */
export function jsonOrText(body: unknown, headers: Readonly<Record<string, string>> = {}): Sent {
  if (typeof body !== 'string') return { json: body, headers }
  return { raw: body, headers: { 'Content-Type': 'application/json', ...headers } }
}

/** An object with more in it; what `base` has is still read from there. */
export function extended<Base extends object, More extends object>(
  base: Base,
  more: More,
): Base & More {
  return Object.create(base, Object.getOwnPropertyDescriptors(more))
}
