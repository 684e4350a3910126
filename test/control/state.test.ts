// A whole world as a document over the control API.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type StateDocument, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

type Collections = Record<string, Record<string, Record<string, unknown>>>

/** A document that a test may damage. */
const damaged = (
  state: StateDocument,
  damage: (collections: Collections) => void,
): StateDocument => {
  const copy = structuredClone(state) as StateDocument & { collections: Collections }
  damage(copy.collections)
  return copy
}

test('a world goes into a document and back, also into another simulator', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use('100MB')
  await sim.clock.advance('P1D')
  const state = await sim.state()
  expect(state).toMatchObject({
    format: 1,
    world: 'default',
    collections: { sims: { [`esim-go/${iccid}`]: { iccid } } },
  })
  const shown = await sim.device(iccid).show()
  await sim.reset({ given: 'default' })
  await sim.restore(state)
  expect(await sim.device(iccid).show()).toEqual(shown)
  await using other = await startSimulator()
  await other.restore(state)
  expect(await other.device(iccid).show()).toEqual(shown)
  expect(other.clock.now()).toEqual(new Date('2026-01-02T00:00:00Z'))
  expect((await other.clock.advance('P7D')).fired).toMatchObject([
    { type: 'bundle.expired', at: '2026-01-08T00:00:00.000Z' },
  ])
})

test('a restored world keeps its own name and time to live', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await call(sim.url, '/_sim/worlds', { json: { name: 'copy', ttl: '1h' } })
  const { status, body } = await call(sim.url, '/w/copy/_sim/state', {
    method: 'PUT',
    json: await sim.state(),
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    name: 'copy',
    sims: (await sim.sims()).length,
    expiresAt: expect.any(String),
  })
})

test('a file of the state folder is such a document', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'esimulator-'))
  try {
    const kept = await startSimulator({ store: stateDir, given: 'an assigned bundle' })
    const rows = await kept.sims('esim-go')
    await kept.close()
    const document = JSON.parse(
      await readFile(join(stateDir, 'default.json'), 'utf8'),
    ) as StateDocument
    await using sim = await startSimulator()
    await sim.restore(document)
    expect(await sim.sims('esim-go')).toEqual(rows)
    await using again = await startSimulator({ store: stateDir })
    expect(await again.sims('esim-go')).toEqual(rows)
  } finally {
    await rm(stateDir, { recursive: true })
  }
})

test('what is no state of a world is refused, and the world stays', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const state = await sim.state()
  const put = (json: unknown) => call(sim.url, '/_sim/state', { method: 'PUT', json })
  expectProblem(await put({}), 400, /this is no state of a world: `esimulator state export`/)
  expectProblem(await put({ ...state, extra: 1 }), 400, /knows no "extra"; it knows format/)
  expectProblem(
    await put({ ...state, format: 2 }),
    400,
    /newer esimulator \(format 2; this one reads 1\): upgrade/,
  )
  expectProblem(await put({ format: 1, collections: {} }), 400, /record "world"/)
  expectProblem(
    await put({ format: 1, collections: { sims: { x: 1 } } }),
    400,
    /must be a JSON object/,
  )
  const broken: [(collections: Collections) => void, RegExp][] = [
    [(all) => delete all.world?.clock, /record "clock"/],
    [(all) => Object.assign(all.world?.clock ?? {}, { at: 'noon' }), /record "clock"/],
    [(all) => Object.assign(all.world?.random ?? {}, { state: 'dice' }), /record "random"/],
    [(all) => delete all.world?.sequences, /record "sequences"/],
    [(all) => Object.assign(all.world?.world ?? {}, { start: 'now' }), /record "world"/],
    [
      (all) => Object.assign(all.sims ?? {}, { 'esim-go/1': Object.values(all.sims ?? {})[0] }),
      /belongs under/,
    ],
  ]
  for (const [damage, detail] of broken)
    expectProblem(await put(damaged(state, damage)), 400, detail)
  expect(await sim.state()).toEqual(state)
})

test('credentials of a restored state open the world', async () => {
  await using sim = await startSimulator()
  const state = damaged(await sim.state(), (all) => {
    all.credentials = {
      'esim-go/my-own-key': { provider: 'esim-go', kind: 'api-key', secret: 'my-own-key' },
    }
  })
  await sim.restore(state)
  expect(sim.credentials['esim-go']?.apiKey).toBe('my-own-key')
  const status = async (key: string) =>
    (await fetch(`${sim.baseUrl('esim-go')}/esims`, { headers: { 'X-API-Key': key } })).status
  expect([await status('my-own-key'), await status('test-esim-go-key')]).toEqual([200, 403])
})

test.each(['__proto__', 'constructor', 'toString'])(
  'a bundle of the seed file called %s goes into a document and back',
  async (name) => {
    const bundle = { description: 'x', countries: ['DE'], dataAmount: 1000, duration: 7, price: 1 }
    const stock = { 'esim-go': { catalogue: [{ name, ...bundle }] } }
    await using sim = await startSimulator({ stock })
    const text = async () => (await fetch(`${sim.url}/_sim/state`)).text()
    const before = await text()
    expect(before).toContain(`"${name}":{"name":"${name}"`)
    const put = (raw: string) =>
      call(sim.url, '/_sim/state', {
        method: 'PUT',
        raw,
        headers: { 'Content-Type': 'application/json' },
      })
    expect((await put(before)).status).toBe(200)
    expect(await text()).toBe(before)
    const inside = before.replace(`"name":"${name}",`, `"name":"${name}","__proto__":{},`)
    expectProblem(await put(inside), 400, /field name "__proto__" is not allowed/)
    expect(await text()).toBe(before)
  },
)
