// What a request that found no operation may have meant: every operation is found again however it is misspelled.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearMisses } from '../../src/server/near-misses.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { simulators } from '../../src/simulators/index.ts'

const providers = simulators.map((simulator) => ({
  simulator,
  settings: simulator.settings.defaults,
}))
const near = (method: string, url: string, provider?: string) =>
  nearMisses({ method, url, provider }, providers)

test.each([
  [
    'GET',
    '/esim-go/v2.4/catalog',
    'GET /esim-go/v2.4/catalogue',
    '"catalog" should be "catalogue"',
  ],
  [
    'GET',
    '/esim-go/v2.4/Catalogue',
    'GET /esim-go/v2.4/catalogue',
    '"Catalogue" should be "catalogue": case matters',
  ],
  ['POST', '/esim-go/v2.4/catalogue', 'GET /esim-go/v2.4/catalogue', 'the method is GET, not POST'],
  [
    'GET',
    '/esim-go/catalogue',
    'GET /esim-go/v2.4/catalogue',
    '"v2.4" of the base path is missing',
  ],
  [
    'GET',
    '/w/ci-7/esim-go/v2.6/catalogue?page=1',
    'GET /esim-go/v2.4/catalogue',
    '"v2.6" should be "v2.4"',
  ],
  [
    'GET',
    '/v2.4/catalogue',
    'GET /esim-go/v2.4/catalogue',
    '"esim-go" of the base path is missing',
  ],
  ['POST', '/esimgo/v2.4/orders', 'POST /esim-go/v2.4/orders', '"esimgo" should be "esim-go"'],
  ['GET', '/api/esim-go/v2.4/orders', 'GET /esim-go/v2.4/orders', '"api" is too much'],
  ['POST', '/highland/sim/acquire', 'POST /highland/b2b/sim/acquire', '"b2b" is missing'],
])('%s %s is near %s', (method, url, wanted, why) => {
  const [first] = near(method, url)
  expect(`${first?.method} ${first?.path}`).toBe(wanted)
  expect(first?.why).toBe(why)
})

test.each([
  ['GET', '/'],
  ['GET', '/foo'],
  ['GET', '/esim-go/v2.4/zzz'],
  ['GET', `/esim-go/v2.4${'/x'.repeat(500)}`],
  ['GET', `/esim-go/v2.4/${'x'.repeat(50_000)}`],
])('%s %.30s is near nothing', (method, url) => {
  expect(near(method, url)).toEqual([])
})

test('on a port of its own a provider has no slug in its paths', () => {
  expect(near('GET', '/v2.4/catalog', 'esim-go')[0]).toMatchObject({ path: '/v2.4/catalogue' })
  expect(near('GET', '/esim-go/v2.4/catalogue', 'esim-go')[0]).toMatchObject({
    path: '/v2.4/catalogue',
    why: '"esim-go" is too much',
  })
})

test('where settings have moved a path, the one that is served is named', () => {
  const wholesale = simulators.find(({ slug }) => slug === 'wholesale')
  if (!wholesale) throw new Error('there is no wholesale')
  const settings = {
    ...wholesale.settings.defaults,
    paths: ['activateSubscription=/v5/activation'],
  }
  const missed = { method: 'POST', url: '/wholesale/v5/activations', provider: 'wholesale' }
  expect(nearMisses(missed, [{ simulator: wholesale, settings }])[0]).toMatchObject({
    operation: 'activateSubscription',
    path: '/wholesale/v5/activation',
  })
})

/** Every operation that is listed, as it is called. */
const operations = simulators.flatMap(({ slug, mounts }) =>
  mounts
    .filter(({ isUnlisted }) => !isUnlisted)
    .flatMap(({ spec, basePath }) =>
      Object.entries(readSpec(spec).paths ?? {}).flatMap(([path, item]) =>
        Object.keys(item ?? {})
          .filter((method) => /^(get|put|post|delete|patch)$/.test(method))
          .map((method) => ({
            slug,
            method: method.toUpperCase(),
            path: `/${slug}${basePath}${path}`,
          })),
      ),
    ),
)

const LONG_ENOUGH = 5

/** True where some operation is called like that. */
const isServed = (method: string, url: string) =>
  operations.some(
    (each) =>
      each.method === method &&
      new RegExp(`^${each.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(url),
  )

test('an operation is found again whichever letter of its path is left out', () => {
  fc.assert(
    fc.property(fc.constantFrom(...operations), fc.nat(), (operation, place) => {
      const segments = operation.path.split('/').map((each) => each.replaceAll(/\{\w+\}/g, '77'))
      const words = segments.flatMap((each, at) =>
        at > 1 && each.length >= LONG_ENOUGH ? [at] : [],
      )
      fc.pre(words.length > 0)
      const at = words[place % words.length] ?? 0
      const word = segments[at] ?? ''
      const letter = place % word.length
      segments[at] = word.slice(0, letter) + word.slice(letter + 1)
      const url = segments.join('/')
      fc.pre(!isServed(operation.method, url))
      const found = near(operation.method, url, operation.slug)
      expect(
        found.map(({ method, path }) => `${method} ${path}`),
        url,
      ).toContain(`${operation.method} ${operation.path}`)
    }),
  )
})
