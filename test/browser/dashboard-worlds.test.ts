// The page Worlds: worlds made and removed, snapshots compared and gone back to, the history rewound, the state as a file.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { folder } from '../support/cli.ts'
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

async function openWorlds(dashboard: Dashboard, query = '', world?: string): Promise<Page> {
  const { page, urlOf } = dashboard
  await page.goto(urlOf(`worlds${query}`, world))
  await page.locator('.connection.live').waitFor()
  await page.getByRole('region', { name: 'Worlds', exact: true }).waitFor()
  return page
}

const yes = (page: Page) => page.getByRole('button', { name: 'Yes' }).click()

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('a world is made, gone to, and removed', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { simulator, urlOf, complaints } = dashboard
    const page = await openWorlds(dashboard)
    await page.getByRole('button', { name: 'New world' }).click()
    const form = page.getByRole('form', { name: 'A new world' })
    await form.getByLabel('Name', { exact: true }).fill('ci-7')
    await form.getByLabel('Named state it begins with').fill('an assigned bundle')
    await form.getByLabel('Seed').fill('seven')
    await form.getByLabel('Clock', { exact: true }).selectOption('frozen')
    await form.getByLabel('Its clock shows first').fill('2026-05-01T10:00')
    await form.getByLabel('Removed by itself after').fill('1h')
    await page
      .getByText(
        "npx esimulator world create ci-7 --seed seven --given 'an assigned bundle' --clock frozen " +
          `--at 2026-05-01T10:00:00.000Z --ttl 1h --url ${simulator.url}`,
      )
      .waitFor()
    await form.getByRole('button', { name: 'Make it' }).click()
    const row = page.getByRole('row').filter({ hasText: 'ci-7' })
    await row.getByText('2026-05-01 10:00:00').waitFor()
    const made = await simulator.worlds.list()
    expect(made.find(({ name }) => name === 'ci-7')).toMatchObject({
      clock: { mode: 'frozen', now: '2026-05-01T10:00:00.000Z' },
      expiresAt: expect.any(String),
    })

    await row.getByRole('link', { name: 'Go there: ci-7' }).click()
    await page.waitForURL(urlOf('', 'ci-7'))
    await openWorlds(dashboard)
    await page.getByRole('row', { name: /ci-7/ }).getByRole('button', { name: 'Remove' }).click()
    await yes(page)
    await expect.poll(() => row.count()).toBe(0)
    expect((await simulator.worlds.list()).map(({ name }) => name)).toEqual(['default'])
    expect(complaints).toEqual([])
  })

  test('base URLs and credentials are shown, and the world begins anew as a named state', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { simulator } = dashboard
    const page = await openWorlds(dashboard)
    const { baseUrls, credentials } = await simulator.show()
    const reach = page.getByRole('region', { name: 'esim-go' })
    await reach.getByText(baseUrls['esim-go'] ?? '', { exact: true }).waitFor()
    await reach
      .getByText(credentials['esim-go']?.apiKey ?? '', { exact: true })
      .first()
      .waitFor()

    const before = (await simulator.sims('esim-go')).length
    const anew = page.getByRole('region', { name: 'Begin anew' })
    await anew.getByLabel('Named state').fill('an assigned bundle')
    await anew.getByText("npx esimulator reset --given 'an assigned bundle'").waitFor()
    await anew.getByRole('button', { name: 'Reset' }).click()
    await yes(page)
    await page.getByText('has begun anew').waitFor()
    expect((await simulator.sims('esim-go')).length).toBe(before + 1)
  })

  test('snapshots are taken, compared in words, gone back to, and removed', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { simulator, complaints } = dashboard
    const page = await openWorlds(dashboard)
    await simulator.set('esim-go', { rateLimit: 3 })
    await page.getByText('There is no snapshot yet.').waitFor()
    await page.getByLabel('Name of the snapshot').fill('before')
    await page.getByRole('button', { name: 'Take a snapshot' }).click()
    const row = page.getByRole('row').filter({ hasText: 'before' })
    await row.waitFor()
    expect(await simulator.snapshots.list()).toMatchObject([{ name: 'before' }])

    await simulator.set('esim-go', { rateLimit: 7 })
    await simulator.clock.advance('1d')
    await row.getByRole('button', { name: 'Compare with now: before' }).click()
    const compare = page.getByRole('region', { name: 'Compare', exact: true })
    await compare.getByText('record').first().waitFor()
    await compare.getByText('rateLimit').first().waitFor()
    expect(page.url()).toContain('from=before')

    await row.getByRole('button', { name: 'Go back to it' }).click()
    await yes(page)
    await page.getByText('it is 2026-01-01 00:00:00 again').waitFor()
    expect((await simulator.clock.show()).now).toBe('2026-01-01T00:00:00.000Z')
    expect((await simulator.settings('esim-go')).rateLimit.value).toBe(3)

    await row.getByRole('button', { name: 'Remove' }).click()
    await yes(page)
    await page.getByText('There is no snapshot yet.').waitFor()
    expect(await simulator.snapshots.list()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('the history tells what caused each step as it comes, and is rewound to the end of one', async () => {
    await using dashboard = await openDashboard(FROZEN)
    const { simulator } = dashboard
    const page = await openWorlds(dashboard)
    await page.getByText('Nothing has changed yet.').waitFor()
    await simulator.set('esim-go', { rateLimit: 7 })
    const steps = page.getByRole('region', { name: 'Steps', exact: true })
    await steps.getByText('settings were changed').waitFor()
    await steps.getByRole('button', { name: 'Undo it' }).click()
    await yes(page)
    await expect.poll(async () => (await simulator.settings('esim-go')).rateLimit.value).not.toBe(7)
    await steps.getByRole('row').last().getByRole('button', { name: 'Go back to here' }).click()
    await yes(page)
    await expect.poll(async () => (await simulator.settings('esim-go')).rateLimit.value).toBe(7)
    await simulator.clock.advance('1d')
    await simulator.set('esim-go', { rateLimit: 9 })
    await expect.poll(() => steps.getByRole('row').count()).toBe(6)

    await steps.getByRole('row').nth(3).getByRole('button', { name: 'Go back to here' }).click()
    await page.getByText('Undo 2 steps').waitFor()
    await yes(page)
    await page.getByText('2 steps undone: it is 2026-01-01 00:00:00 again').waitFor()
    expect((await simulator.settings('esim-go')).rateLimit.value).toBe(7)
  })

  test('the whole world is taken along as a file, and put back', async () => {
    await using dashboard = await openDashboard(FROZEN)
    await using dir = await folder()
    const { simulator } = dashboard
    await simulator.set('esim-go', { rateLimit: 7 })
    const page = await openWorlds(dashboard)
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    const file = await coming
    expect(file.suggestedFilename()).toBe('default.esimulator.json')
    const path = join(dir.path, 'world.json')
    await file.saveAs(path)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ format: expect.any(Number) })

    await simulator.set('esim-go', { rateLimit: 9 })
    const chosen = page.getByLabel('A file to put in the place of default')
    await chosen.setInputFiles(path)
    await page.getByRole('button', { name: 'Upload' }).click()
    await yes(page)
    await page.getByText('is the world of world.json now').waitFor()
    expect((await simulator.settings('esim-go')).rateLimit.value).toBe(7)

    await writeFile(path, 'no JSON')
    await chosen.setInputFiles([])
    await chosen.setInputFiles(path)
    await page.getByRole('button', { name: 'Upload' }).click()
    await yes(page)
    await page.getByText('world.json is no JSON').waitFor()
    expect((await simulator.settings('esim-go')).rateLimit.value).toBe(7)
  })

  test('hostile texts are text, and the page stays within 360 px', async () => {
    const name = 'w'.repeat(64)
    const evil = `<img src=x onerror=alert(1)>\u202e${'x'.repeat(200)}`
    await using dashboard = await openDashboard({ ...FROZEN, width: 360, seed: evil })
    const { simulator, page } = dashboard
    page.on('dialog', () => expect.unreachable('a dialog came up'))
    const keys = { 'esim-go': [`<script>alert(1)</script>${'k'.repeat(100)}`] }
    const world = await simulator.worlds.create({ name, seed: evil, credentials: keys })
    await world.snapshots.save('s'.repeat(64))
    await world.set('esim-go', { confirmationCode: `<b>${'x'.repeat(250)}` })
    await openWorlds(dashboard, `?from=${'s'.repeat(64)}`, name)
    await page.getByText('<script>alert(1)').first().waitFor()
    await page.getByText('onerror=alert(1)').first().waitFor()
    await page.getByText('settings were changed').waitFor()
    await expectOnlyText(dashboard)
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using dashboard = await openDashboard({ ...FROZEN, scheme })
    const { simulator } = dashboard
    await simulator.worlds.create({ name: 'ci-7', ttl: '1h' })
    await simulator.set('esim-go', { rateLimit: 3 })
    await simulator.snapshots.save('before')
    await simulator.set('esim-go', { rateLimit: 7 })
    await simulator.clock.advance('1d')
    const page = await openWorlds(dashboard, '?from=before')
    await page
      .getByRole('region', { name: 'Compare', exact: true })
      .getByText('rateLimit')
      .first()
      .waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'New world' }).click()
    await page.getByRole('form', { name: 'A new world' }).waitFor()
    expect(await violationsOn(page)).toEqual([])
  })
})
