// A page of another origin in a real browser: it reads nothing and changes nothing, unless --cors names it.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { send } from '../support/http.ts'
import { attack } from './attacks.ts'
import {
  hasBrowser,
  LONG,
  openBrowser,
  openRebinding,
  type PageServer,
  type Rebinding,
  servePages,
} from './browser.ts'

const COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const KEY = 'test-esim-go-key'

let browser: Browser
let pages: PageServer
let rebinding: Rebinding

beforeAll(async () => {
  if (!hasBrowser) return
  pages = await servePages()
  rebinding = await openRebinding(pages.port)
  browser = await openBrowser([
    'evil.example 127.0.0.1',
    `rebound.example 127.0.0.1:${rebinding.port}`,
  ])
})

afterAll(async () => {
  await browser?.close()
  await pages?.[Symbol.asyncDispose]()
  await rebinding?.[Symbol.asyncDispose]()
})

/** A page at a URL, in a browser that has seen nothing yet. */
async function pageAt(url: string): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** What there is to be attacked, reached at an origin. */
const victim = (origin: string) => ({
  reads: [
    `${origin}/highland/b2b/company/product_list?company_id=${COMPANY}`,
    `${origin}/esim-go/v2.4/esims`,
    `${origin}/_sim/state`,
    `${origin}/_sim/health`,
    `${origin}/`,
  ],
  changes: [
    `${origin}/highland/b2b/sim/acquire`,
    `${origin}/w/default/esim-go/v2.4/orders`,
    `${origin}/_sim/clock/advance`,
    `${origin}/_sim/worlds`,
    `${origin}/_sim/reset`,
  ],
})

/** Everything that could have been changed, as text. */
async function everything({ url }: RunningSimulator): Promise<string> {
  const paths = ['/_sim/state', '/_sim/worlds', '/_sim/callbacks', '/_sim/settings/highland']
  const texts = await Promise.all(paths.map(async (path) => (await send('GET', url + path)).text))
  return texts.join('\n')
}

/** The attempts that reached a provider, as the journal has them. */
async function journalled(sim: RunningSimulator) {
  const entries = await sim.journal.list({ limit: 500 })
  return entries.map(({ url, status, refusal }) => ({
    attack: new URL(url, sim.url).searchParams.get('attack') ?? '',
    status,
    code: refusal?.code,
  }))
}

/** What the browser asks before the real request, so that this is never sent. */
const PREFLIGHTED = ['fetch-header', 'post-json', 'post-world', 'put', 'delete']

describe.skipIf(!hasBrowser)('a page of another origin', LONG, () => {
  test.each([
    ['of another port', () => `http://127.0.0.1:${pages.port}/`],
    ['of another site', () => `http://evil.example:${pages.port}/`],
  ])('%s reads nothing and changes nothing', async (_what, url) => {
    await using sim = await startSimulator()
    const before = await everything(sim)
    const page = await pageAt(url())
    const attempts = await page.evaluate(attack, victim(sim.url))
    expect(attempts.length).toBeGreaterThan(100)
    expect(attempts.filter(({ read }) => read !== undefined)).toEqual([])

    // What is sent without a question came, and was refused.
    const sent = new Set(attempts.map(({ what }) => what))
    await expect
      .poll(async () => [...sent].filter(missingIn(await journalled(sim))), LONG)
      .toEqual([])
    const entries = await journalled(sim)
    expect(entries.filter(({ status, code }) => status !== 403 || code !== 'forbidden')).toEqual([])
    expect((await everything(sim)) === before).toBe(true)
    await page.context().close()
  })

  test('of a name that was led here later (DNS rebinding) reads and changes nothing', async () => {
    await using sim = await startSimulator()
    const before = await everything(sim)
    rebinding.leadTo(pages.port)
    const origin = `http://rebound.example:${sim.port}`
    const page = await pageAt(`${origin}/`)
    expect(await page.title()).toBe('a page')
    rebinding.leadTo(sim.port)
    const attempts = await page.evaluate(attack, victim(origin))

    // To its browser this is its own server: it reads the refusals, and nothing else.
    const read = attempts.flatMap(({ read: text }) => text ?? [])
    expect(read.length).toBeGreaterThan(60)
    expect(read.filter((text) => !/answered under|does not answer/.test(text))).toEqual([])
    const entries = await journalled(sim)
    expect(entries.length).toBeGreaterThan(30)
    expect(entries.filter(({ status, code }) => status !== 403 || code !== 'forbidden')).toEqual([])
    expect((await everything(sim)) === before).toBe(true)
    await page.context().close()
  })

  test('that is left for the simulator by a form or a link changes nothing', async () => {
    await using sim = await startSimulator()
    const before = await everything(sim)
    for (const path of ['/_sim/reset', '/highland/b2b/sim/acquire', '/esim-go/v2.4/orders']) {
      const page = await pageAt(`http://evil.example:${pages.port}/`)
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().startsWith(sim.url)),
        page.evaluate((action) => {
          const form = document.createElement('form')
          Object.assign(form, { action, method: 'POST', enctype: 'text/plain' })
          document.body.append(form)
          form.submit()
        }, sim.url + path),
      ])
      expect(answer.status(), path).toBe(403)
      await page.context().close()
    }
    const byLink = async (path: string) => {
      const page = await pageAt(`http://evil.example:${pages.port}/`)
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().startsWith(sim.url)),
        page.evaluate((href) => void location.assign(href), sim.url + path),
      ])
      await page.context().close()
      return answer.status()
    }
    expect(await byLink('/_sim/state')).toBe(403)
    expect(await byLink(`/highland/b2b/company/product_list?company_id=${COMPANY}`)).toBe(403)
    expect(await byLink('/')).toBe(303)
    expect((await everything(sim)) === before).toBe(true)
  })

  test('shows the QR code it has the URL of, and cannot read it', async () => {
    await using sim = await startSimulator()
    const { text } = await send('POST', `${sim.url}/highland/b2b/sim/acquire`, {
      json: { company_id: COMPANY },
    })
    const [code = ''] = /http[^"]*bar_code[^"]*/.exec(text) ?? []
    const page = await pageAt(`http://evil.example:${pages.port}/`)
    const shown = await page.evaluate(async (url) => {
      const image = new Image()
      image.src = url
      await image.decode()
      const canvas = document.createElement('canvas')
      const context = canvas.getContext('2d')
      context?.drawImage(image, 0, 0)
      let isReadable = true
      try {
        context?.getImageData(0, 0, 1, 1)
      } catch {
        isReadable = false
      }
      const fetched = await fetch(url).then(
        () => true,
        () => false,
      )
      return { isShown: image.naturalWidth > 0, isReadable, fetched }
    }, code)
    expect(shown).toEqual({ isShown: true, isReadable: false, fetched: false })
    await page.context().close()
  })
})

