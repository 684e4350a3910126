// The store that keeps nothing: for tests and `--ephemeral`.
import { removedLives } from './removed-lives.ts'
import type { Store } from './store.ts'

export function memoryStore(): Store {
  const removed = removedLives()
  return {
    kind: 'memory',
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
    noteLives(world, lives) {
      removed.note(world, lives)
      return undefined
    },
    livesOf: removed.of,
    remove: async () => {},
    close: async () => {},
  }
}
