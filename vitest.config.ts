// How the tests run: everything under test/ and examples/, a worker a processor, with room for slow machines.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{test,examples}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest leaves one processor free, which of two is half.
    maxWorkers: '100%',
  },
})
