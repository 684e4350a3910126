// What will not do and is asked for all the same: worlds, and documents that are no state of one.

export const wrongWorlds = [
  { name: 'default' },
  { name: 'two words' },
  { name: '' },
  { name: 'x'.repeat(65) },
  {},
  { name: 'lost', given: 'chaos' },
  { name: 'lost', clock: { at: 'noon' } },
  { name: 'lost', clock: { at: '1960-01-01T00:00:00Z' } },
  { name: 'lost', clock: { mode: 'backwards' } },
  { name: 'lost', clock: { rate: 0 } },
  { name: 'lost', ttl: 'soon' },
  { name: 'lost', ttl: 'PT0S' },
  { name: 'lost', colour: 'red' },
  { name: 'lost', seed: 'x'.repeat(257) },
]

/** The document with nothing but the kernel's own records, changed by `change`. */
const kernelOnly = (change) => (document) => {
  const { world } = document.collections
  return { ...document, collections: { world: { ...world, ...change(world) } } }
}

/** Each makes a document that is no state of a world from one that is. */
export const wrongDocuments = [
  (document) => ({ ...document, format: 99, collections: {} }),
  () => ({ format: 1 }),
  () => ({ format: 'x', collections: {} }),
  () => ({ format: 1, collections: {} }),
  () => ({ format: 1, collections: { sims: {} } }),
  kernelOnly(() => ({ world: { id: 'world', name: 'x' } })),
  kernelOnly(({ world }) => ({ world: { ...world, start: { mode: 'sideways' } } })),
  kernelOnly(() => ({ 'random/esim-go': { id: 'random/esim-go', state: ['x'] } })),
  kernelOnly(() => ({ clock: undefined })),
  kernelOnly(() => ({ random: { id: 'random', state: 'x' } })),
  kernelOnly(() => ({ sequences: { id: 'sequences', last: { x: 'y' } } })),
  kernelOnly(({ clock }) => ({ clock: { ...clock, at: -5 } })),
  kernelOnly(({ clock }) => ({ clock: { ...clock, at: 9e15 } })),
  ({ format, collections: { world } }) => ({
    format,
    collections: { world, sims: { wrong: { provider: 'esim-go', iccid: '1' } } },
  }),
  ({ format, collections: { world } }) => ({ format, extra: true, collections: { world } }),
  ({ format, collections: { world } }) => ({ format, collections: { world, sims: 5 } }),
]
