// The store that keeps nothing: for tests and `--ephemeral`.
import type { Store } from './store.ts'

export function memoryStore(): Store {
  return {
    list: async () => [],
    worldOf: async () => undefined,
    load: async () => undefined,
    setAside: async () => [],
    attach() {},
    commit() {},
    rewrite() {},
    flushed: () => undefined,
    logged: () => undefined,
    failure: () => undefined,
    remove: async () => {},
    close: async () => {},
  }
}
