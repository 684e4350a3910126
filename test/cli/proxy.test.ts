// `esimulator proxy`: calls go on to a real endpoint, each is held to the spec, and faults can be laid over it.

import { writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import type { ArazzoDocument } from '../../src/workflows/language.ts'
import { fetchToken } from '../support/accounts-orders.ts'
import { folder, run, startProxy } from '../support/cli.ts'
import { call } from '../support/control.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}

/** Stands for the real endpoint. */
let real: RunningSimulator
let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  real = await startSimulator()
  dir = await folder()
})
afterAll(async () => {
  await real.close()
  await dir[Symbol.asyncDispose]()
})

const proxyOf = (baseUrl: string, provider = 'esim-go') =>
  startProxy(['--target', baseUrl, '--provider', provider], { cwd: dir.path })

const post = (url: string, body: unknown, headers: Readonly<Record<string, string>> = KEY) =>
  fetch(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })

interface Listed {
  readonly entries: readonly {
    readonly operation?: string
    readonly status: number
    readonly violations: readonly string[]
    readonly fault?: { readonly kind: string; readonly lost?: number }
  }[]
}
const journalOf = async (url: string) => (await call<Listed>(url, '/_sim/journal')).body.entries

/** An endpoint that answers as it is told. */
async function endpoint(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  }
}

test('runs no workflow against a real endpoint', async () => {
  await using proxy = await proxyOf(`${real.url}/esim-go/v2.4`)
  const { status, body } = await call<{ detail: string }>(proxy.url, '/_sim/workflows')
  expect([status, body.detail]).toEqual([
    501,
    'no workflows are run before a real endpoint: start a simulator with `esimulator start`, or run files with `esimulator run`',
  ])
})

test('calls go on as they came, answers come back, and what was played becomes a workflow', async () => {
  await using proxy = await proxyOf(`${real.url}/esim-go/v2.4`)
  expect(proxy.baseUrls).toEqual([`${proxy.url}/esim-go/v2.4`, `${proxy.url}/esim-go/v2.5`])

  const ordered = await post(`${proxy.baseUrls[0]}/orders`, ORDER)
  const { orderReference } = (await ordered.json()) as { orderReference: string }
  expect([ordered.status, ordered.headers.get('x-sim-violations')]).toEqual([200, null])
  const direct = await fetch(`${real.url}/esim-go/v2.4/orders/${orderReference}`, { headers: KEY })
  expect(direct.status).toBe(200)
  const newer = await fetch(`${proxy.baseUrls[1]}/orders/${orderReference}`, { headers: KEY })
  expect(newer.status).toBe(200)

  const { stdout } = await run(['record', '--url', proxy.url], { cwd: dir.path })
  const [workflow] = (parse(stdout) as ArazzoDocument).workflows
  expect(workflow?.steps.map(({ stepId }) => stepId)).toEqual(
    expect.arrayContaining(['createOrder', 'getOrder']),
  )
})

test('who is let in is left to the real endpoint, and no key is in the journal', async () => {
  await using proxy = await proxyOf(`${real.url}/esim-go/v2.4`)
  const url = `${proxy.baseUrls[0]}/organisation`
  const { status } = await fetch(url, { headers: { 'X-API-Key': 'a-key-of-nobody-123' } })
  expect(status).toBe(403)
  const { status: letIn } = await fetch(url, { headers: KEY })
  expect(letIn).toBe(200)
  const journal = await journalOf(proxy.url)
  expect(JSON.stringify(journal)).not.toMatch(/a-key-of-nobody-123|test-esim-go-key/)
})

test('a request and an answer that break the spec are named in a header, the journal and on the terminal', async () => {
  using odd = await endpoint((_, response) => {
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.end(JSON.stringify({ bundles: 'none' }))
  })
  const proxy = await proxyOf(odd.url)
  const [base] = proxy.baseUrls
  const answer = await fetch(`${base}/catalogue?perPage=many`)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('{"bundles":"none"}')
  const header = answer.headers.get('x-sim-violations') ?? ''
  expect(header).toMatch(/request: .*perPage.*reply: .*bundles/)

  const unknown = await fetch(`${base}/nowhere`)
  expect(unknown.headers.get('x-sim-violations')).toBe('request: the spec has no GET /v2.4/nowhere')

  const [latest, first] = await journalOf(proxy.url)
  expect(latest?.violations).toEqual(['request: the spec has no GET /v2.4/nowhere'])
  expect(first?.violations.join('; ')).toBe(header)
  await proxy.stop()
  expect(await proxy.errors).toMatch(/getCatalogue: reply: .*bundles/)
})

