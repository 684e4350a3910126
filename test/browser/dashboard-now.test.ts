// The page Now: the clock, what is due next, what has just happened, and where to send requests.
import { afterAll, describe, expect, test } from 'vitest'
import { startReceiver } from '../../src/index.ts'
import { hasBrowser } from './browser.ts'
import { closeBrowser, openDashboard, violationsOn } from './dashboard.ts'

afterAll(closeBrowser)

const START = {
  given: 'an assigned bundle',
  clock: { mode: 'frozen', at: '2026-01-01' },
} as const

/** Uses up what the SIM of the given state has. */
async function use(simulator: Awaited<ReturnType<typeof openDashboard>>['simulator']) {
  const [sim] = await simulator.sims('esim-go')
  await simulator.device(sim?.iccid ?? '').attach('GB')
  await simulator.device(sim?.iccid ?? '').use('1GB')
  return sim?.iccid ?? ''
}

describe.skipIf(!hasBrowser)('in a browser', { timeout: 120_000 }, () => {
  test('what is due is told in order, and gone to', async () => {
    await using dashboard = await openDashboard(START)
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf())
    const due = page.getByRole('region', { name: 'Due next' })
    const [first] = (await simulator.clock.upcoming({ limit: 1 })).upcoming
    await due
      .getByRole('listitem')
      .first()
      .getByText(first?.says ?? '')
      .waitFor()
    await due.getByRole('button', { name: 'Go to the next' }).click()
    await page.getByRole('status').getByText('UTC now').waitFor()
    expect((await simulator.clock.show()).now).toBe(first?.at)
    expect(dashboard.complaints).toEqual([])
  })

  test('the clock goes to a date, and goes on as fast as is chosen', async () => {
    await using dashboard = await openDashboard(START)
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf())
    await page.getByLabel('To a date (UTC)').fill('2026-02-03T04:05')
    await page.getByRole('button', { name: 'Advance', exact: true }).click()
    await page.locator('.clock-now').getByText('2026-02-03 04:05:00').waitFor()
    await page.getByLabel('Goes on').selectOption('an hour a second')
    await page.getByRole('button', { name: 'Let it go on' }).click()
    await page.getByText('3600 times as fast').first().waitFor()
    expect(await simulator.clock.show()).toMatchObject({ mode: 'running', rate: 3600 })
  })

  test('what happens stands there at once, and leads on', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard({ ...START, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf())
    await page.locator('.connection.live').waitFor()
    const happened = page.getByRole('region', { name: 'Just happened' })
    await happened.getByText('Nothing since').waitFor()
    const iccid = await use(simulator)
    await receiver.waitFor({ type: 'Utilisation' })
    await happened.getByText('sim.first-used').waitFor()
    await happened.getByRole('link', { name: 'Utilisation' }).first().waitFor()
    await happened.getByRole('link', { name: iccid }).first().click()
    await page.waitForURL(urlOf(`sims/${iccid}`))
  })

  test('a call of a provider stands there with its status', async () => {
    await using dashboard = await openDashboard(START)
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf())
    await page.locator('.connection.live').waitFor()
    await fetch(`${simulator.baseUrl('esim-go')}/esims`)
    const happened = page.getByRole('region', { name: 'Just happened' })
    await happened.getByText('GET /esim-go/v2.4/esims').click()
    await page.waitForURL(/\/journal\/\d+$/)
  })

  test('base URLs and credentials are there to be copied', async () => {
    await using dashboard = await openDashboard(START)
    const { page, urlOf, simulator, context } = dashboard
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(urlOf())
    const { apiKey } = (await simulator.show()).credentials['esim-go'] ?? {}
    await page
      .getByText(apiKey ?? '')
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Copy API key of esim-go' }).first().click()
    await page.getByText('copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(apiKey)
  })

  test.each(['light', 'dark'] as const)(
    'axe finds nothing, and it fits 360 px, %s',
    async (scheme) => {
      await using dashboard = await openDashboard({ ...START, scheme, width: 360 })
      const { page, urlOf, simulator } = dashboard
      await page.goto(urlOf())
      await page.locator('.connection.live').waitFor()
      await use(simulator)
      await page.getByText('sim.first-used').waitFor()
      expect(await violationsOn(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    },
  )
})
