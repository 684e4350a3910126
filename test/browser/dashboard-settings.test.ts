// The page Settings: each setting changed by the field that fits it, and brought back; where operations come from; the stock.
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { hasBrowser, LONG } from './browser.ts'
import {
  closeBrowser,
  type Dashboard,
  expectOnlyText,
  openDashboard,
  violationsOn,
} from './dashboard.ts'

afterAll(closeBrowser)

async function openSettings(dashboard: Dashboard, query = ''): Promise<Page> {
  const { page, urlOf } = dashboard
  await page.goto(urlOf(`settings${query}`))
  await page.locator('.connection.live').waitFor()
  await page.getByLabel('Search settings').waitFor()
  return page
}

const rowOf = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('a switch, a choice, a number, a duration and a list are changed and brought back', async () => {
    await using dashboard = await openDashboard()
    const { simulator, complaints } = dashboard
    const valueNow = async (name: 'strict' | 'wire' | 'rateLimit' | 'deliveryDelay') =>
      (await simulator.settings('esim-go'))[name].value
    const page = await openSettings(dashboard)

    await rowOf(page, 'strict').getByRole('checkbox').check()
    await page.getByText('strict is on now').waitFor()
    expect(await valueNow('strict')).toBe(true)

    await rowOf(page, 'wire').getByRole('combobox').selectOption('documented')
    await page.getByText('wire is documented now').waitFor()
    expect(await valueNow('wire')).toBe('documented')

    const rate = rowOf(page, 'rateLimit')
    await rate.getByRole('spinbutton').fill('7')
    await rate.getByRole('spinbutton').press('Enter')
    await page.getByText('rateLimit is 7 now').waitFor()
    expect(await valueNow('rateLimit')).toBe(7)

    const delay = rowOf(page, 'deliveryDelay')
    await delay.getByRole('textbox').fill('5m')
    await delay.getByRole('button', { name: 'Save deliveryDelay' }).click()
    await page.getByText('deliveryDelay is 5m now').waitFor()
    expect(await valueNow('deliveryDelay')).toBe('5m')

    const retries = rowOf(page, 'retrySchedule')
    await retries.getByRole('textbox').fill('PT1S\nPT2S\n')
    await retries.getByRole('button', { name: 'Save retrySchedule' }).click()
    await page.getByText('retrySchedule is PT1S, PT2S now').waitFor()
    expect((await simulator.settings('esim-go')).retrySchedule.value).toEqual(['PT1S', 'PT2S'])

    await rate.getByRole('button', { name: 'rateLimit: back to default' }).click()
    await page.getByText('rateLimit is 0 again').waitFor()
    expect(await valueNow('rateLimit')).toBe(0)

    await page.getByRole('button', { name: 'All back to default' }).click()
    await page.getByRole('button', { name: 'Yes' }).click()
    await page.getByText('4 settings have their default again').waitFor()
    expect(await valueNow('strict')).toBe(false)
    expect(complaints).toEqual([])
  })

  test('a value that will not do is refused with the reason, and stays as it was', async () => {
    await using dashboard = await openDashboard()
    const page = await openSettings(dashboard)
    const delay = rowOf(page, 'deliveryDelay')
    await delay.getByRole('textbox').fill('soon')
    await delay.getByRole('button', { name: 'Save deliveryDelay' }).click()
    await page.getByText('setting "deliveryDelay"').waitFor()
    expect((await dashboard.simulator.settings('esim-go')).deliveryDelay.value).toBe('PT0S')
  })

  test('settings are searched, changed elsewhere, and only the changed ones shown', async () => {
    await using dashboard = await openDashboard()
    const { simulator } = dashboard
    const page = await openSettings(dashboard)
    await page.getByLabel('Search settings').fill('idle eSIM')
    await expect.poll(() => page.locator('.setting').count()).toBeLessThan(6)
    await rowOf(page, 'idleDeletion').waitFor()
    expect(page.url()).toContain('q=idle')
    await page.getByLabel('Search settings').fill('no such thing')
    await page.getByRole('button', { name: 'Show all' }).click()

    await simulator.set('esim-go', { rateLimit: 12 })
    await page.getByLabel('Only changed ones (1)').check()
    await expect.poll(() => page.locator('.setting').count()).toBe(1)
    expect(await rowOf(page, 'rateLimit').getByRole('spinbutton').inputValue()).toBe('12')
  })

  test('where operations come from is counted, filtered and told of each provider', async () => {
    await using dashboard = await openDashboard()
    const { simulator } = dashboard
    const page = await openSettings(dashboard)
    await page.getByLabel('Provider').selectOption('wholesale')
    const section = page.getByRole('region', { name: 'Where its operations come from' })
    const { counts, operations } = await simulator.control.call('getProvenance', {
      path: { slug: 'wholesale' },
    })
    const rows = section.getByRole('region', { name: 'Operations', exact: true }).getByRole('row')
    await expect.poll(() => rows.count()).toBe(operations.length + 1)
    await section.getByLabel('Show').selectOption('inferred')
    await expect.poll(() => rows.count()).toBe((counts.inferred ?? 0) + 1)
    expect(page.url()).toContain('provider=wholesale')

    await page.getByRole('button', { name: 'Show the stock' }).click()
    const stock = page.getByRole('region', { name: 'What it has in stock' })
    await stock.getByText('cards', { exact: true }).waitFor()
    await stock.getByText('npx esimulator stock set wholesale').waitFor()
  })

  test('hostile texts are text, and the page stays within 360 px', async () => {
    await using dashboard = await openDashboard({ width: 360 })
    const { simulator, page } = dashboard
    page.on('dialog', () => expect.unreachable('a dialog came up'))
    const evil = `<imgsrc=x/onerror=alert(1)>${'x'.repeat(200)}`
    await simulator.set('esim-go', { confirmationCode: evil })
    await openSettings(dashboard)
    expect(await rowOf(page, 'confirmationCode').getByRole('textbox').inputValue()).toBe(evil)
    await page.getByLabel('Search settings').fill(`\u202e<b>${'y'.repeat(3000)}`)
    await page.getByText('No setting of').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByRole('button', { name: 'Show the stock' }).click()
    await page.getByRole('region', { name: 'The stock as JSON' }).waitFor()
    await expectOnlyText(dashboard)
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using dashboard = await openDashboard({ scheme })
    await dashboard.simulator.set('esim-go', { rateLimit: 7, strict: true })
    const page = await openSettings(dashboard)
    await page.getByRole('region', { name: 'Operations', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Show the stock' }).click()
    await page.getByRole('region', { name: 'The stock as JSON' }).waitFor()
    expect(await violationsOn(page)).toEqual([])
  })
})
