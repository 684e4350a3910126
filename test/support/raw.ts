// Requests as bytes, for what no HTTP client lets one send, and where each API is to be found.
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The parsed body; `undefined` where it is no JSON. */
  readonly body: unknown
}

/** Sends bytes, and reads what comes back until the server ends the connection. */
export function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  host = '127.0.0.1',
): Promise<RawAnswer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    const socket = connect(port, host, () => socket.write(bytes))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A server that has answered may cut off who goes on sending.
    socket.on('error', (error) => (chunks.length > 0 ? undefined : fail(error)))
    socket.on('close', () => done(parsed(Buffer.concat(chunks).toString())))
  })
}

function parsed(whole: string): RawAnswer {
  // What says "go on" comes before the answer.
  const answer = whole.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '')
  const [head = '', text = ''] = answer.split(/\r\n\r\n(.*)/s)
  const [line = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((each) => {
      const [name = '', value = ''] = each.split(/: (.*)/)
      return [name.toLowerCase(), value]
    }),
  )
  const isJson = /json/.test(headers['content-type'] ?? '') && text !== ''
  return {
    status: Number(line.split(' ')[1]),
    headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  }
}

/** A request line and headers, with what every request needs; the connection ends with the answer. */
export function head(line: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { Host: '127.0.0.1', Connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** A path of each API that takes GET, one that takes JSON, and what a refusal looks like there. */
export const APIS = [
  {
    api: 'esim-go',
    get: '/esim-go/v2.4/esims',
    post: '/esim-go/v2.4/orders',
    refusal: ['message'],
  },
  {
    api: 'esim-go v2.5',
    get: '/esim-go/v2.5/esims',
    post: '/esim-go/v2.5/orders',
    refusal: ['message'],
  },
  {
    api: 'highland',
    get: '/highland/b2b/company/product_list',
    post: '/highland/b2b/sim/acquire',
    refusal: ['details', 'status'],
  },
  {
    api: 'wholesale',
    get: '/wholesale/transactionStatus',
    post: '/wholesale/activate',
    refusal: ['code', 'message', 'status'],
  },
  {
    api: 'accounts-orders',
    get: '/accounts-orders/enterprise/accounts',
    post: '/accounts-orders/enterprise/orders',
    refusal: ['messages', 'type'],
  },
  {
    api: '/_sim',
    get: '/_sim/sims',
    post: '/_sim/clock/advance',
    refusal: ['code', 'detail', 'status', 'title'],
  },
] as const
