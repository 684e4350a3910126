// The shop's workflows: each passes at a shop that runs, and fails where the shop is not as it should be.
import { fileURLToPath } from 'node:url'
import { runWorkflows, startSimulator } from 'esimulator'
import { expect, test } from 'vitest'
import { startShop } from './server.js'

const FILE = fileURLToPath(new URL('shop.arazzo.yaml', import.meta.url))
const KEY = 'shop-key'

/** @param key what the shop takes for the key of eSIM Go */
async function played(key = KEY) {
  await using sim = await startSimulator()
  const shop = await startShop({ baseUrl: sim.baseUrl('esim-go'), key })
  try {
    return await runWorkflows(FILE, {
      target: sim.url,
      credentials: { 'esim-go': [KEY] },
      sources: { shop: shop.url },
      inputs: { callbacks: `${shop.url}/callbacks` },
    })
  } finally {
    await shop.close()
  }
}

test('all pass', async () => {
  const { cases } = await played()
  expect(cases.map(({ workflow, outcome }) => [workflow, outcome])).toEqual([
    ['answerIsLost', 'passed'],
    ['callbackTwice', 'passed'],
    ['expires', 'passed'],
  ])
})

test('a shop with another key sells nothing', async () => {
  const { cases } = await played('another-key')
  expect(cases.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed'])
})
