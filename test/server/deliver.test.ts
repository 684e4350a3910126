// One attempt at a callback: where it may go, what is sent, how the answer is taken.
import { execFile } from 'node:child_process'
import dns from 'node:dns'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import ipaddr from 'ipaddr.js'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { deliver, forbidden, targetProblem, whyForbidden } from '../../src/server/deliver.ts'
import type { Outcome } from '../../src/state/callbacks.ts'
import {
  freePort,
  listenRaw,
  listenTls,
  ODD_RECEIVERS,
  TOO_LATE,
} from '../support/odd-receivers.ts'

const servers: Server[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
})

/** Listens on a free port; answers its number. */
async function listen(answer: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, host, ready))
  return (server.address() as AddressInfo).port
}

const never = new AbortController().signal
const policy = { allow: [], timeout: 2000 }

const send = (url: string, allow: readonly string[] = [], timeout = 2000): Promise<Outcome> =>
  deliver({ url, headers: { 'X-Signature': 'abc' }, body: '{"a":1}' }, { allow, timeout }, never)

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const named = (host: string, address: string) => (host === address ? host : `${host} (${address})`)
const refusedFor = (host: string, address: string) =>
  `callbacks go to loopback only, and ${named(host, address)} is not: allow it with --callback-allow ${host}`

test('the very bytes are posted, with their headers', async () => {
  let seen:
    | {
        method: string | undefined
        url: string | undefined
        headers: IncomingMessage['headers']
        body: string
      }
    | undefined
  const port = await listen(async (request, response) => {
    seen = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: await textOf(request),
    }
    response.end()
  })
  const body = '{"name":"Zoë \u{1f4f1}",  "n":1}'
  expect(
    await deliver(
      { url: `http://127.0.0.1:${port}/hook?a=b`, headers: { 'X-Signature': 'abc' }, body },
      { allow: [], timeout: 2000 },
      never,
    ),
  ).toEqual({
    status: 200,
  })
  expect(seen).toMatchObject({ method: 'POST', url: '/hook?a=b', body })
  expect(seen?.headers).toMatchObject({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'esimulator',
    'x-signature': 'abc',
  })
})

test.each([200, 204, 301, 404, 500])('an answer of %d is told as it came', async (status) => {
  const port = await listen((_request, response) =>
    response.writeHead(status, { Location: '/elsewhere' }).end(),
  )
  expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status })
})

test('a redirect is not followed', async () => {
  const asked: (string | undefined)[] = []
  const port = await listen((request, response) => {
    asked.push(request.url)
    response.writeHead(307, { Location: `http://127.0.0.1:${port}/there` }).end()
  })
  expect(await send(`http://127.0.0.1:${port}/here`)).toEqual({ status: 307 })
  expect(asked).toEqual(['/here'])
})

test.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1'])(
  '%s is loopback and allowed',
  async (host) => {
    const port = await listen((_request, response) => response.end())
    expect(await send(`http://${host}:${port}/`)).toEqual({ status: 200 })
  },
)

test('IPv6 loopback is allowed, where the machine has it', async ({ skip }) => {
  const has = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  )
  if (!has) skip()
  const port = await listen((_request, response) => response.end(), '::1')
  expect(await send(`http://[::1]:${port}/`)).toEqual({ status: 200 })
})

test('the address that was checked is connected to: the name is not looked up again', async () => {
  const port = await listen((_request, response) => response.end())
  const second = vi.spyOn(dns, 'lookup')
  expect(await send(`http://localhost:${port}/`)).toEqual({ status: 200 })
  expect(second).not.toHaveBeenCalled()
})

test('any other address is refused for good, in a sentence that names the option', async () => {
  expect(await send('http://192.0.2.7/hook')).toEqual({
    error: refusedFor('192.0.2.7', '192.0.2.7'),
    final: true,
  })
  expect(await send('http://[2001:db8::1]/hook')).toEqual({
    error: refusedFor('2001:db8::1', '2001:db8::1'),
    final: true,
  })
})

test('a listed address that is not loopback is connected to', async ({ skip }) => {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (own === undefined) return skip()
  const port = await listen((_request, response) => response.end(), own)
  expect(await send(`http://${own}:${port}/`)).toMatchObject({ error: refusedFor(own, own) })
  expect(await send(`http://${own}:${port}/`, [own])).toEqual({ status: 200 })
})

