// A server in front of a simulator that answers in one way otherwise than that: for tests of comparisons.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** An answer that may be changed before it leaves. */
export interface Answered {
  readonly method: string
  /** Behind the base path and a world, without its query: `/catalogue`. */
  readonly path: string
  status: number
  readonly headers: Record<string, string>
  body: string
  /** Closes the connection instead. */
  isCut?: boolean
}

export type Deviate = (answered: Answered) => void

export interface DeviatingServer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string
  /** How the answers of providers are changed from now on. */
  deviate: Deviate
}

/** @param url of the simulator, without a trailing slash */
export async function startDeviatingServer(url: string): Promise<DeviatingServer> {
  const own: { deviate: Deviate } = { deviate: () => {} }
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request
    const reply = await passedOn(`${url}${path}`, request)
    const { status, body } = reply
    const answered: Answered = {
      method,
      path: below(path),
      status,
      headers: reply.headers,
      body: '',
    }
    if (/\/_sim\//.test(path)) {
      response.writeHead(status, reply.headers).end(body)
      return
    }
    answered.body = body.toString('latin1')
    own.deviate(answered)
    if (answered.isCut) response.destroy()
    else {
      const bytes = Buffer.from(answered.body, 'latin1')
      const headers = { ...answered.headers, 'content-length': String(bytes.length) }
      response.writeHead(answered.status, headers).end(bytes)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get deviate() {
      return own.deviate
    },
    set deviate(how) {
      own.deviate = how
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** `/w/world/esim-go/v2.4/catalogue?page=1` is `/catalogue`. */
function below(path: string): string {
  const [bare = ''] = path.split('?', 1)
  return bare.replace(/^(?:\/w\/[^/]+)?\/esim-go\/v2\.4/, '')
}

async function passedOn(url: string, incoming: IncomingMessage) {
  const { method, headers } = incoming
  const body = await buffer(incoming)
  const asked = send(url, { method, headers: { ...headers, host: new URL(url).host } })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const own = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  const kept = own.filter(
    ([name]) => !/^(?:connection|keep-alive|transfer-encoding)$/.test(String(name)),
  )
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(kept) as Record<string, string>,
    body: await buffer(answer),
  }
}

/** Changes the bodies of JSON that one operation answers. */
export function changing(
  method: string,
  path: RegExp,
  // biome-ignore lint/suspicious/noExplicitAny: bodies are changed as they come.
  change: (body: any) => unknown,
): Deviate {
  return (answered) => {
    if (answered.method !== method || !path.test(answered.path)) return
    const body: unknown = JSON.parse(answered.body)
    answered.body = JSON.stringify(change(body) ?? body)
  }
}

/** Changes the answers of one operation as a whole. */
export function answering(method: string, path: RegExp, change: Deviate): Deviate {
  return (answered) => {
    if (answered.method === method && path.test(answered.path)) change(answered)
  }
}
