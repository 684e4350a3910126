// The dashboard in a real Chromium, over a simulator of its own: opened, looked at, and checked with axe.
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type RunningSimulator, type SimulatorOptions, startSimulator } from '../../src/index.ts'
import { openBrowser } from './browser.ts'

const { source: axeSource } = createRequire(import.meta.url)('axe-core') as { source: string }

export interface Dashboard extends AsyncDisposable {
  readonly simulator: RunningSimulator
  readonly context: BrowserContext
  readonly page: Page
  /** URL of a page of the dashboard, as in `urlOf('journal?refused=true')`. */
  urlOf(path?: string, world?: string): string
  /** What the page said on its console, and what it threw. */
  readonly complaints: readonly string[]
}

let shared: Promise<Browser> | undefined

/** The browser of all tests of a file: to be closed by `closeBrowser` after the last. */
export function browser(): Promise<Browser> {
  shared ??= openBrowser([])
  return shared
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}

export interface DashboardOptions extends SimulatorOptions {
  readonly scheme?: 'light' | 'dark'
  /** px */
  readonly width?: number
}

/** A simulator on a free port, and a tab of its own that has opened nothing yet. */
export async function openDashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const { scheme = 'light', width = 1280, ...rest } = options
  const simulator = await startSimulator({ port: 0, ...rest })
  const context = await (await browser()).newContext({
    colorScheme: scheme,
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return {
    simulator,
    context,
    page,
    complaints,
    urlOf(path = '', world) {
      const prefix = world === undefined ? '' : `/w/${encodeURIComponent(world)}`
      return `${simulator.url}${prefix}/_sim/ui${path && `/${path}`}`
    },
    async [Symbol.asyncDispose]() {
      await context.close()
      await simulator.close()
    },
  }
}

/** How wide the page is beyond its window: px. */
export const tooWide = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))

/** Holds a page that shows hostile texts to showing them as text, within its window. */
export async function expectOnlyText({ page, complaints }: Dashboard): Promise<void> {
  expect(await page.locator('img').count()).toBe(0)
  expect(await tooWide(page)).toBe(0)
  expect(complaints).toEqual([])
}

/** What axe finds on a page: WCAG 2.2 A and AA, and best practices; each as a line with where it is. */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe }
    const { violations } = await axe.run(document)
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help}: ${target.join(' ')}`),
    )
  })
}

interface Axe {
  run(document: Document): Promise<{
    readonly violations: readonly {
      readonly id: string
      readonly help: string
      readonly nodes: readonly { readonly target: readonly string[] }[]
    }[]
  }>
}
