// Overlays: a spec that only says how it differs from another one.
import { expect, test } from 'vitest'
import { applyOverlay, isOverlay, type Overlay } from '../../src/server/overlay.ts'
import { readSpec } from '../../src/server/spec-files.ts'

const base = {
  info: { title: 'Things', version: '1' },
  servers: [{ url: '/1' }],
  paths: { '/a': { get: { mark: 'old', tags: ['A'] } }, '/b': { put: { mark: 'old' } } },
}

const overlay = (...actions: Overlay['actions']): Overlay => ({
  overlay: '1.0.0',
  extends: 'things.yaml',
  actions,
})

test('objects are merged at every depth, and lists are appended to', () => {
  const made = applyOverlay(
    base,
    overlay({
      target: '$',
      update: { info: { version: '2' }, paths: { '/a': { get: { tags: ['B'] } } } },
    }),
  )
  expect(made).toEqual({
    ...base,
    info: { title: 'Things', version: '2' },
    paths: { ...base.paths, '/a': { get: { mark: 'old', tags: ['A', 'B'] } } },
  })
})

test('a wildcard selects everything there', () => {
  const made = applyOverlay(base, overlay({ target: '$.paths.*.*', update: { mark: 'new' } }))
  expect(made.paths).toEqual({
    '/a': { get: { mark: 'new', tags: ['A'] } },
    '/b': { put: { mark: 'new' } },
  })
})

test('a name in quotes may have any character', () => {
  const made = applyOverlay(base, overlay({ target: "$.paths['/b'].put.mark", update: 'new' }))
  expect(made.paths['/b'].put.mark).toBe('new')
})

test('what is removed can be made anew by a later action', () => {
  const made = applyOverlay(
    base,
    overlay(
      { target: '$.servers', remove: true },
      { target: '$', update: { servers: [{ url: '/2' }] } },
    ),
  )
  expect(made.servers).toEqual([{ url: '/2' }])
})

test('the document it is laid over stays as it is', () => {
  const before = structuredClone(base)
  applyOverlay(
    base,
    overlay(
      { target: '$.paths.*.*', update: { mark: 'new' } },
      { target: '$.servers', update: { url: '/2' } },
    ),
  )
  expect(base).toEqual(before)
})

test.each([
  ['$.nowhere', /selects nothing/],
  ['$.paths.nowhere.*', /selects nothing/],
  ['$.paths[0]', /no path/],
  ['$..get', /no path/],
  ['paths', /no path/],
])('the target %s is refused', (target, message) => {
  expect(() => applyOverlay(base, overlay({ target, update: {} }))).toThrow(message)
})

test('a spec is an overlay where it says so', () => {
  expect([isOverlay(overlay()), isOverlay(base), isOverlay(undefined), isOverlay([])]).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('an overlay in specs/ is read as the whole document it makes', async () => {
  const [older, newer] = await Promise.all([
    readSpec('esim-go.yaml'),
    readSpec('esim-go-v2.5.yaml'),
  ])
  expect(Object.keys(newer.paths ?? {})).toEqual(
    expect.arrayContaining(Object.keys(older.paths ?? {})),
  )
  expect([older.info.version, newer.info.version]).toEqual(['2.4.0', '2.5.0'])
  expect(older.servers).toEqual([{ url: '/esim-go/v2.4', description: expect.any(String) }])
  expect(newer.servers).toEqual([{ url: '/esim-go/v2.5', description: expect.any(String) }])
})
