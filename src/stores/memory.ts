// The store that keeps nothing: for tests and `--ephemeral`.
import { removedLives } from './removed-lives.ts'
import type { Store } from './store.ts'

export function memoryStore(): Store {
  const removed = removedLives()
  return {
    lasts: false,
    list: async () => [],
    worldOf: async () => undefined,
    load: async () => undefined,
    setAside: async () => [],
    attach() {},
    commit() {},
    rewrite() {},
    flushed: () => undefined,
    logged: () => undefined,
    writeNow() {},
    failure: () => undefined,
    remove: async (world, lives) => removed.note(world, lives),
    livesOf: removed.of,
    close: async () => {},
  }
}
