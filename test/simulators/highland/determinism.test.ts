// Highland under one seed: the same calls give the same bytes, and move no other provider's draws.
import { expect, test } from 'vitest'
import { startSimulator } from '../../../src/index.ts'
import { esimGo } from '../../../src/simulators/esim-go/index.ts'
import { COMPANY, type Highland, startHighland, USA } from '../../support/highland.ts'

const ROAM = {
  company_name: 'Roam Ltd',
  registration_number: '1',
  country_code: 'DE',
  contact_email: 'ops@roam.example',
}

/** What was said in a life of some length, as text without the port. */
async function lived(sim: Highland): Promise<string[]> {
  const said: string[] = []
  const say = async (answer: Promise<{ status: number; body: unknown }>) => {
    const { status, body } = await answer
    const text =
      body instanceof Uint8Array ? Buffer.from(body).toString('base64') : JSON.stringify(body)
    said.push(`${status} ${text.replaceAll(sim.url, '')}`)
    return body as Record<string, string>
  }
  const company = await say(sim.call('PUT', '/b2b/company', ROAM))
  for (let round = 0; round < 10; round += 1) {
    const {
      sim_id = '',
      iccid = '',
      bar_code_url = '',
    } = await say(sim.post('/b2b/sim/acquire', company))
    await say(sim.call('GET', bar_code_url))
    await sim.device(iccid).install()
    await say(sim.post('/b2b/sim/product/add', { ...company, sim_id, ...USA }))
    await sim.device(iccid).use(round * 1000 + 1)
    await sim.clock.advance('PT7H')
    await say(sim.get('/b2b/sim/product_usage', { company_id: company.company_id ?? '', sim_id }))
    await say(sim.post('/b2b/sim/suspend', { ...company, sim_id }))
  }
  said.push(JSON.stringify((await sim.state()).collections))
  return said
}

test('two lives of one seed are the same to the byte, and another seed is another life', async () => {
  await using one = await startHighland({ seed: 'one' })
  await using two = await startHighland({ seed: 'one' })
  await using other = await startHighland({ seed: 'other' })
  const first = await lived(one)
  expect(await lived(two)).toEqual(first)
  expect((await lived(other))[1]).not.toBe(first[1])
})

/** The ICCID of an eSIM ordered at eSIM Go. */
async function ordered(
  sim: Awaited<ReturnType<typeof startSimulator>>,
): Promise<string | undefined> {
  const answer = await fetch(`${sim.baseUrl('esim-go')}/orders`, {
    method: 'POST',
    headers: { 'X-API-Key': 'test-esim-go-key', 'Content-Type': 'application/json' },
    body: JSON.stringify({
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    }),
  })
  expect(answer.status).toBe(200)
  return (await sim.sims('esim-go'))[0]?.iccid
}

test('with Highland beside it, and used, another provider mints what it mints alone', async () => {
  await using alone = await startSimulator({ providers: [esimGo] })
  await using both = await startHighland()
  await both.acquire()
  await both.call('PUT', '/b2b/company', ROAM)
  expect(await ordered(both)).toBe(await ordered(alone))
})

test('Highland alone mints what it mints beside another', async () => {
  await using alone = await startHighland({ providers: ['highland'] })
  await using both = await startHighland()
  await ordered(both)
  const acquired = async (sim: Highland) => ({ ...(await sim.acquire(COMPANY)), bar_code_url: '' })
  expect(await acquired(both)).toEqual(await acquired(alone))
})
