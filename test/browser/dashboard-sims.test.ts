// The pages of SIMs in a real Chromium: searched and scrolled, and one as a picture of its life.
import jsQrModule from 'jsqr'
import type { Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, test } from 'vitest'
import type { RunningSimulator, StateDocument } from '../../src/index.ts'
import { GB_1, orderEsims } from '../support/esim-go-shop.ts'
import { listen } from '../support/receiver.ts'
import { hasBrowser, LONG } from './browser.ts'
import { closeBrowser, type Dashboard, openDashboard, tooWide, violationsOn } from './dashboard.ts'

afterAll(closeBrowser)

// jsqr is CommonJS typed as an ES module: its function is the default of the default.
const jsQr = jsQrModule as unknown as typeof jsQrModule.default

const FROZEN = { clock: { mode: 'frozen', at: '2026-01-05T09:00:00Z' } } as const

type Records = Record<string, Record<string, Record<string, unknown>>>

/** Puts other records into the world, as a state that is imported has them. */
async function withRecords(
  simulator: RunningSimulator,
  change: (records: Records) => void,
): Promise<void> {
  const state = await simulator.state()
  change(state.collections as unknown as Records)
  await simulator.restore(state as StateDocument)
}

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

const button = (within: Page | Locator, name: string) =>
  within.getByRole('button', { name, exact: true })

const openSim = ({ page, urlOf }: Dashboard, iccid: string) => page.goto(urlOf(`sims/${iccid}`))

describe.skipIf(!hasBrowser)('the list of SIMs', LONG, () => {
  test('is searched as it is typed, and filtered; the URL has what is asked', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go', 'highland'] })
    const { page, urlOf, simulator } = dashboard
    const [one = '', two = ''] = await orderEsims(simulator, 3)
    await simulator.device(two).download()
    await page.goto(urlOf('sims'))
    await page.getByText('4 SIMs', { exact: true }).waitFor()
    await page.getByLabel('Search').fill(one.slice(-7))
    await page.getByText('1 SIM', { exact: true }).waitFor()
    expect(page.url()).toContain(`search=${one.slice(-7)}`)
    expect(await page.getByRole('row').getByRole('link').allTextContents()).toEqual([one])
    await page.getByLabel('Search').fill('')
    await page.getByLabel('Profile').selectOption('downloaded')
    await page.getByText('1 SIM', { exact: true }).waitFor()
    expect(await page.getByRole('row').getByRole('link').allTextContents()).toEqual([two])
    await page.getByLabel('Service').selectOption('suspended')
    await page.getByText('No SIM fits').waitFor()
    await button(page, 'Show all SIMs').click()
    await page.getByText('4 SIMs', { exact: true }).waitFor()
    await page.getByLabel('Provider').selectOption('esim-go')
    await page.getByText('3 SIMs', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('3 SIMs', { exact: true }).waitFor()
    expect(await page.getByLabel('Provider').inputValue()).toBe('esim-go')
    await page.getByRole('link', { name: one }).click()
    await page.getByRole('heading', { name: `SIM ${one}` }).waitFor()
    expect(dashboard.complaints).toEqual([])
  })

  test('has the newest first or the oldest, and a SIM that comes is there', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go'] })
    const { page, urlOf, simulator } = dashboard
    const [first = ''] = await orderEsims(simulator)
    await page.goto(urlOf('sims'))
    await page.getByText('1 SIM', { exact: true }).waitFor()
    await page.locator('.connection.live').waitFor()
    const [second = ''] = await orderEsims(simulator)
    await page.getByText('2 SIMs', { exact: true }).waitFor()
    const links = page.getByRole('row').getByRole('link')
    expect(await links.allTextContents()).toEqual([second, first])
    await page.getByLabel('Order').selectOption('oldest')
    await page.waitForURL(/order=oldest/)
    await expect.poll(() => links.allTextContents()).toEqual([first, second])
    await simulator.device(first).install()
    await page.getByRole('row', { name: first }).getByText('enabled').waitFor()
  })

  test.each(['esim-go', 'highland'] as const)(
    'tells how to order at %s where there is none',
    async (slug) => {
      await using dashboard = await openDashboard({ ...FROZEN, providers: [slug] })
      const { page, urlOf, simulator } = dashboard
      await withRecords(simulator, (records) => {
        records.sims = {}
      })
      await page.goto(urlOf('sims'))
      const command = await page.locator('.command pre').first().textContent()
      await page.locator('.connection.live').waitFor()
      const [, url = ''] = /^curl -s '([^']+)'/.exec(command ?? '') ?? []
      expect(url).toContain(simulator.baseUrl(slug))
      const headers = [...(command ?? '').matchAll(/-H '([^:]+): ([^']+)'/g)]
      const answer = await fetch(url, {
        method: 'POST',
        headers: headers.map(([, name = '', value = '']): [string, string] => [name, value]),
        body: /-d '(.*)'$/.exec(command ?? '')?.[1] ?? '',
      })
      expect(answer.status).toBe(200)
      await page.getByText('1 SIM', { exact: true }).waitFor()
    },
  )

  test('says what the simulator does not take', async () => {
    await using dashboard = await openDashboard({ providers: ['esim-go'] })
    const { page, urlOf } = dashboard
    await page.goto(urlOf('sims?profile=on'))
    await page.getByRole('alert').getByText('profile').waitFor()
  })

  test('of 100,000 has few on the page, and asks for few at once', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go'] })
    const { page, urlOf, simulator } = dashboard
    await orderEsims(simulator)
    await withRecords(simulator, (records) => {
      const [one = {}] = Object.values(records.sims ?? {})
      const iccidOf = (number: number) => `8944500000${String(number).padStart(9, '0')}`
      const sims = Array.from({ length: 100_000 }, (_, number) => {
        const iccid = iccidOf(number)
        return [`esim-go/${iccid}`, { ...one, iccid, imsi: iccid.slice(-15), serial: number + 2 }]
      })
      records.sims = Object.fromEntries(sims)
    })
    let underWay = 0
    let most = 0
    const isPage = (url: string) => /\/_sim\/sims\?/.test(url)
    page.on('request', (request) => {
      if (isPage(request.url())) most = Math.max(most, ++underWay)
    })
    page.on('requestfinished', (request) => {
      if (isPage(request.url())) underWay -= 1
    })
    await page.goto(urlOf('sims?order=oldest'))
    await page.getByText('100,000 SIMs', { exact: true }).waitFor()
    const rows = page.getByRole('table').getByRole('row')
    const frame = page.locator('.rows')
    const asked: number[] = []
    for (let part = 0; part <= 50; part += 1) {
      await frame.evaluate((element, to) => {
        element.scrollTop = ((element.scrollHeight - element.clientHeight) * to) / 50
      }, part)
      asked.push(await rows.count())
    }
    await page.getByRole('link', { name: '8944500000000099999' }).waitFor()
    expect(Math.max(...asked)).toBeLessThan(100)
    expect(most).toBeLessThanOrEqual(2)
    await frame.evaluate((element) => {
      element.scrollTop = 44 * 50_000
    })
    await page.getByRole('link', { name: '8944500000000050005' }).waitFor()
    await page.getByLabel('Search').fill('099998')
    await page.getByText('1 SIM', { exact: true }).waitFor()
  }, 120_000)
})

