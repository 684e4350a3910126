// The page Workflows: what can be run, a run a step at a time, its report.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { hasBrowser, LONG } from './browser.ts'
import { closeBrowser, openDashboard, violationsOn } from './dashboard.ts'

afterAll(closeBrowser)

const EXPIRES = 'highland-qr-expires'

/** A workflow whose words are markup. */
const HOSTILE = `arazzo: 1.0.1
info: { title: "<img src=x onerror=alert(1)>", version: "1" }
sourceDescriptions: [{ name: sim, url: "esimulator:control", type: openapi }]
workflows:
  - workflowId: bad
    summary: "<script>alert(2)</script>"
    steps:
      - stepId: look
        description: "\\u202e<b onclick=alert(3)>${'x'.repeat(300)}"
        operationId: $sourceDescriptions.sim.getClock
        successCriteria: [{ condition: $statusCode == 418 }]
`

describe.skipIf(!hasBrowser)('in a browser', LONG, () => {
  test('a shipped workflow is found, run a step at a time, and its report taken along', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    await page.goto(urlOf('workflows'))
    await page.getByLabel('Search').fill(EXPIRES)
    await page.getByRole('button', { name: /^Run / }).click()
    expect(new URL(page.url()).searchParams.get('search')).toBe(EXPIRES)
    await page.getByRole('button', { name: 'Run a step at a time' }).click()
    await page.getByText('paused').first().waitFor()
    await page.getByRole('button', { name: 'Next step' }).click()
    await page.locator('.step.passed').first().waitFor()
    await page.getByRole('button', { name: 'Go on to the end' }).click()
    await page.getByRole('button', { name: 'Save as JUnit' }).waitFor()

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as JUnit' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^run_\d+\.xml$/)
    const [report] = await Promise.all([
      dashboard.context.waitForEvent('page'),
      page.getByRole('link', { name: 'Open the report' }).click(),
    ])
    await report
      .getByText(/passed/)
      .first()
      .waitFor()

    const { runs } = await simulator.control.call('listWorkflowRuns')
    expect(runs).toMatchObject([{ state: 'passed' }])
    await page.getByRole('link', { name: /look into it/ }).click()
    await page.waitForURL(urlOf('', runs[0]?.world))
    expect(dashboard.complaints).toEqual([])
  })

  test('a run is removed with its world', async () => {
    await using dashboard = await openDashboard()
    const { page, urlOf, simulator } = dashboard
    const file = `esimulator:${EXPIRES}.arazzo.yaml`
    const body = { file, pause: 'each-step' } as const
    const { id } = await simulator.control.call('startWorkflowRun', { body })
    await page.goto(urlOf(`workflows/runs/${id}`))
    await page.getByRole('button', { name: 'Stop and remove' }).click()
    await page.getByRole('button', { name: 'Yes' }).click()
    await page.waitForURL(urlOf('workflows'))
    expect((await simulator.worlds.list()).map(({ name }) => name)).toEqual(['default'])
  })

  test("workflows of one's own stand there, as text whatever they say, and what is wrong in a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esimulator-workflows-'))
    writeFileSync(join(folder, 'hostile.arazzo.yaml'), HOSTILE)
    writeFileSync(join(folder, 'broken.arazzo.yaml'), 'arazzo: 1.0.1\n')
    try {
      await using dashboard = await openDashboard({ workflows: folder, width: 360 })
      const { page, urlOf } = dashboard
      page.on('dialog', () => expect.fail('a text of a workflow was run'))
      await page.goto(urlOf('workflows?search=bad'))
      await page.getByText('broken.arazzo.yaml').first().waitFor()
      await page.getByRole('button', { name: 'Run <script>alert(2)</script>' }).click()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.locator('.step.failed').first().waitFor()
      await page.locator('details').first().click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
      expect(dashboard.complaints).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    await using dashboard = await openDashboard({ scheme })
    const { page, urlOf, simulator } = dashboard
    const body = { file: `esimulator:${EXPIRES}.arazzo.yaml` }
    const { id } = await simulator.control.call('startWorkflowRun', { body })
    await page.goto(urlOf(`workflows/runs/${id}`))
    await page.getByRole('button', { name: 'Save as JUnit' }).waitFor()
    await page.locator('details').first().click()
    expect(await violationsOn(page)).toEqual([])
    await page.goto(urlOf('workflows'))
    await page.getByRole('button', { name: /^Run / }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await violationsOn(page)).toEqual([])
  })
})
