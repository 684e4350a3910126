// The journal of the dashboard: what was asked and answered, live, filtered, and one exchange as a whole.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import type { RunningSimulator } from '../../src/index.ts'
import { hasBrowser, LONG } from './browser.ts'
import { closeBrowser, openDashboard, violationsOn } from './dashboard.ts'
import { HOSTILE, hostile } from './hostile-texts.ts'

afterAll(closeBrowser)

const KEY = 'test-esim-go-key'

const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}

/** A request to eSIM Go; its answer is read. */
async function ask(
  { url }: RunningSimulator,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const body = json === undefined ? null : JSON.stringify(json)
  const type = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/esim-go/v2.4${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': KEY, ...(json === undefined ? {} : type), ...headers },
    body,
  })
  return answer.json().catch(() => undefined)
}

const frozen = { clock: { mode: 'frozen', at: '2026-01-01' } } as const

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('each request stands in the list as it comes, with why it was refused and what its client was told', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf('journal'))
    await page.getByText('Nothing has been asked yet').waitFor()
    await page.getByText('esimulator env').waitFor()
    await page.locator('.connection.live').waitFor()

    await ask(simulator, '/orders', ORDER)
    await ask(simulator, '/catalogue', undefined, { 'x-api-key': 'wrong' })
    const list = page.getByRole('region', { name: 'Exchanges' })
    const refused = list.getByRole('row').filter({ hasText: '/catalogue' })
    await refused.getByText('the X-API-Key is no key of the world').waitFor()
    await refused.getByText('access denied').waitFor()
    const ordered = list.getByRole('row').filter({ hasText: '/orders' })
    await ordered.getByText('bundle.queued').waitFor()
    expect(dashboard.complaints).toEqual([])
  })

  test('filters stand in the URL, and a link to it shows the same', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    await ask(simulator, '/orders', ORDER)
    await ask(simulator, '/catalog')
    await ask(simulator, '/esims?page=1')
    await page.goto(urlOf('journal'))
    const rows = page.getByRole('region', { name: 'Exchanges' }).getByRole('link')
    await expect.poll(() => rows.count()).toBe(3)

    await page.getByLabel('Refused').selectOption('only refused')
    await page.waitForURL(/refused=true/)
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await page.getByLabel('Search').fill('page=1')
    await page.waitForURL(/text=page/)
    await page.getByLabel('Provider').selectOption('esim-go')
    await expect.poll(() => rows.allInnerTexts()).toEqual(['/esim-go/v2.4/esims?page=1'])
    await page.getByText('More filters').click()
    await page.getByLabel('Operation').fill('listEsims')
    await page.waitForURL(/operation=listEsims/)
    await page.getByLabel('Since').fill('2026-01-02T00:00')
    await page.waitForURL(/since=2026-01-02T00/)
    await page.getByText('No exchange is of this kind').waitFor()

    await page.goto(urlOf('journal?status=404'))
    await expect.poll(() => rows.allInnerTexts()).toEqual(['/esim-go/v2.4/catalog'])
    expect(await page.getByLabel('Status').inputValue()).toBe('404')
    await page.goto(urlOf('journal?operation=listEsim'))
    await page.getByRole('alert').getByText('listEsims').waitFor()
    expect(dashboard.complaints.filter((each) => !each.includes('400'))).toEqual([])
  })

  test('new lines do not move what is being read: they are counted, and shown by a button', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    for (let count = 1; count <= 60; count += 1) await ask(simulator, `/esims?page=${count}`)
    await page.goto(urlOf('journal'))
    await page.locator('.connection.live').waitFor()
    const list = page.getByRole('region', { name: 'Exchanges' })
    await list.getByText('page=60').waitFor()
    await list.evaluate((element) => element.scrollTo({ top: 440 }))
    const line = list.getByText('page=48')
    const before = await line.boundingBox()
    await ask(simulator, '/catalogue?page=first')
    await ask(simulator, '/catalogue?page=second')
    const button = page.getByRole('button', { name: '2 new' })
    await button.waitFor()
    expect(await line.boundingBox()).toEqual(before)
    await button.click()
    await list.getByText('page=second').waitFor()
    expect(await list.evaluate((element) => element.scrollTop)).toBe(0)
    await ask(simulator, '/catalogue?page=third')
    await list.getByText('page=third').waitFor()
  })

  test('a world that begins anew empties the list', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    await ask(simulator, '/catalogue')
    await page.goto(urlOf('journal'))
    await page.getByRole('link', { name: '/catalogue' }).waitFor()
    await page.locator('.connection.live').waitFor()
    await simulator.reset()
    await page.getByText('Nothing has been asked yet').waitFor()
  })

  test('10,000 lines are scrolled, and a few of them are on the page', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    await ask(simulator, '/orders', ORDER)
    const [model] = await simulator.journal.list()
    const total = 10_000
    // More than a world keeps: the answers are those of a simulator that kept them.
    await page.route(/\/_sim\/journal\?/, (route) => {
      const query = new URL(route.request().url()).searchParams
      const before = Number(query.get('before') ?? total + 1)
      const limit = Number(query.get('limit'))
      const first = Math.min(before - 1, total)
      const last = Math.max(1, first - limit + 1)
      const entries = Array.from({ length: first - last + 1 }, (_, index) => ({
        ...model,
        id: first - index,
        url: `/esim-go/v2.4/orders?number=${first - index}`,
      }))
      return route.fulfill({ json: { total, entries, ...(last > 1 ? { next: last } : {}) } })
    })
    await page.goto(urlOf('journal'))
    const list = page.getByRole('region', { name: 'Exchanges' })
    await list.getByText('number=10000').waitFor()
    const rows = list.getByRole('row')
    const counts: number[] = []
    for (let at = 1; at <= 10; at += 1) {
      await list.evaluate(
        (element, part) => element.scrollTo({ top: (element.scrollHeight * part) / 10 }),
        at,
      )
      counts.push(await rows.count())
    }
    await list.getByText(/number=1$/).waitFor({ timeout: 60_000 })
    counts.push(await rows.count())
    expect(Math.max(...counts)).toBeLessThan(100)
  })

  test('one exchange tells the true reason, its way, what to do next, and which are beside it', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    await ask(simulator, '/catalogue')
    await ask(simulator, '/catalog')
    await ask(simulator, '/esims?page=1')
    await ask(simulator, '/orders', { ...ORDER, order: [{ type: 'bundle', quantity: 'two' }] })
    await page.goto(urlOf('journal?refused=true'))
    await page.getByRole('link', { name: '/esim-go/v2.4/catalog' }).click()
    await page.getByRole('heading', { name: 'Exchange 2', level: 1 }).waitFor()
    await page.getByRole('region', { name: 'Why it was refused' }).getByText('no path').waitFor()
    await page.getByRole('region', { name: 'What the client was told' }).getByText('404').waitFor()
    await page.getByText('"catalog" should be "catalogue"').waitFor()
    const way = page.getByRole('region', { name: 'Its way through the stages' })
    await way.getByRole('listitem').filter({ hasText: 'route' }).getByText('refused').waitFor()
    await page
      .getByRole('region', { name: 'What to do next' })
      .getByText('esimulator env')
      .waitFor()

    // The filter of the list holds: what was not refused is passed over.
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByRole('heading', { name: 'Exchange 4', level: 1 }).waitFor()
    await page
      .getByRole('region', { name: 'What does not fit the spec' })
      .getByText('quantity')
      .waitFor()
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.getByRole('heading', { name: 'Exchange 2', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'All exchanges' }).click()
    await page.waitForURL(/journal\?refused=true$/)
    await page.goto(urlOf('journal/77'))
    await page.getByRole('alert').getByText('no exchange 77').waitFor()
  })

  test('one exchange leads to what it did, and to the fault that hit it', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    const { order } = (await ask(simulator, '/orders', ORDER)) as {
      order: [{ iccids: [string] }]
    }
    const [iccid] = order[0].iccids
    await ask(simulator, `/esims/${iccid}/apply`, undefined)
    await simulator.faults.add({
      provider: 'esim-go',
      operation: 'listEsims',
      kind: 'status',
      status: 503,
    })
    await ask(simulator, '/esims')
    await page.goto(urlOf('journal/1'))
    const effects = page.getByRole('region', { name: 'What it did' })
    await effects.getByText('bundle.queued').waitFor()
    expect(await effects.getByRole('link', { name: iccid }).getAttribute('href')).toContain(
      `/sims/${iccid}`,
    )
    await page.goto(urlOf('journal/3'))
    const faults = page.getByRole('region', { name: 'Faults' })
    await faults.getByText('the client saw 503').waitFor()
    await faults.getByRole('link', { name: 'fault_1' }).click()
    await page.waitForURL(/journal\?fault=fault_1/)
    await page.getByRole('link', { name: '/esim-go/v2.4/esims' }).waitFor()
  })

  test('the command of curl, run by a shell, sends the same request once more', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    const note = `it's "quoted" $HOME \`id\` \\ ! *\n${HOSTILE}`
    await ask(simulator, `/orders?a=[1-3]&b='{x,y}'`, { ...ORDER, note })
    await page.goto(urlOf('journal/1'))
    const curl = page.getByRole('region', { name: 'The same with curl' })
    await curl.getByText('Secrets are shown nowhere').waitFor()
    const command = await curl.locator('pre').innerText()
    expect(command).not.toContain(KEY)

    await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, API_KEY: KEY } })
    const [again, first] = await simulator.journal.list()
    expect(again?.id).toBe(2)
    const told = (exchange: typeof again) => [
      exchange?.method,
      exchange?.url,
      exchange?.requestBody,
      exchange?.status,
      exchange?.requestHeaders['content-type'],
      exchange?.requestHeaders['user-agent'],
    ]
    expect(told(again)).toEqual(told(first))
  })

  test('a workflow of what was played is made, shown, and kept as a file', async () => {
    await using dashboard = await openDashboard(frozen)
    const { page, urlOf, simulator } = dashboard
    await ask(simulator, '/catalogue')
    await ask(simulator, '/orders', ORDER)
    await page.goto(urlOf('journal/2'))
    await page.getByRole('button', { name: 'Make a workflow from here on' }).click()
    const dialog = page.getByRole('dialog', { name: 'Make a workflow' })
    expect(await dialog.getByLabel('From exchange').inputValue()).toBe('2')
    await dialog.getByLabel('Its name').fill('first-order')
    await dialog.getByText('esimulator record first-order.arazzo.yaml').waitFor()
    await dialog.getByRole('button', { name: 'Make it' }).click()
    await dialog.getByText('it passes with other seeds').waitFor({ timeout: 60_000 })
    const shown = await dialog.getByRole('region', { name: 'first-order.arazzo.yaml' }).innerText()
    expect(shown).toContain('workflowId: first-order')
    expect(shown).toContain('createOrder')
    expect(shown).not.toContain('getCatalogue')

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Download first-order.arazzo.yaml' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('first-order.arazzo.yaml')
    expect((await readFile(await download.path(), 'utf8')).trimEnd()).toBe(shown.trimEnd())
    expect(await violationsOn(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(dashboard.complaints).toEqual([])
  })

  test('hostile texts stay texts, and no page is wider than a phone', async () => {
    await using dashboard = await openDashboard({ ...frozen, width: 360 })
    const { page, urlOf, simulator } = dashboard
    const watched = hostile(page)
    const path = `/esims/${encodeURIComponent(HOSTILE)}`
    await ask(simulator, path, undefined, { 'x-note': encodeURIComponent(HOSTILE) })
    await ask(simulator, `/orders?q=${encodeURIComponent(HOSTILE)}`, {
      [HOSTILE]: HOSTILE.repeat(200),
    })
    await ask(simulator, '/orders', 'x'.repeat(100_000))
    for (const where of ['journal', 'journal/1', 'journal/2', 'journal/3']) {
      await page.goto(urlOf(where))
      await page.locator('.connection.live').waitFor()
      await page.getByText('Loading…').waitFor({ state: 'detached' })
      await watched.expectHarmless()
    }
    await page.goto(urlOf(`journal?text=${encodeURIComponent(HOSTILE)}`))
    await page.getByRole('heading', { name: 'Journal' }).waitFor()
    await watched.expectHarmless()
    expect(dashboard.complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using dashboard = await openDashboard({ ...frozen, scheme })
    const { page, urlOf, simulator } = dashboard
    await ask(simulator, '/orders', ORDER)
    await ask(simulator, '/catalog')
    for (const where of ['journal', 'journal/1', 'journal/2', 'journal?text=nothing-like-it']) {
      await page.goto(urlOf(where))
      await page.locator('.connection.live').waitFor()
      await page.getByText('Loading…').waitFor({ state: 'detached' })
      expect(await violationsOn(page), where).toEqual([])
    }
  })
})