describe.skipIf(!hasBrowser)('one SIM', LONG, () => {
  test('is walked through its life by the handset', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go'] })
    const { page, simulator } = dashboard
    const [iccid = ''] = await orderEsims(simulator)
    await openSim(dashboard, iccid)
    const profile = region(page, 'Profile')
    const air = region(page, 'On the air')
    const states = page.getByRole('img', { name: /^The profile/ })
    const isNow = (state: string) =>
      page.getByRole('img', { name: `The profile: ${state}`, exact: true }).waitFor()
    await isNow('released')
    await button(profile, 'download').click()
    await isNow('downloaded')
    await button(profile, 'install').click()
    await isNow('enabled')
    expect(await states.locator('.state.lit').textContent()).toBe('enabled')

    await air.getByLabel('Country').fill('gb')
    await air.getByLabel('Operator').fill('Vodafone')
    await button(air, 'attach').click()
    await air.getByText(/^It is on .*Vodafone.* in GB/).waitFor()
    await air.getByLabel('Amount').fill('600MB')
    await button(air, 'use').click()
    await page.getByRole('status').getByText(`used 600 MB of ${GB_1}`).waitFor()
    await region(page, 'Bundles').getByText('600 MB of 1 GB used (60 %), 400 MB left').waitFor()
    await air.getByLabel('Use what').selectOption('sms')
    await button(air, 'use').click()
    await page.getByRole('status').getByText('SMS').waitFor()
    await button(air, 'detach').click()
    await air.getByText('It is on no network.').waitFor()

    await button(profile, 'disable').click()
    await isNow('disabled')
    await button(profile, 'delete').click()
    await profile.getByRole('group', { name: 'Delete it from the handset?' }).waitFor()
    expect((await simulator.device(iccid).show()).profile).toBe('disabled')
    await button(profile, 'Yes').click()
    await expect
      .poll(async () => (await simulator.device(iccid).show()).profile)
      .not.toBe('disabled')
    // The SMS that eSIM Go does not carry, as the browser tells of it.
    expect(dashboard.complaints).toEqual([expect.stringContaining('501')])
  })

  test('has what is impossible now switched off, with the reason', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go'] })
    const { page, simulator } = dashboard
    const [iccid = ''] = await orderEsims(simulator)
    await openSim(dashboard, iccid)
    const profile = region(page, 'Profile')
    const enable = button(profile, 'enable')
    await enable.waitFor()
    expect(await enable.getAttribute('aria-disabled')).toBe('true')
    await profile.getByText(/^enable, disable, delete: it is released: install it/).waitFor()
    await enable.click({ force: true })
    await region(page, 'On the air')
      .getByText(/^attach: the profile is released/)
      .waitFor()
    expect((await simulator.device(iccid).show()).profile).toBe('released')
    await page.getByText('The states in words').first().click()
    const now = profile.locator('li[aria-current=step]')
    expect(await now.textContent()).toMatch(/^released \(now\): .*download leads to downloaded/)
  })

  test('shows its activation code, which a handset reads, and how long it is good', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go'] })
    const { page, simulator } = dashboard
    const [iccid = ''] = await orderEsims(simulator)
    const now = (await simulator.clock.show()).now
    await withRecords(simulator, ({ sims }) => {
      const sim = Object.values(sims ?? {}).find((each) => each.iccid === iccid)
      Object.assign(sim ?? {}, {
        codeExpiresAt: Date.parse(now) + 3_600_000,
        needsConfirmation: true,
      })
    })
    const { installationCode } = await simulator.device(iccid).show()
    await openSim(dashboard, iccid)
    const code = region(page, 'Activation code')
    const picture = await code.getByRole('img').screenshot()
    const { data, width, height } = PNG.sync.read(picture)
    expect(jsQr(new Uint8ClampedArray(data), width, height)?.data).toBe(installationCode)
    await code.getByText(/^Good for 1 h more/).waitFor()

    const profile = region(page, 'Profile')
    await button(profile, 'install').click()
    await page.getByRole('status').getByText('asks for a confirmation code').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Close this line' }).click()
    await simulator.clock.advance('2h')
    await code.getByText(/^Expired 1 h ago/).waitFor()
    await profile.getByText(/^download, install: .*it has expired/).waitFor()
    expect(await button(profile, 'install').getAttribute('aria-disabled')).toBe('true')
    await simulator.rewind(1)
    await code.getByText(/^Good for 1 h more/).waitFor()
    await profile.getByLabel('Confirmation code').fill('1234')
    await button(profile, 'install').click()
    await code.getByText('Used: a handset has downloaded the profile.').waitFor()
  })

  test('has its past, its callbacks and what is due next, as they come', async () => {
    await using receiver = await listen()
    await using dashboard = await openDashboard({
      ...FROZEN,
      providers: ['esim-go'],
      callbackUrl: receiver.url,
    })
    const { page, simulator } = dashboard
    const [iccid = ''] = await orderEsims(simulator)
    await openSim(dashboard, iccid)
    await page.locator('.connection.live').waitFor()
    await simulator.device(iccid).install()
    await simulator.clock.advance('1h')
    await simulator.device(iccid).use('850MB')
    const line = region(page, 'Time line')
    await line.getByText(`80 % of a bundle is used: ${GB_1}`).waitFor()
    await line.getByText('The handset installed the profile').waitFor()
    const moment = line.getByRole('listitem').filter({ hasText: 'sim.first-attached' }).first()
    await moment.getByRole('link', { name: 'FirstAttachment' }).waitFor()
    await moment.getByText('delivered').first().waitFor()
    await region(page, 'Callbacks').getByRole('link', { name: 'FirstAttachment' }).waitFor()
    const due = region(page, 'Due next')
    await due.getByText(`the bundle ends: ${GB_1}`).waitFor()
    await page.getByRole('img', { name: `${GB_1}: 850 MB of 1 GB used` }).waitFor()
    await page.getByText('As a table').click()
    await page.getByRole('cell', { name: '85 %' }).waitFor()
    await simulator.clock.advance('8d')
    await line.getByText(`A bundle ended: ${GB_1}`).waitFor()
    await region(page, 'Bundles').getByText('expired').waitFor()
    await page.getByRole('link', { name: 'Its journal' }).click()
    await page.waitForURL(new RegExp(`/journal\\?iccid=${iccid}$`))
    expect(dashboard.complaints).toEqual([])
  })

  test('has the mails that name it', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['accounts-orders'] })
    const { page, simulator } = dashboard
    const [sim] = await simulator.sims()
    const iccid = sim?.iccid ?? ''
    await withRecords(simulator, (records) => {
      const text = 'here is your eSIM'
      const to = 'ada@bank.example'
      const mail = { provider: 'accounts-orders', at: 0, channel: 'email', to, text, iccid }
      records.messages = { 9000: { id: 9000, ...mail } }
    })
    await openSim(dashboard, iccid)
    const messages = region(page, 'Messages')
    await messages.getByText('here is your eSIM').waitFor()
    await messages.getByText('ada@bank.example').waitFor()
  })

  test('that two providers have is chosen, and one that is nowhere is said to be', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go', 'highland'] })
    const { page, simulator } = dashboard
    const [iccid = ''] = await orderEsims(simulator)
    await withRecords(simulator, ({ sims = {} }) => {
      const sim = Object.values(sims).find((each) => each.iccid === iccid)
      sims[`highland/${iccid}`] = { ...sim, provider: 'highland', serial: 900 }
    })
    await openSim(dashboard, iccid)
    await page.getByRole('link', { name: 'highland', exact: true }).click()
    await page.waitForURL(/\?provider=highland$/)
    await region(page, 'Facts').getByText('highland').waitFor()
    await button(region(page, 'Profile'), 'install').click()
    await page.getByRole('img', { name: 'The profile: enabled' }).waitFor()
    expect((await simulator.device(iccid, 'esim-go').show()).profile).toBe('released')
    await openSim(dashboard, '8900000000000000000')
    await page.getByRole('alert').getByText('there is no SIM 8900000000000000000').waitFor()
  })

  test('shows hostile texts as texts, on a page as wide as a phone', async () => {
    await using dashboard = await openDashboard({ ...FROZEN, providers: ['esim-go'], width: 360 })
    const { page, simulator, urlOf } = dashboard
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    const [iccid = ''] = await orderEsims(simulator)
    await simulator
      .device(iccid)
      .use('10MB')
      .catch(() => undefined)
    const evil = `<img src=x onerror=alert(1)>\u202e"'${'W'.repeat(5000)}`
    await withRecords(simulator, (records) => {
      const { sims = {}, bundles = {}, timeline = {} } = records
      for (const sim of Object.values(sims))
        Object.assign(sim, { imsi: evil, msisdn: evil, eid: evil, matchingId: evil })
      for (const bundle of Object.values(bundles)) Object.assign(bundle, { name: evil })
      for (const event of Object.values(timeline)) Object.assign(event, { detail: { name: evil } })
      const message = {
        provider: 'esim-go',
        at: 0,
        channel: 'sms',
        to: evil,
        text: evil.repeat(20),
      }
      records.messages = { 1: { id: 1, iccid, ...message } }
    })
    await openSim(dashboard, iccid)
    await region(page, 'Time line').getByText('<img src=x').first().waitFor()
    await region(page, 'Activation code').getByText('It is too long for a QR code.').waitFor()
    expect(await tooWide(page)).toBe(0)
    await page.goto(urlOf(`sims?search=${encodeURIComponent(evil.slice(0, 150))}`))
    await page.getByText('1 SIM', { exact: true }).waitFor()
    expect(await tooWide(page)).toBe(0)
    expect(await page.locator('img').count()).toBe(0)
    expect(dialogs).toEqual([])
    expect(dashboard.complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using receiver = await listen(500)
    await using dashboard = await openDashboard({
      ...FROZEN,
      scheme,
      providers: ['esim-go'],
      callbackUrl: receiver.url,
    })
    const { page, simulator, urlOf } = dashboard
    const [iccid = ''] = await orderEsims(simulator, 3)
    await simulator.device(iccid).install()
    await simulator.device(iccid).use('850MB')
    await page.goto(urlOf('sims'))
    await page.getByText('3 SIMs', { exact: true }).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.goto(urlOf('sims?search=nobody'))
    await page.getByText('No SIM fits').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await openSim(dashboard, iccid)
    await page.getByText('The states in words').first().click()
    await page.getByText('As a table').click()
    expect(await violationsOn(page)).toEqual([])
    expect(dashboard.complaints).toEqual([])
  })
})
