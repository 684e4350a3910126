// The dashboard as a whole, each page filled and empty: axe, a phone, the keyboard, other servers, many events.
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { startReceiver } from '../../src/index.ts'
import { hasBrowser } from './browser.ts'
import {
  closeBrowser,
  type Dashboard,
  type DashboardOptions,
  openDashboard,
  violationsOn,
} from './dashboard.ts'
import { type Filled, fill, PAGES_OF_NOTHING, pagesOf } from './filled-world.ts'

afterAll(closeBrowser)

const FROZEN = { clock: { mode: 'frozen', at: '2026-01-01' } } as const

interface FilledDashboard extends Dashboard {
  readonly filled: Filled
}

async function openFilled(options: DashboardOptions = {}): Promise<FilledDashboard> {
  const [good, bad] = [await startReceiver(), await startReceiver({ answer: 500 })]
  const dashboard = await openDashboard({ ...FROZEN, ...options })
  const filled = await fill(dashboard.simulator, { good: good.url, bad: bad.url })
  return {
    ...dashboard,
    filled,
    async [Symbol.asyncDispose]() {
      await dashboard[Symbol.asyncDispose]()
      await good[Symbol.asyncDispose]()
      await bad[Symbol.asyncDispose]()
    },
  }
}

async function open({ page, urlOf }: Dashboard, path: string): Promise<void> {
  await page.goto(urlOf(path))
  await page.locator('.connection.live').waitFor()
  await expect
    .poll(() => page.getByText('Loading…').count(), { message: path, timeout: 20_000 })
    .toBe(0)
}

/** What has the focus, by its name or its text. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: at } = document
    return at?.id || at?.getAttribute('aria-label') || at?.textContent
  })

const tooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** So many that a page which loads again at each of them asks as often. */
const CALLS = 400

describe.skipIf(!hasBrowser)('in a browser', { timeout: 240_000 }, () => {
  test.each(['light', 'dark'] as const)(
    'no page that is filled, as wide as a phone, is too wide or refused by axe, or asks another server, %s',
    async (scheme) => {
      await using dashboard = await openFilled({ scheme, width: 360 })
      const { page, filled, simulator, context } = dashboard
      const asked = new Set<string>()
      context.on('request', (request) => asked.add(new URL(request.url()).origin))
      for (const path of pagesOf(filled)) {
        await open(dashboard, path)
        expect(await violationsOn(page), path).toEqual([])
        expect(await tooWide(page), path).toBe(0)
      }
      expect([...asked]).toEqual([simulator.url])
      expect(dashboard.complaints).toEqual([])
    },
  )

  test.each(['light', 'dark'] as const)('nor one that shows nothing, %s', async (scheme) => {
    await using dashboard = await openDashboard({ ...FROZEN, scheme, width: 360 })
    const { page } = dashboard
    for (const path of PAGES_OF_NOTHING) {
      await open(dashboard, path)
      expect(await violationsOn(page), path).toEqual([])
      expect(await tooWide(page), path).toBe(0)
    }
    const refused = /the server responded with a status of 40[04]/
    expect(dashboard.complaints.filter((text) => !refused.test(text))).toEqual([])
  })

  test('every page is within its window from a phone to a wall, and with text twice as large', async () => {
    await using dashboard = await openFilled()
    const { page, filled } = dashboard
    for (const path of pagesOf(filled)) {
      await open(dashboard, path)
      for (const width of [768, 1280, 1920, 2560]) {
        await page.setViewportSize({ width, height: 900 })
        expect(await tooWide(page), `${path} at ${width} px`).toBe(0)
      }
      // As zoom does: 200 % of 1,280 px leaves 640.
      await page.setViewportSize({ width: 640, height: 450 })
      await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
      expect(await tooWide(page), `${path} with large text`).toBe(0)
    }
  })

  test('a page that comes has the focus and the title, also by the way back', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { page } = dashboard
    await open(dashboard, '')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the page')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('content')
    for (const name of ['Journal', 'Workflows']) {
      await page.getByRole('link', { name, exact: true }).press('Enter')
      await page.getByRole('heading', { name, level: 1 }).waitFor()
      await expect.poll(() => focused(page)).toBe('content')
      expect(await page.title()).toBe(`${name} · default · esimulator`)
    }
    await page.goBack()
    await page.getByRole('heading', { name: 'Journal', level: 1 }).waitFor()
    expect(await focused(page)).toBe('content')
  })

  test('the focus stays in a dialog and goes back where it was', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { page } = dashboard
    await open(dashboard, 'callbacks')
    const opener = page.getByRole('button', { name: 'Send a callback', exact: true })
    await opener.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press('Tab')
      const isOutside = await page.evaluate(
        () =>
          !document.activeElement?.closest('dialog') && document.activeElement !== document.body,
      )
      expect(isOutside).toBe(false)
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await focused(page)).toBe('Send a callback')
  })

  test('a question begins with No, and is taken back by Escape', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { page, simulator } = dashboard
    await simulator.snapshots.save('before')
    await open(dashboard, 'worlds')
    const remove = page.getByRole('row', { name: /before/ }).getByRole('button', { name: 'Remove' })
    await remove.press('Enter')
    await expect.poll(() => focused(page)).toBe('No')
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toMatch(/^Remove/)
    await remove.press('Enter')
    await expect.poll(() => focused(page)).toBe('No')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toMatch(/^Remove/)
    expect(await simulator.snapshots.list()).toHaveLength(1)
  })

  test('a long list is passed by in one step', async () => {
    await using dashboard = await openFilled()
    const { page } = dashboard
    await open(dashboard, 'callbacks')
    await page.getByRole('button', { name: 'Skip the list' }).press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toMatch(/^Change/)
  })

  test('what comes close together is loaded together, however much comes', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { page, simulator } = dashboard
    for (const path of ['', 'journal', 'sims', 'callbacks', 'worlds']) {
      await open(dashboard, path)
      const asked = new Map<string, number>()
      const count = (request: { url(): string }) => {
        const { pathname } = new URL(request.url())
        asked.set(pathname, (asked.get(pathname) ?? 0) + 1)
      }
      page.on('request', count)
      for (let call = 0; call < CALLS; call += 1) await fetch(`${simulator.url}/esim-go/v2.4/esims`)
      page.off('request', count)
      for (const [pathname, times] of asked)
        expect(times, `${path} asks ${pathname}`).toBeLessThan(CALLS / 4)
    }
    expect(dashboard.complaints).toEqual([])
  })
})