/** Tells attempts that reached a provider in no entry, though the browser sends them unasked. */
function missingIn(entries: readonly { readonly attack: string }[]) {
  const came = new Set(entries.map(({ attack: what }) => what))
  return (what: string) => !came.has(what) && !PREFLIGHTED.includes(what)
}

describe.skipIf(!hasBrowser)('a page', LONG, () => {
  test('of an origin of --cors uses the APIs of providers, and not the control API', async () => {
    const app = `http://evil.example:${pages.port}`
    await using sim = await startSimulator({
      cors: [app],
      settings: { 'esim-go': { rateLimit: 10 } },
    })
    const page = await pageAt(`${app}/`)
    const used = await page.evaluate(
      async ([url, key]) => {
        const headers = { 'X-API-Key': key, 'Content-Type': 'application/json' }
        const order = { type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }
        const body = JSON.stringify({ type: 'transaction', assign: true, order: [order] })
        const bought = await fetch(`${url}/esim-go/v2.4/orders`, { method: 'POST', headers, body })
        const { order: lines } = (await bought.json()) as { order: { iccids: string[] }[] }
        const listed = await fetch(`${url}/esim-go/v2.4/esims`, { headers })
        const refused = await fetch(`${url}/esim-go/v2.4/esims`)
        const challenged = await fetch(`${url}/accounts-orders/enterprise/accounts`)
        const token = await fetch(`${url}/wholesale/oauth/token`, {
          method: 'POST',
          headers: { Authorization: `Basic ${btoa('test-client:test-secret')}` },
          body: new URLSearchParams({ grant_type: 'client_credentials' }),
        })
        return {
          iccids: lines[0]?.iccids.length,
          date: listed.headers.get('date'),
          limit: [...listed.headers.keys()].filter((name) => name.includes('ratelimit')).length > 0,
          refused: [refused.status, await refused.json()],
          challenge: [challenged.status, challenged.headers.get('www-authenticate')],
          token: token.status,
          control: await fetch(`${url}/_sim/state`).then(
            () => 'read',
            () => 'not read',
          ),
        }
      },
      [sim.url, KEY] as const,
    )
    expect(used).toEqual({
      iccids: 1,
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
      limit: true,
      refused: [403, { message: 'access denied' }],
      challenge: [401, 'Bearer realm="api"'],
      token: 200,
      control: 'not read',
    })
    await page.context().close()
  })

  test('that the simulator serves itself uses all of it', async () => {
    await using sim = await startSimulator()
    const page = await pageAt(`${sim.url}/`)
    const used = await page.evaluate(async (key) => {
      const headers = { 'Content-Type': 'application/json', 'X-API-Key': key }
      const post = { method: 'POST', headers, body: '{"by":"P1D"}' }
      const listed = await fetch('/esim-go/v2.4/esims', { headers })
      const advanced = await fetch('/_sim/clock/advance', post)
      return [listed.status, advanced.status]
    }, KEY)
    expect(used).toEqual([200, 200])
    await page.context().close()
  })
})
