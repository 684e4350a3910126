// Settings and provenance over the control API.
import { expect, test } from 'vitest'
import type { ProvenanceShown } from '../../src/control/wire.ts'
import { startSimulator } from '../../src/index.ts'
import { esimGo } from '../../src/simulators/esim-go/index.ts'
import { call, expectProblem } from '../support/control.ts'

test('settings show their value, their default and what they are for', async () => {
  await using sim = await startSimulator()
  const settings = await sim.settings('esim-go')
  expect(Object.keys(settings)).toEqual(Object.keys(esimGo.settings.table))
  const says = expect.any(String)
  const form = { kind: 'flag' }
  expect(settings.strict).toEqual({ value: false, default: false, says, form })
  expect(settings.rateLimit?.form).toMatchObject({ kind: 'number', least: 0 })
  expect(settings.wire?.form).toEqual({ kind: 'choice', options: ['public', 'documented'] })
})

test('a changed setting works at once, and null brings its default back', async () => {
  await using sim = await startSimulator()
  const status = async () =>
    (
      await fetch(`${sim.baseUrl('esim-go')}/esims?nonsense=1`, {
        headers: { 'X-API-Key': 'test-esim-go-key' },
      })
    ).status
  await sim.set('esim-go', { strict: true, processingDelay: 'PT1M' })
  expect(await status()).toBe(400)
  await sim.set('esim-go', { strict: null })
  expect(await status()).toBe(200)
  expect(await sim.settings('esim-go')).toMatchObject({
    strict: { value: false },
    processingDelay: { value: 'PT1M', default: 'PT0S' },
  })
})

test('a setting there is not, or a value that will not do, changes nothing', async () => {
  await using sim = await startSimulator()
  const patch = (json: object, slug = 'esim-go') =>
    call(sim.url, `/_sim/settings/${slug}`, { method: 'PATCH', json })
  expectProblem(
    await patch({ strict: true, speed: 3 }),
    400,
    /no setting "speed"; there are: strict/,
  )
  expectProblem(await patch({ speed: null }), 400, /no setting "speed"/)
  expectProblem(await patch({ strict: 'yes' }), 400, /"strict" must be true or false/)
  expectProblem(await patch({ retrySchedule: ['soon'] }), 400, /is not a duration/)
  expectProblem(await patch({}), 400, /has nothing in it/)
  expectProblem(await patch({ strict: true }, 'nobody'), 404, /there are: esim-go/)
  expect((await sim.settings('esim-go')).strict).toMatchObject({ value: false })
})

test('settings that cannot be stop the start', async () => {
  // @ts-expect-error: true or false are wanted
  await expect(startSimulator({ settings: { 'esim-go': { strict: 'yes' } } })).rejects.toThrow(
    /must be true or false/,
  )
})

test('provenance counts the operations of a provider by mark, and names every one with its effect and its gap', async () => {
  await using sim = await startSimulator()
  const { body } = await call<ProvenanceShown>(sim.url, '/_sim/provenance/esim-go')
  expect(Object.values(body.counts).reduce((sum, count) => sum + count, 0)).toBe(
    body.operations.length,
  )
  for (const operation of body.operations)
    expect(operation).toMatchObject({
      provenance: expect.stringMatching(/^(documented|public|inferred|invented)$/),
      effect: expect.anything(),
    })
  expect(body.operations.filter(({ gap }) => gap !== undefined)).toHaveLength(
    Object.keys(esimGo.gaps ?? {}).length,
  )
  const { body: all } = await call(sim.url, '/_sim/provenance')
  const row = { provider: 'esim-go', operations: body.operations.length, counts: body.counts }
  expect(all).toMatchObject({ providers: expect.arrayContaining([expect.objectContaining(row)]) })
  expectProblem(await call(sim.url, '/_sim/provenance/nobody'), 404, /there are: esim-go/)
})

test('there are no messages where no provider sent any', async () => {
  await using sim = await startSimulator()
  expect((await call(sim.url, '/_sim/messages')).body).toEqual({ total: 0, messages: [] })
})