test.each([
  ['loopback, listed or not', 'localhost', '127.0.0.53', []],
  ['a listed name', 'hooks.test', '203.0.113.7', ['hooks.test']],
  ['a listed name in other letters', 'Hooks.Test', '203.0.113.7', ['hooks.TEST']],
  ['a listed address', '203.0.113.7', '203.0.113.7', ['203.0.113.7']],
  ['an address in a listed range', '10.1.2.3', '10.1.2.3', ['192.168.0.0/16', '10.0.0.0/8']],
  ['a name that leads into a listed range', 'hooks.test', '10.1.2.3', ['10.0.0.0/8']],
  ['an IPv6 address in a listed range', 'fd00::5', 'fd00::5', ['fd00::/8']],
  ['an IPv4 address written as IPv6', '::ffff:10.1.2.3', '::ffff:10.1.2.3', ['10.0.0.0/8']],
  [
    'a listed IPv6 address, however it is written',
    '2001:db8::1',
    '2001:db8::1',
    ['2001:0db8:0:0:0:0:0:1'],
  ],
])('%s may be called', (_what, host, address, allow) => {
  expect(forbidden(host, address, allow)).toBeUndefined()
})

test.each([
  ['another name', 'hooks.test', '203.0.113.7', ['other.test']],
  ['the end of a listed name', 'evil-hooks.test', '203.0.113.7', ['hooks.test']],
  ['a name below a listed one', 'a.hooks.test', '203.0.113.7', ['hooks.test']],
  ['an address outside of the ranges', '10.1.2.3', '10.1.2.3', ['10.2.0.0/16']],
  ['a private address', '192.168.1.1', '192.168.1.1', []],
  ['a public address', '203.0.113.7', '203.0.113.7', ['fd00::/8']],
  ['a unique local IPv6 address', 'fd00::5', 'fd00::5', []],
  [
    'an address of a host whose list entry is none',
    'hooks.test',
    '203.0.113.7',
    ['', '/', '1.2.3', '999.0.0.0/8'],
  ],
])('%s may not be called', (_what, host, address, allow) => {
  expect(forbidden(host, address, allow)).toBe(refusedFor(host, address))
})

test.each([
  ['metadata.test', '169.254.169.254', 'linkLocal'],
  ['fe80::1', 'fe80::1', 'linkLocal'],
  ['::ffff:169.254.169.254', '::ffff:169.254.169.254', 'linkLocal'],
  ['0.0.0.0', '0.0.0.0', 'unspecified'],
  ['::', '::', 'unspecified'],
  ['224.0.0.1', '224.0.0.1', 'multicast'],
  ['255.255.255.255', '255.255.255.255', 'broadcast'],
])('%s (%s) is %s and never called, whatever is listed', (host, address, range) => {
  const everything = [host, address, '0.0.0.0/0', '::/0', '169.254.0.0/16']
  expect(forbidden(host, address, everything)).toBe(
    `callbacks never go to ${range} addresses, as ${named(host, address)} is one`,
  )
})

const hex = (octets: readonly number[]) =>
  [octets.slice(0, 2), octets.slice(2)]
    .map(([high = 0, low = 0]) => (high * 256 + low).toString(16))
    .join(':')

/** Every way to write an IPv4 address within an IPv6 one, by the range that it is told as. */
const EMBEDDINGS: Readonly<Record<string, (octets: readonly number[]) => string>> = {
  linkLocal: (octets) => `::ffff:${hex(octets)}`,
  ipv4Compatible: (octets) => `::${hex(octets)}`,
  rfc6145: (octets) => `::ffff:0:${hex(octets)}`,
  rfc6052: (octets) => `64:ff9b::${hex(octets)}`,
  'rfc6052 of this site': (octets) => `64:ff9b:1::${hex(octets)}`,
  'rfc6052 of this site, 48 bits in front': ([a = 0, b = 0, c = 0, d = 0]) =>
    `64:ff9b:1:${(a * 256 + b).toString(16)}:${c.toString(16)}:${(d * 256).toString(16)}::`,
  '6to4': (octets) => `2002:${hex(octets)}::1`,
  teredo: (octets) => `2001::${hex(octets.map((each) => each ^ 0xff))}`,
  'teredo by its server': (octets) => `2001:0:${hex(octets)}::`,
  isatap: (octets) => `fe81:0:0:1:0:5efe:${hex(octets)}`,
  'isatap of a site': (octets) => `2001:4860:0:1:0:5efe:${hex(octets)}`,
  'isatap of an address that is unique': (octets) => `fd12::200:5efe:${hex(octets)}`,
}

test.each(Object.entries(EMBEDDINGS))(
  '%s: a link-local address is never called, in whatever notation it is listed',
  async (what, within) => {
    const [range = ''] = what.split(' ')
    const lowest = [169, 254, 0, 0]
    for (const octets of [[169, 254, 169, 254], [169, 254, 255, 255], lowest]) {
      const address = within(octets)
      for (const written of [address, ipaddr.parse(address).toNormalizedString()]) {
        const everything = [written, 'hooks.test', '0.0.0.0/0', '::/0', `${address}/128`]
        const told = written.startsWith('fe81:') ? 'linkLocal' : range
        const never = (host: string) =>
          `callbacks never go to ${told} addresses, as ${named(host, written)} is one`
        expect(forbidden(written, written, everything)).toBe(never(written))
        expect(forbidden('hooks.test', written, everything)).toBe(never('hooks.test'))
      }
      const sent = await send(`http://[${address}]/`, ['::/0', '0.0.0.0/0'])
      expect(sent).toEqual({ error: expect.stringMatching(/^callbacks never go to/), final: true })
    }
  },
)

