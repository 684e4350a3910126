// The frame of the dashboard: how it is served, its clock, its token, and a simulator that is lost and comes back.
import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { hasBrowser, LONG } from './browser.ts'
import { closeBrowser, openDashboard, violationsOn } from './dashboard.ts'

afterAll(closeBrowser)

test('a browser that asks for the simulator is led to the dashboard, a program is not', async () => {
  await using simulator = await startSimulator({ port: 0 })
  const ask = (accept: string) =>
    fetch(`${simulator.url}/`, { headers: { accept }, redirect: 'manual' })
  const browser = await ask('text/html,application/xhtml+xml,*/*;q=0.8')
  expect([browser.status, browser.headers.get('location')]).toEqual([
    303,
    `${simulator.url}/_sim/ui`,
  ])
  for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5'])
    expect((await ask(accept)).status, accept).toBe(200)
})

test('the page is of 150 kB at most, compressed, and is kept by its sums', async () => {
  await using simulator = await startSimulator({ port: 0 })
  const page = await (await fetch(`${simulator.url}/_sim/ui`)).text()
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
  expect(files).toHaveLength(3)
  for (const coding of ['br', 'gzip']) {
    let size = 0
    for (const file of files) {
      const headers = { 'accept-encoding': coding }
      const answer = await fetch(simulator.url + file, { headers })
      expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, coding])
      expect(answer.headers.get('cache-control')).toContain('immutable')
      size += Number(answer.headers.get('content-length'))
    }
    expect(size, coding).toBeLessThan(150_000)
  }
})

test.each([
  ['a file there is not', 'GET', '/_sim/ui/assets/none.js', 404],
  ['a file outside', 'GET', '/_sim/ui/assets/..%2findex.html', 404],
  ['a form sent to it', 'POST', '/_sim/ui', 405],
])('%s is refused', async (_what, method, path, status) => {
  await using simulator = await startSimulator({ port: 0 })
  const answer = await fetch(simulator.url + path, { method })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ status, detail: expect.any(String) })
})

test('it is not served to pages of other sites, nor under their names', async () => {
  await using simulator = await startSimulator({ port: 0 })
  const foreign = { origin: 'http://evil.example', 'accept-language': 'en' }
  expect((await fetch(`${simulator.url}/_sim/ui`, { headers: foreign })).status).toBe(403)
  // A name of somebody else's that leads to this machine: fetch cannot send it.
  const headers = { host: 'evil.example', 'accept-language': 'en' }
  const [answer] = await once(request(`${simulator.url}/_sim/ui`, { headers }).end(), 'response')
  expect(answer.resume().statusCode).toBe(403)
})

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('the clock is shown, moved on, frozen and let go on', async () => {
    await using dashboard = await openDashboard({ clock: { mode: 'frozen', at: '2026-01-01' } })
    const { page, urlOf } = dashboard
    await page.goto(urlOf())
    const shown = page.getByRole('banner').locator('.clock-line')
    await shown.getByText('2026-01-01 00:00:00').waitFor()
    await page.getByRole('button', { name: '+ 1 day' }).click()
    await shown.getByText('2026-01-02 00:00:00').waitFor()
    await page.getByRole('button', { name: 'Let it go on' }).click()
    await shown.getByText('running').waitFor()
    expect((await dashboard.simulator.clock.show()).mode).toBe('running')
    expect(dashboard.complaints).toEqual([])
  })

  test('a clock that somebody else moves is seen to move', async () => {
    await using dashboard = await openDashboard({ clock: { mode: 'frozen', at: '2026-01-01' } })
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf())
    await page.locator('.connection.live').waitFor()
    await simulator.clock.advance('3d')
    await page.locator('.clock-line').getByText('2026-01-04 00:00:00').waitFor()
  })

  test('a world is chosen in the URL and in the list of worlds', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await simulator.worlds.create({ name: 'other' })
    await page.goto(urlOf())
    await page.getByRole('combobox', { name: 'World' }).selectOption('other')
    await page.waitForURL(urlOf('', 'other'))
    await page.locator('.connection.live').waitFor()
  })

  test('a world that is no more is said to be gone, and is shown again once it is made anew', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await simulator.worlds.create({ name: 'other' })
    await page.goto(urlOf('sims', 'other'))
    await page.locator('.connection.live').waitFor()
    await simulator.worlds.remove('other')
    await page.getByRole('heading', { name: 'There is no world other' }).waitFor()
    expect(await page.getByText('does not answer').count()).toBe(0)
    await page.getByText('npx esimulator world create other').waitFor()
    await simulator.worlds.create({ name: 'other' })
    await page.getByRole('heading', { name: 'SIMs', exact: true }).waitFor()
  })

  test('what was shown of a SIM is taken away once there is no such SIM', async () => {
    await using dashboard = await openDashboard({ given: 'an assigned bundle' })
    const { page, urlOf, simulator } = dashboard
    const [{ iccid } = { iccid: '' }] = await simulator.sims('esim-go')
    await page.goto(urlOf(`sims/${iccid}`))
    await page.getByRole('region', { name: 'Facts' }).waitFor()
    await simulator.reset({ given: 'default' })
    await page.getByRole('alert').getByText('there is no SIM').waitFor()
    expect(await page.getByRole('region', { name: 'Facts' }).count()).toBe(0)
  })

  test('the token is asked for once, kept for the tab, and told to be wrong', async () => {
    await using dashboard = await openDashboard({ token: 'a-token-of-sixteen' })
    const { page, urlOf, context } = dashboard
    await page.goto(urlOf())
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').getByText('not the one').waitFor()
    await page.getByRole('textbox', { name: 'Token' }).fill('a-token-of-sixteen')
    await page.getByRole('textbox', { name: 'Token' }).press('Enter')
    await page.locator('.connection.live').waitFor()
    await page.goto(urlOf('journal'))
    await page.locator('.connection.live').waitFor()
    const other = await context.newPage()
    await other.goto(urlOf())
    await other.getByRole('textbox', { name: 'Token' }).waitFor()
  })

  test('many tabs of one world are all live, on one stream that goes on when its tab is closed', async () => {
    await using dashboard = await openDashboard({ clock: { mode: 'frozen', at: '2026-01-01' } })
    const { page, context, urlOf, simulator } = dashboard
    // A browser has six connections for a server.
    const others = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
    for (const tab of [page, ...others]) {
      await tab.goto(urlOf())
      await tab.locator('.connection.live').waitFor()
    }
    await simulator.clock.advance('1d')
    for (const tab of [page, ...others])
      await tab.locator('.clock-line').getByText('2026-01-02 00:00:00').waitFor()
    await page.close()
    await others[0]?.locator('.connection.live').waitFor()
    await simulator.clock.advance('1d')
    for (const tab of others)
      await tab.locator('.clock-line').getByText('2026-01-03 00:00:00').waitFor()
  })

  test('a simulator that is lost is said to be, and the page goes on when it is back', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf())
    await page.locator('.connection.live').waitFor()
    const port = Number(new URL(simulator.url).port)
    await simulator.close()
    await page.getByText('does not answer').first().waitFor()
    await using _again = await startSimulator({ port })
    await page.locator('.connection.live').waitFor()
  })

  test.each(['light', 'dark'] as const)('axe finds nothing in the frame, %s', async (scheme) => {
    await using dashboard = await openDashboard({ scheme })
    const { page, urlOf } = dashboard
    await page.goto(urlOf())
    await page.locator('.connection.live').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.goto(urlOf('nothing'))
    await page.getByText('There is no such page').waitFor()
    expect(await violationsOn(page)).toEqual([])
  })
})
