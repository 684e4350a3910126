// The shop's workflows: each passes at a shop that runs, and fails where the shop is not as it should be.
import { fileURLToPath } from 'node:url'
import { runWorkflows, startSimulator } from 'esimulator'
import { expect, test } from 'vitest'
import { startShop } from './server.js'

const FILE = fileURLToPath(new URL('shop.arazzo.yaml', import.meta.url))
const KEY = 'shop-key'

/**
 * @param key what the shop takes for the key of eSIM Go
 * @param runs names of runs at the same shop, one after the other; what the last came to is returned
 */
async function played(key = KEY, runs = ['first']) {
  await using sim = await startSimulator()
  const shop = await startShop({ baseUrl: sim.baseUrl('esim-go'), key })
  const play = (run: string) =>
    runWorkflows(FILE, {
      target: sim.url,
      credentials: { 'esim-go': [KEY] },
      sources: { shop: shop.url },
      inputs: { run, callbacks: `${shop.url}/callbacks` },
      shuffle: run,
    })
  try {
    for (const run of runs.slice(0, -1)) await play(run)
    return await play(runs.at(-1) ?? '')
  } finally {
    await shop.close()
  }
}

test('all pass, and again at a shop that remembers', async () => {
  const { cases } = await played(KEY, ['monday', 'tuesday'])
  const told = cases.map(({ workflow, outcome }) => `${workflow} ${outcome}`)
  expect(told.toSorted()).toEqual(['answerIsLost passed', 'callbackTwice passed', 'expires passed'])
})

test('a shop with another key sells nothing', async () => {
  const { cases } = await played('another-key')
  expect(cases.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed'])
})