test('faults are laid over it: the answer to an order is lost after the real endpoint has made it', async () => {
  await using proxy = await proxyOf(`${real.url}/esim-go/v2.4`)
  const [base] = proxy.baseUrls
  const fault = { provider: 'esim-go', operation: 'createOrder', kind: 'reset', when: 'after' }
  expect((await call(proxy.url, '/_sim/faults', { method: 'POST', json: fault })).status).toBe(201)
  const before = await ordersAt(`${real.url}/esim-go/v2.4`)
  await expect(post(`${base}/orders`, ORDER)).rejects.toThrow()
  expect(await ordersAt(`${real.url}/esim-go/v2.4`)).toBe(before + 1)
  const [lost] = await journalOf(proxy.url)
  expect(lost).toMatchObject({ operation: 'createOrder', fault: { kind: 'reset', lost: 200 } })
})

async function ordersAt(base: string): Promise<number> {
  const answer = await fetch(`${base}/orders`, { headers: KEY })
  return (await answer.text()).split('orderReference').length - 1
}

test('links in answers lead back to the proxy', async () => {
  await using proxy = await proxyOf(`${real.url}/accounts-orders`, 'accounts-orders')
  const { access_token: token } = await fetchToken(`${proxy.url}/accounts-orders`)
  const answer = await fetch(`${proxy.baseUrls[0]}/accounts`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const links = [...(await answer.text()).matchAll(/"href":"([^"]+)"/g)].map(([, href]) => href)
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter((href) => !href?.startsWith(`${proxy.url}/accounts-orders/`))).toEqual([])
})

test('several cookies of an answer stay apart', async () => {
  using odd = await endpoint((_, response) => {
    response.setHeader('Set-Cookie', ['first=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT', 'second=2'])
    response.end()
  })
  await using proxy = await proxyOf(odd.url)
  const answer = await fetch(`${proxy.baseUrls[0]}/catalogue`)
  expect(answer.headers.getSetCookie()).toEqual([
    'first=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT',
    'second=2',
  ])
})

test('a compressed request reaches the endpoint as the JSON it is', async () => {
  await using proxy = await proxyOf(`${real.url}/esim-go/v2.4`)
  const { status } = await fetch(`${proxy.baseUrls[0]}/orders`, {
    method: 'POST',
    headers: { ...KEY, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    body: gzipSync(JSON.stringify(ORDER)),
  })
  expect(status).toBe(200)
})

test.each([
  ['HEAD', 200, '1234'],
  ['GET', 304, '1234'],
  ['GET', 304, undefined],
  ['GET', 204, undefined],
])(
  '%s that is answered %i without a body has the length that was told: %s',
  async (method, status, length) => {
    using odd = await endpoint((_, response) => {
      const headers = { 'Content-Type': 'application/json' }
      response.writeHead(status, length ? { ...headers, 'Content-Length': length } : headers).end()
    })
    await using proxy = await proxyOf(odd.url)
    const answer = await fetch(`${proxy.baseUrls[0]}/catalogue`, { method })
    expect([answer.status, answer.headers.get('content-length')]).toEqual([status, length ?? null])
  },
)

test('nothing but the endpoint is asked: where it leads elsewhere is passed on', async () => {
  let asked = 0
  using other = await endpoint((_, response) => {
    asked += 1
    response.end()
  })
  using moved = await endpoint((_, response) => {
    response.writeHead(302, { Location: `${other.url}/elsewhere` }).end()
  })
  await using proxy = await proxyOf(moved.url)
  const answer = await fetch(`${proxy.baseUrls[0]}/catalogue`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, `${other.url}/elsewhere`])
  expect(asked).toBe(0)
})

test('an endpoint that gives no answer is 502, with why', async () => {
  const gone = await endpoint(() => {})
  gone[Symbol.dispose]()
  await using proxy = await proxyOf(gone.url)
  const answer = await fetch(`${proxy.baseUrls[0]}/catalogue`)
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({
    title: 'Bad Gateway',
    detail: expect.stringMatching(/^the real endpoint gave no answer: .*ECONNREFUSED/),
  })
})

test.each([
  ['no target', [], /name the real endpoint: --target URL/],
  ['no provider', ['--target', 'http://127.0.0.1:1'], /name the provider .*--provider esim-go/],
  [
    'a provider there is not',
    ['--target', 'http://127.0.0.1:1', '--provider', 'esimgo'],
    /did you mean esim-go\?/,
  ],
  [
    'a credential in the URL',
    ['--target', 'http://ada:pass@127.0.0.1:1', '--provider', 'esim-go'],
    /without a credential/,
  ],
  ['a file there is not', ['--target', 'nothing.yaml'], /nothing\.yaml/],
  ['an open door', ['--target', 'target.yaml', '--host', '0.0.0.0'], /ESIMULATOR_TOKEN/],
])('%s: it says so, and does not start', async (_, args, sentence) => {
  await writeFile(join(dir.path, 'target.yaml'), 'provider: esim-go\nbaseUrl: http://127.0.0.1:1\n')
  const { code, stderr, stdout } = await run(['proxy', ...args], { cwd: dir.path })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(sentence)
})
