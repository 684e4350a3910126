// The page Break it: a fault is told before it is set, set, seen to hit, and switched off.
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

const FROZEN = { clock: { mode: 'frozen', at: '2026-01-01' } } as const

async function openFaults(dashboard: Dashboard, query = ''): Promise<Page> {
  const { page, urlOf } = dashboard
  await page.goto(urlOf(`faults${query}`))
  await page.locator('.connection.live').waitFor()
  await page.getByRole('form', { name: 'Set a fault' }).waitFor()
  return page
}

/** An order as a client places it; its status. */
async function order({ simulator }: Dashboard): Promise<number> {
  const { baseUrls, credentials } = await simulator.show()
  const item = { type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }
  const answer = await fetch(`${baseUrls['esim-go']}/orders`, {
    method: 'POST',
    headers: {
      'X-API-Key': credentials['esim-go']?.apiKey ?? '',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ type: 'transaction', assign: true, order: [item] }),
  })
  return answer.status
}

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('a fault is told in words, as a command and as JSON, set, hit, and switched off', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { simulator, complaints } = dashboard
    const page = await openFaults(dashboard)
    await page.getByText('Nothing is broken.').waitFor()
    await page.getByText('esimulator fault add esim-go createOrder status').waitFor()

    await page.getByLabel('Operation').selectOption('createOrder')
    await page.getByLabel('status (needed)').fill('503')
    await page.getByText('How often, and to which of them').click()
    await page.getByLabel('times').fill('2')
    const told = page.getByRole('form').getByRole('status')
    await expect
      .poll(() => told.textContent())
      .toBe(
        'The next 2 createOrder calls of esim-go will be answered 503 in the provider’s words; ' +
          'nothing is carried out.',
      )
    const command = page.getByRole('form').locator('.command pre')
    expect(await command.textContent()).toBe(
      `npx esimulator fault add esim-go createOrder status --times 2 --status 503 --url ${simulator.url}`,
    )
    await page.getByRole('button', { name: 'Set this fault' }).click()
    const row = page.getByRole('row').filter({ hasText: 'fault_1' })
    await row.waitFor()
    expect(await simulator.faults.get('fault_1')).toMatchObject({
      provider: 'esim-go',
      operation: 'createOrder',
      kind: 'status',
      status: 503,
      times: 2,
    })

    expect([await order(dashboard), await order(dashboard)]).toEqual([503, 503])
    const hits = row.getByRole('link', { name: '2 hits of fault_1' })
    await hits.waitFor()
    await row.getByText('over').waitFor()
    expect(await hits.getAttribute('href')).toContain('/journal?fault=fault_1')

    await row.getByRole('button', { name: 'Switch off fault_1' }).click()
    await page.getByText('Nothing is broken.').waitFor()
    expect(await simulator.faults.list()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('each kind is asked for what it needs, and one of callbacks for its type', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { simulator } = dashboard
    const page = await openFaults(dashboard, '?operation=listEsims')
    const kind = page.getByLabel('What happens')
    await kind.selectOption('reset')
    await page.getByLabel('at', { exact: true }).selectOption('body')
    await page.getByLabel('When').selectOption('after')
    await page.getByText('cut by a reset in the middle of the body').waitFor()
    await page.getByRole('button', { name: 'Set this fault' }).click()
    await page.getByRole('row').filter({ hasText: 'fault_1' }).waitFor()

    await kind.selectOption('delay')
    await page.getByLabel('delay (needed)').fill('{"uniform": ["1s", "2s"]}')
    await page.getByText('How often, and to which of them').click()
    await page.getByLabel('match').fill('query.perPage=10')
    await page.getByRole('button', { name: 'Set this fault' }).click()
    await page.getByRole('row').filter({ hasText: 'fault_2' }).waitFor()

    await page.getByLabel('Calls or callbacks').selectOption('callback')
    await page.getByLabel('Type of callback').selectOption('Utilisation')
    await kind.selectOption('late')
    await page.getByLabel('by', { exact: true }).fill('PT1H')
    await page.getByLabel('match').fill('')
    await page.getByText('Every Utilisation callback of esim-go will leave PT1H later.').waitFor()
    await page.getByRole('button', { name: 'Set this fault' }).click()
    await page.getByRole('row').filter({ hasText: 'fault_3' }).waitFor()

    expect(await simulator.faults.list()).toMatchObject([
      { operation: 'listEsims', kind: 'reset', at: 'body', when: 'after' },
      { kind: 'delay', delay: { uniform: ['1s', '2s'] }, match: { query: { perPage: 10 } } },
      { callback: 'Utilisation', kind: 'late', by: 'PT1H' },
    ])
    await page.getByRole('button', { name: 'Switch off all' }).click()
    await page.getByRole('button', { name: 'Yes' }).click()
    await page.getByText('Nothing is broken.').waitFor()
    expect(await simulator.faults.list()).toEqual([])
  })

  test('a fault that cannot be is refused with the reason, and none is set', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const page = await openFaults(dashboard)
    await page.getByLabel('What happens').selectOption('rate-limit')
    await page.getByRole('button', { name: 'Set this fault' }).click()
    await page.getByText('it needs the field limit').waitFor()
    await page.getByLabel('Provider').selectOption('highland')
    await page.getByText('it sends no callbacks').waitFor()
    expect(await dashboard.simulator.faults.list()).toEqual([])
  })

  test('every kind there is has a sentence of its own', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const page = await openFaults(dashboard)
    const told = page.getByRole('form').getByRole('status')
    const kinds = await dashboard.simulator.faults.kinds()
    for (const { name: kind, of } of kinds) {
      await page.getByLabel('Calls or callbacks').selectOption(of)
      await page.getByLabel('What happens').selectOption(kind)
      const sentence = await told.textContent()
      expect(sentence, kind).toMatch(/^Every (call|callback) of esim-go will [^:]+\.$/)
    }
  })

  test('magic values of each provider are at hand with what they bring about', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const page = await openFaults(dashboard)
    const values = await dashboard.simulator.magic()
    const rows = page.locator('.magic tbody').getByRole('row')
    await expect.poll(() => rows.count()).toBe(values.length)
    const busy = rows.filter({ hasText: '8943108999999995035' })
    await busy.getByText('503').first().waitFor()
    await dashboard.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await busy.getByRole('button', { name: 'Copy 8943108999999995035' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('8943108999999995035')
  })

  test('hostile texts in a fault are text, and the page stays within 360 px', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, width: 360 })
    const { simulator, page } = dashboard
    page.on('dialog', () => expect.unreachable('a dialog came up'))
    const evil = `<img src=x onerror=alert(1)>\u202e${'x'.repeat(1500)}`
    await simulator.faults.add({
      provider: 'esim-go',
      operation: 'listEsims',
      kind: 'status',
      status: 503,
      body: evil,
      match: { headers: { 'x-case': evil } },
    })
    await openFaults(dashboard)
    await page.getByText('onerror=alert(1)').first().waitFor()
    await expectOnlyText(dashboard)
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using dashboard = await openDashboard({ ...FROZEN, scheme })
    const { simulator } = dashboard
    await simulator.faults.add({ provider: 'esim-go', kind: 'status', status: 503, times: 1 })
    await simulator.faults.add({ provider: 'esim-go', callback: '*', kind: 'duplicate' })
    await order(dashboard)
    const page = await openFaults(dashboard)
    await page.getByRole('row').filter({ hasText: 'fault_2' }).waitFor()
    await page.getByText('How often, and to which of them').click()
    expect(await violationsOn(page)).toEqual([])
  })
})
