// Playwright's test with a simulator: a server a worker, begun anew for each test.
import { test as base } from '@playwright/test'
import { startSimulator } from 'esimulator'

export const test = base.extend({
  providers: [['esim-go'], { scope: 'worker', option: true }],
  server: [
    async ({ providers }, use) => {
      // Pages of any origin may call the provider, as this one does without a backend.
      const server = await startSimulator({
        providers,
        given: 'an assigned bundle',
        cors: ['*'],
      })
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  sim: async ({ server }, use) => {
    await server.reset()
    await use(server)
  },
})
