// The page Call: an eSIM ordered by hand, and a refusal that leads to its reason.
import { afterAll, describe, expect, test } from 'vitest'
import { hasBrowser, LONG } from './browser.ts'
import { closeBrowser, openDashboard, violationsOn } from './dashboard.ts'

afterAll(closeBrowser)

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('an eSIM is ordered with a body of the documentation', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf('call?provider=esim-go&operation=createOrder'))
    await page.getByLabel('Begin with').selectOption('Buy one onto a new eSIM')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('region', { name: 'Reply', exact: true }).getByText('200').waitFor()
    expect(await simulator.sims('esim-go')).toHaveLength(1)
    await page.getByRole('link', { name: 'In the journal' }).click()
    await page.waitForURL(/\/journal\/\d+$/)
    await page.goBack()
    expect(await page.getByLabel('Begin with').inputValue()).toBe('newEsim')
    expect(await page.getByLabel('Body (JSON)').inputValue()).toContain('"transaction"')
    expect(dashboard.complaints).toEqual([])
  })

  test.each([
    ['highland', 'acquireEsim'],
    ['wholesale', 'activateSubscription'],
    ['accounts-orders', 'createOrder'],
  ])('from the list of SIMs one comes to the order of %s', async (provider, operation) => {
    await using dashboard = await openDashboard()
    const { page, urlOf } = dashboard
    await page.goto(urlOf(`sims?provider=${provider}`))
    await page.getByRole('link', { name: 'Order one' }).click()
    const field = page.getByLabel('Operation')
    await field.waitFor()
    expect(await field.inputValue()).toBe(operation)
  })

  test('the reply of an order leads to its SIM', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf('call'))
    await page.getByLabel('Begin with').selectOption('Buy one onto a new eSIM')
    await page.getByRole('button', { name: 'Send' }).click()
    const link = page.getByRole('region', { name: 'Reply', exact: true }).getByRole('link', {
      name: /^89/,
    })
    await link.waitFor()
    expect(await simulator.sims('esim-go')).toMatchObject([{ iccid: await link.textContent() }])
    await link.click()
    await page.getByRole('heading', { name: /^SIM 89/ }).waitFor()
  })

  test('what is refused leads to the reason, and what is no JSON is not sent', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf('call?provider=esim-go&operation=getEsim&iccid=123'))
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('link', { name: 'Why, and what to do next' }).waitFor()
    await page.goto(urlOf('call?provider=esim-go&operation=createOrder'))
    await page.getByLabel('Body (JSON)').fill('{"type":')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('the body is no JSON').waitFor()
    expect(await simulator.journal.list()).toHaveLength(1)
  })

  test.each(['light', 'dark'] as const)(
    'axe finds nothing, and it fits 360 px, %s',
    async (scheme) => {
      await using dashboard = await openDashboard({ scheme, width: 360 })
      const { page, urlOf } = dashboard
      await page.goto(urlOf('call?provider=accounts-orders'))
      await page.getByRole('button', { name: 'Send' }).click()
      await page.getByRole('region', { name: 'Reply', exact: true }).waitFor()
      expect(await violationsOn(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    },
  )
})
