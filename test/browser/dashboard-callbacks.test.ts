// The callbacks of the dashboard, with a receiver that fails and then answers: listed, looked at, sent again, and led elsewhere.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { type RunningSimulator, startReceiver } from '../../src/index.ts'
import { hasBrowser, LONG } from './browser.ts'
import { closeBrowser, openDashboard, violationsOn } from './dashboard.ts'
import { HOSTILE, hostile } from './hostile-texts.ts'

afterAll(closeBrowser)

const frozen = { clock: { mode: 'frozen', at: '2026-01-01' }, given: 'an assigned bundle' } as const

/** The SIM of eSIM Go that the state has a bundle for. */
async function simOf(simulator: RunningSimulator): Promise<string> {
  const [first] = await simulator.sims('esim-go')
  return first?.iccid ?? ''
}

const rowsOf = (page: Page) =>
  page.getByRole('region', { name: 'Callbacks, the newest first' }).getByRole('row')

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('a callback that fails is seen to wait, to be tried again, and to arrive', async () => {
    await using receiver = await startReceiver({ answer: [500, 200] })
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    const iccid = await simOf(simulator)
    await page.goto(urlOf('callbacks'))
    await page.getByText('No callback was due yet').waitFor()
    await page.locator('.connection.live').waitFor()

    await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse', iccid })
    const row = rowsOf(page).filter({ hasText: 'FirstUse' })
    await row.getByText('retrying').waitFor()
    await row.getByText('answered 500').waitFor()
    await row.getByText(/^in /).waitFor()
    expect(await row.getByRole('link', { name: iccid }).getAttribute('href')).toContain(iccid)

    await row.getByRole('link', { name: 'FirstUse' }).click()
    await page.getByRole('heading', { name: 'FirstUse of esim-go' }).waitFor()
    const attempts = page.getByRole('region', { name: 'Attempts' })
    await attempts.getByText('answered 500').waitFor()
    const [{ nextAt = '' } = {}] = await simulator.callbacks.list()
    await page.locator(`time[datetime="${nextAt}"]`).first().waitFor()
    await simulator.clock.advance({ to: nextAt })
    await attempts.getByText('answered 200').waitFor()
    await page.getByText('delivered', { exact: true }).waitFor()
    expect(await attempts.getByText('genuine', { exact: true }).count()).toBe(2)
    expect(dashboard.complaints).toEqual([])
  })

  test('what left is shown as it was, and the command of curl sends the same', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    const { id } = await simulator.callbacks.send({ provider: 'esim-go', type: 'Utilisation' })
    const [arrival] = await receiver.waitFor(1)
    await page.goto(urlOf(`callbacks/${id}`))
    await page.getByText('What left at attempt 1').click()
    const headers = page.getByLabel('Headers of attempt 1')
    await headers.getByText(String(arrival?.headers['x-signature-sha256'])).waitFor()
    const body = await page.getByRole('region', { name: 'Body of attempt 1' }).innerText()
    expect(JSON.parse(body)).toEqual(arrival?.json)

    const curl = page.getByRole('region', { name: 'The same with curl' })
    await promisify(execFile)('sh', ['-c', await curl.locator('pre').innerText()])
    const [, again] = await receiver.waitFor(2)
    expect(again?.body).toBe(arrival?.body)
    for (const name of ['x-signature-sha256', 'content-type', 'user-agent'])
      expect(again?.headers[name], name).toBe(arrival?.headers[name])
  })

  test('a callback is sent again, and one of another type', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    const iccid = await simOf(simulator)
    const { id } = await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse', iccid })
    await receiver.waitFor(1)
    await page.goto(urlOf(`callbacks/${id}`))
    await page.getByRole('button', { name: 'Send it again' }).click()
    await page.getByText('Attempt 2', { exact: true }).waitFor()
    await receiver.waitFor(2)

    await page.getByRole('button', { name: 'Send another type' }).click()
    const dialog = page.getByRole('dialog', { name: 'Send a callback' })
    expect(await dialog.getByLabel('SIM').inputValue()).toBe(iccid)
    await dialog.getByLabel('Type').selectOption('Utilisation')
    await dialog.getByLabel('Fields').fill('{"bundle":')
    await dialog.getByRole('button', { name: 'Send it' }).click()
    await page.getByText('the fields are to be a JSON object').waitFor()
    await dialog.getByLabel('Fields').fill('{"bundle":{"remainingQuantity":0}}')
    await dialog.getByRole('button', { name: 'Send it' }).click()
    await page.getByRole('heading', { name: 'Utilisation of esim-go' }).waitFor()
    const [sent] = await receiver.waitFor({ type: 'Utilisation', iccid })
    expect(sent?.json).toMatchObject({ bundle: { remainingQuantity: 0 } })
  })

  test('one that was not sent says why, and is sent once there is a target', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    const { id } = await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })
    await page.goto(urlOf('callbacks?state=unsent'))
    await rowsOf(page).getByText('no callback URL is set').waitFor()
    await rowsOf(page).getByRole('link', { name: 'FirstUse' }).click()
    await page.waitForURL(urlOf(`callbacks/${id}`))
    await page.getByText('It was not sent: no callback URL is set').waitFor()
    await page.getByRole('button', { name: 'Send it now' }).click()
    await page.locator('.said').getByText('no callback URL is set').waitFor()

    await page.getByRole('link', { name: 'All callbacks' }).click()
    const target = page.getByRole('region', { name: 'Callbacks of esim-go' })
    await target.getByText('nowhere').waitFor()
    await target.getByRole('button', { name: 'Say where' }).click()
    await target.getByLabel('URL').fill(receiver.url)
    await target.getByLabel('Version').selectOption('2')
    await target.getByRole('button', { name: 'Set it' }).click()
    await target.getByText('may be sent', { exact: true }).waitFor()
    expect(await simulator.callbacks.targetOf('esim-go')).toMatchObject({ version: 2 })

    await page.goto(urlOf(`callbacks/${id}`))
    await page.getByRole('button', { name: 'Send it now' }).click()
    await page.getByText('answered 200').waitFor()
    await receiver.waitFor(1)
  })

  test('a target is changed and taken away; one that is shut says why', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf('callbacks'))
    const target = page.getByRole('region', { name: 'Callbacks of esim-go' })
    await target.getByText('may be sent', { exact: true }).waitFor()
    await target.getByRole('button', { name: 'Change' }).click()
    await target.getByLabel('URL').fill('ftp://127.0.0.1/')
    await target.getByLabel('URL').press('Enter')
    await page.locator('.said-line.bad').waitFor()
    await target.getByLabel('URL').fill('http://203.0.113.9/callbacks')
    await target.getByLabel('URL').press('Enter')
    await target.getByText('may not be sent').waitFor()
    await target.getByRole('button', { name: 'Remove' }).click()
    await target.getByText('nowhere').waitFor()
    expect((await simulator.callbacks.targetOf('esim-go')).url).toBeUndefined()
  })

  test('the request that caused a callback is told, or what happened to its SIM', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    const iccid = await simOf(simulator)
    await fetch(`${simulator.url}/esim-go/v2.4/orders`, {
      method: 'POST',
      headers: { 'x-api-key': 'test-esim-go-key', 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'transaction',
        order: [{ type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 1000 }],
      }),
    })
    await receiver.waitFor({ type: 'InsufficientBalance' })
    await page.goto(urlOf('callbacks?type=InsufficientBalance'))
    await rowsOf(page).getByRole('link', { name: 'InsufficientBalance' }).click()
    await page.getByRole('link', { name: 'exchange 1' }).click()
    await page.getByRole('heading', { name: 'Exchange 1', level: 1 }).waitFor()
    await page
      .getByRole('region', { name: 'What it did' })
      .getByRole('link', { name: /^cb_/ })
      .click()
    await page.getByRole('heading', { name: 'InsufficientBalance of esim-go' }).waitFor()

    await simulator.clock.advance('PT1H')
    await simulator.device(iccid).use('100MB')
    const [used] = await receiver.waitFor({ type: 'FirstUse', iccid })
    expect(used?.provider).toBe('esim-go')
    const [callback] = await simulator.callbacks.list({ type: 'FirstUse' })
    await page.goto(urlOf(`callbacks/${callback?.id}`))
    await page.getByText('what happened to its SIM then: ').getByText('sim.first-used').waitFor()
  })

  test('a fault that hurt an attempt is told, and that the signature does not hold', async () => {
    await using receiver = await startReceiver({ answer: [401, 200] })
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    await simulator.faults.add({
      provider: 'esim-go',
      callback: '*',
      kind: 'bad-signature',
      times: 1,
    })
    const { id } = await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })
    await simulator.clock.advance('PT1H')
    await receiver.waitFor(2)
    await page.goto(urlOf(`callbacks/${id}`))
    const attempts = page.getByRole('region', { name: 'Attempts' }).getByRole('listitem')
    const spoilt = attempts.filter({ hasText: 'Attempt 1' })
    await spoilt.getByText('fault bad-signature').waitFor()
    await spoilt.getByText('it does not hold').waitFor()
    const good = attempts.filter({ hasText: 'Attempt 2' })
    await good.getByText('it holds').waitFor()
    await good.getByText('x-signature-sha256').first().waitFor()
  })

  test('filters stand in the URL', async () => {
    await using receiver = await startReceiver()
    await using dashboard = await openDashboard({ ...frozen, callbackUrl: receiver.url })
    const { page, urlOf, simulator } = dashboard
    const iccid = await simOf(simulator)
    await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse', iccid })
    await simulator.callbacks.send({ provider: 'esim-go', type: 'Utilisation', iccid })
    await simulator.clock.advance('PT0S')
    await simulator.callbacks.target('esim-go', undefined)
    await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstAttachment', iccid })
    await page.goto(urlOf('callbacks'))
    await page.getByText('3 callbacks, 1 of them not sent').waitFor()
    const states = () => rowsOf(page).locator('.badge').allInnerTexts()

    await page.getByLabel('State').selectOption('delivered')
    await page.waitForURL(/state=delivered/)
    await expect.poll(states).toEqual(['delivered', 'delivered'])
    await page.getByLabel('Type').fill('FirstUse')
    await page.waitForURL(/type=FirstUse/)
    await expect.poll(states).toEqual(['delivered'])
    await page.goto(urlOf('callbacks?iccid=8943108170000000001'))
    await page.getByText('No callback is of this kind').waitFor()
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await expect.poll(states).toHaveLength(3)
    await page.goto(urlOf('callbacks/cb_999999'))
    await page.getByRole('alert').getByText('there is no callback cb_999999').waitFor()
  })

  test('hostile texts stay texts, and no page is wider than a phone', async () => {
    await using receiver = await startReceiver({ answer: 500 })
    await using dashboard = await openDashboard({ ...frozen, width: 360 })
    const { page, urlOf, simulator } = dashboard
    const watched = hostile(page)
    const url = `${receiver.url}/${encodeURIComponent(HOSTILE)}?${'w'.repeat(500)}`
    const fields = { bundle: { name: HOSTILE.repeat(40), description: HOSTILE } }
    const unsent = await simulator.callbacks.send({
      provider: 'esim-go',
      type: 'Utilisation',
      fields,
    })
    await simulator.callbacks.target('esim-go', url)
    const sent = await simulator.callbacks.send({
      provider: 'esim-go',
      type: 'Utilisation',
      fields,
    })
    await receiver.waitFor(1)
    const filtered = `callbacks?type=${encodeURIComponent(HOSTILE)}`
    for (const path of ['callbacks', filtered, `callbacks/${sent.id}`, `callbacks/${unsent.id}`]) {
      await page.goto(urlOf(path))
      await page.locator('.connection.live').waitFor()
      await page.getByText('Loading…').waitFor({ state: 'detached' })
      await watched.expectHarmless()
    }
    await page.goto(urlOf('callbacks'))
    await page.getByRole('button', { name: 'Send a callback' }).click()
    await watched.expectHarmless()
    expect(dashboard.complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using receiver = await startReceiver({ answer: [500, 200] })
    await using dashboard = await openDashboard({ ...frozen, scheme })
    const { page, urlOf, simulator } = dashboard
    const unsent = await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })
    await simulator.callbacks.target('esim-go', receiver.url)
    const sent = await simulator.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })
    await receiver.waitFor(1)
    for (const path of [`callbacks/${sent.id}`, `callbacks/${unsent.id}`, 'callbacks']) {
      await page.goto(urlOf(path))
      await page.locator('.connection.live').waitFor()
      await page.getByText('Loading…').waitFor({ state: 'detached' })
      expect(await violationsOn(page), path).toEqual([])
    }
    await page.getByRole('button', { name: 'Send a callback' }).click()
    await page.getByRole('button', { name: 'Say where' }).first().waitFor()
    expect(await violationsOn(page), 'the form').toEqual([])
  })
})