test.each(['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '168.63.129.16'])(
  '%s hands out credentials, and is never called',
  (address) => {
    expect(forbidden('hooks.test', address, [address, '0.0.0.0/0', '::/0'])).toBe(
      `callbacks never go to metadata addresses, as hooks.test (${address}) is one`,
    )
  },
)

type Ranges = Readonly<Record<string, readonly unknown[]>>

/** The first address of each range that ipaddr.js knows, by the range's name. */
const SAMPLES = [ipaddr.IPv4, ipaddr.IPv6]
  .flatMap(({ prototype }) =>
    Object.entries((prototype as unknown as { SpecialRanges: Ranges }).SpecialRanges).map(
      ([range, subnets]) => ({ range, address: String(subnets.flat(2)[0]) }),
    ),
  )
  .filter(({ range, address }) => ipaddr.parse(address).range() === range)

function decisionOn(address: string): 'always' | 'where listed' | 'never' {
  if (forbidden(address, address, []) === undefined) return 'always'
  const listed = forbidden(address, address, ['0.0.0.0/0', '::/0'])
  return listed === undefined ? 'where listed' : 'never'
}

test.each([
  ['always', 'loopback'],
  [
    'where listed',
    'amt as112 as112v6 benchmarking carrierGradeNat deprecatedOrchid deprecatedSiteLocal discard ' +
      'droneRemoteIdProtocolEntityTags orchid2 private reserved segmentRouting uniqueLocal',
  ],
  ['never', '6to4 broadcast ipv4Mapped linkLocal multicast rfc6052 rfc6145 teredo unspecified'],
])('of all ranges there are, these are called back %s: %s', (decision, ranges) => {
  const decided = SAMPLES.filter(({ address }) => decisionOn(address) === decision)
  expect([...new Set(decided.map(({ range }) => range))].toSorted()).toEqual(ranges.split(' '))
})

test('a listed link-local address is refused before it is connected to', async () => {
  expect(
    await send('http://169.254.169.254/latest', ['169.254.0.0/16', '169.254.169.254']),
  ).toEqual({
    error: 'callbacks never go to linkLocal addresses, as 169.254.169.254 is one',
    final: true,
  })
})

test('why nothing is sent to a URL can be asked beforehand', async () => {
  expect(await whyForbidden('http://localhost:9/', policy)).toBeUndefined()
  expect(await whyForbidden('http://192.0.2.7/', policy)).toBe(refusedFor('192.0.2.7', '192.0.2.7'))
})

test.each([
  ['no URL', 'localhost:9000', /http/],
  ['nothing', '', /not a URL/],
  ['another scheme', 'file:///etc/passwd', /http/],
  ['a user name', 'http://me@127.0.0.1/', /user name/],
  ['a password', 'http://:secret@127.0.0.1/', /user name/],
])('%s is no target of a callback', async (_what, url, sentence) => {
  expect(targetProblem(url)).toMatch(sentence)
  expect(await send(url)).toMatchObject({ error: expect.stringMatching(sentence), final: true })
})

v8.setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What an attempt with 500 ms comes to, while garbage is collected all the time. */
async function outcomeOf(url: string): Promise<Outcome> {
  const collecting = setInterval(collectGarbage, 40)
  onTestFinished(() => clearInterval(collecting))
  const began = performance.now()
  const outcome = await send(url, [], 500)
  expect(performance.now() - began).toBeLessThan(2000)
  return outcome
}

test.each(ODD_RECEIVERS)(
  'a receiver that $what: the attempt ends in time',
  async ({ speak, outcome }) => {
    const port = await listenRaw(speak)
    expect(await outcomeOf(`http://127.0.0.1:${port}/`)).toEqual(outcome)
  },
)

test.each<[what: string, url: () => Promise<string>, outcome: Outcome]>([
  [
    'a certificate nobody here has signed',
    async () => `https://localhost:${await listenTls()}/`,
    { error: expect.stringMatching(/not trusted here: .*NODE_EXTRA_CA_CERTS=FILE.*SELF_SIGNED/) },
  ],
  [
    'https:// to a port without TLS',
    async () => `https://127.0.0.1:${await listen((_request, response) => response.end())}/`,
    { error: expect.stringMatching(/does not speak TLS: give the callback URL with http:\/\//) },
  ],
  [
    'http:// to a port with TLS',
    async () => `http://127.0.0.1:${await listenTls()}/`,
    { error: expect.stringMatching(/with https:\/\/ where it speaks TLS/) },
  ],
  [
    'https:// to a port that says nothing',
    async () => `https://127.0.0.1:${await listenRaw(() => {})}/`,
    { error: expect.stringMatching(TOO_LATE), isLate: true },
  ],
  [
    'a port nothing listens on',
    async () => `http://127.0.0.1:${await freePort()}/`,
    {
      error: expect.stringMatching(
        /^nothing listens at 127\.0\.0\.1:\d+: start the receiver.*ECONNREFUSED/,
      ),
    },
  ],
  [
    'a name with two addresses nothing listens on',
    async () => `http://localhost:${await freePort()}/`,
    { error: expect.stringMatching(/^nothing listens at localhost:\d+: start .*ECONNREFUSED/) },
  ],
  [
    'port 0',
    async () => 'http://127.0.0.1:0/',
    { error: 'nothing listens on port 0: give the port the receiver was given', final: true },
  ],
])('%s: the attempt says what to do', async (_what, url, outcome) => {
  expect(await outcomeOf(await url())).toEqual(outcome)
})

test('a name that is nobody may be tried again', async () => {
  expect(await send('http://no-such-host.invalid/')).toEqual({
    error: expect.stringMatching(/no-such-host\.invalid.*check the callback URL/),
  })
})

test('a name server that never answers: the attempt ends in time, and localhost does not wait', async () => {
  const lookUp = vi.spyOn(dns.promises, 'lookup').mockReturnValue(new Promise(() => {}))
  syncBuiltinESMExports()
  onTestFinished(() => {
    lookUp.mockRestore()
    syncBuiltinESMExports()
  })
  const silent = Array.from({ length: 6 }, (_, at) => outcomeOf(`http://silent-${at}.example/`))
  const port = await listen((_request, response) => response.end())
  expect(await send(`http://localhost:${port}/`)).toEqual({ status: 200 })
  expect(await Promise.all(silent)).toEqual(
    silent.map(() => ({ error: expect.stringMatching(TOO_LATE), isLate: true })),
  )
  expect(await whyForbidden('http://silent.example/', { allow: [], timeout: 50 })).toBe(
    'the name silent.example was not found within 50 ms',
  )
})

test('a receiver that ends its answer late is not cut off', async () => {
  const ended = new Promise<boolean>((tell) => {
    void listen((_request, response) => {
      response.write('slowly')
      response.on('close', () => tell(response.writableFinished))
      setTimeout(() => response.end('done'), 1200)
    }).then(async (port) => {
      const began = performance.now()
      expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: 200 })
      expect(performance.now() - began).toBeLessThan(1000)
    })
  })
  expect(await ended).toBe(true)
})

test('an answer is waited for to its end where that comes soon: callbacks stay in order', async () => {
  let hasEnded = false
  const port = await listen((_request, response) => {
    response.write('soon')
    setTimeout(() => {
      hasEnded = true
      response.end()
    }, 20)
  })
  expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: 200 })
  expect(hasEnded).toBe(true)
})

