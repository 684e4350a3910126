// How the tests run: everything under test/ and examples/, in parallel files, with room for slow machines.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['{test,examples}/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 },
})
