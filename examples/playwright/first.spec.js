// A page that shows how much of a bundle is left, while a traveller uses it.
import { createServer } from 'node:http'
import { expect } from '@playwright/test'
import { test } from './fixtures.js'

/** What a page of yours would be served as. */
const PAGE = `<!doctype html><title>My eSIM</title><output></output><button>Refresh</button>
<script type="module">
  const { url, key } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
  async function refresh() {
    const answer = await fetch(url, { headers: { 'X-API-Key': key } })
    const { bundles } = await answer.json()
    const { bundleState, remainingQuantity } = bundles[0].assignments[0]
    document.querySelector('output').value = bundleState + ', ' + remainingQuantity / 1e6 + ' MB'
  }
  document.querySelector('button').onclick = refresh
  refresh()
</script>`

test('the page shows what is left', async ({ page, sim }) => {
  const [{ iccid }] = await sim.sims()
  const url = `${sim.baseUrl('esim-go')}/esims/${iccid}/bundles?includeUsed=true`
  const { apiKey: key } = sim.credentials['esim-go']
  const shop = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end(PAGE),
  )
  await new Promise((done) => shop.listen(0, '127.0.0.1', done))
  await page.goto(`http://127.0.0.1:${shop.address().port}/#${new URLSearchParams({ url, key })}`)
  const left = page.locator('output')
  await expect(left).toHaveText('queued, 1000 MB')
  await sim.device(iccid).use('400MB')
  await page.getByRole('button').click()
  await expect(left).toHaveText('active, 600 MB')
  await sim.clock.advance('P8D')
  await page.getByRole('button').click()
  await expect(left).toContainText('expired')
  shop.closeAllConnections()
  shop.close()
})