test('an answer without an end is read no further than a little', async () => {
  let written = 0
  const port = await listen((_request, response) => {
    response.writeHead(202)
    const chunk = Buffer.alloc(16_384)
    const more = () => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length
      written += chunk.length
    }
    response.on('drain', more)
    more()
  })
  expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: 202 })
  expect(written).toBeLessThan(32 * 1_048_576)
})

test('an attempt ends when the simulator stops', async () => {
  const stopping = new AbortController()
  const port = await listen(() => stopping.abort())
  const outcome = await deliver(
    { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}' },
    { allow: [], timeout: 60_000 },
    stopping.signal,
  )
  expect(outcome.status).toBeUndefined()
  expect(outcome.error).toBeDefined()
})

// In a process of its own, as it is built: how code is compiled decides what the collector may take.
test('a receiver that never answers is given up in time, whatever the garbage collector takes', async () => {
  const port = await listen(() => {})
  const built = new URL('../../build/server/deliver.js', import.meta.url)
  const script = `
    const { deliver } = await import('${built}')
    const delivery = { url: 'http://127.0.0.1:${port}/', headers: {}, body: '{}' }
    const never = new AbortController().signal
const policy = { allow: [], timeout: 2000 }
    const outcome = deliver(delivery, { allow: [], timeout: 300 }, never)
    for (let round = 0; round < 20; round += 1) {
      await new Promise((resume) => setTimeout(resume, 5))
      gc()
    }
    const tooLate = new Promise((resume) => setTimeout(resume, 5000, 'never'))
    console.log(JSON.stringify(await Promise.race([outcome, tooLate])))
    process.exit()`
  const flags = ['--expose-gc', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  const error: unknown = expect.stringMatching(/^no answer within 300 ms/)
  expect(JSON.parse(stdout)).toEqual({ error, isLate: true })
})
