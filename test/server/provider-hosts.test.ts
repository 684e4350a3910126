// A provider chosen by the Host of a request: its paths at / there, nothing else, links under that host.
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { COMPANY } from '../support/highland.ts'
import { head, sendRaw } from '../support/raw.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const BROWSER = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' }

const get = (port: number, path: string, headers: Record<string, string>) =>
  sendRaw(port, head(`GET ${path}`, headers))

test.each(['api.esim-go.com', 'API.eSIM-Go.com', 'api.esim-go.com:443', 'api.esim-go.com.'])(
  'under the host %s the paths of eSIM Go are at /',
  async (Host) => {
    await using sim = await startSimulator()
    expect(await get(sim.port, '/v2.4/organisation', { Host, ...KEY })).toMatchObject({
      status: 200,
      body: { organisations: [{}] },
    })
  },
)

test('a request for a whole URL is for the host in it, whatever its Host says', async () => {
  await using sim = await startSimulator()
  const answer = await get(sim.port, 'http://api.esim-go.com/v2.4/organisation', KEY)
  expect(answer.status).toBe(200)
})

test('the control API, other providers and the front page are not there', async () => {
  await using sim = await startSimulator({ hostMap: { 'lines.example': 'wholesale' } })
  for (const Host of ['api.esim-go.com', 'lines.example'])
    for (const path of ['/_sim/clock', '/_sim/health', '/', '/highland/b2b/company/summary'])
      expect([Host, path, (await get(sim.port, path, { Host, ...KEY })).status]).not.toContain(200)
  expect((await sim.journal.list()).map(({ provider }) => provider)).toContain('wholesale')
})

test('other hosts lead to the whole simulator, as ever', async () => {
  await using sim = await startSimulator()
  for (const Host of ['portal.esim-go.com', 'esim-go.com', '127.0.0.1'])
    expect((await get(sim.port, '/esim-go/v2.4/organisation', { Host, ...KEY })).status).toBe(200)
})

test('a world is chosen in front of the path there, too', async () => {
  await using sim = await startSimulator()
  await sim.control.call('createWorld', {
    body: { name: 'job-7', credentials: { 'esim-go': ['job-7-key'] } },
  })
  const headers = { Host: 'api.esim-go.com', 'X-API-Key': 'job-7-key' }
  expect((await get(sim.port, '/w/job-7/v2.4/organisation', headers)).status).toBe(200)
  expect(await sim.journal.list()).toEqual([])
})

test.each([
  ['api.my-provider.example', 'https://api.my-provider.example'],
  ['api.my-provider.example:4010', 'http://api.my-provider.example:4010'],
])('asked under %s, links begin with %s, and not with the public URL', async (Host, origin) => {
  await using sim = await startSimulator({
    hostMap: { 'api.my-provider.example': 'highland' },
    publicUrl: 'https://sims.example/here',
    given: 'default',
  })
  const body = JSON.stringify({ company_id: COMPANY })
  const answer = await sendRaw(
    sim.port,
    head('POST /b2b/sim/acquire', {
      Host,
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    }) + body,
  )
  expect(JSON.stringify(answer.body)).toContain(`"${origin}/b2b/`)
})

test('a browser is answered under the host of a provider, and pages of other sites are not', async () => {
  await using sim = await startSimulator()
  const Host = 'api.esim-go.com'
  const own = await get(sim.port, '/v2.4/organisation', { Host, ...BROWSER, ...KEY })
  expect(own.status).toBe(200)
  const Origin = 'https://evil.example'
  const foreign = await get(sim.port, '/v2.4/organisation', { Host, Origin, ...KEY })
  expect(foreign.status).toBe(403)
})

test('which hosts stand for whom is told by the health', async () => {
  await using sim = await startSimulator({ hostMap: { 'Lines.Example': 'wholesale' } })
  expect(await sim.control.call('getHealth')).toMatchObject({
    hosts: {
      'api.esim-go.com': 'esim-go',
      'api.1global.com': 'accounts-orders',
      'lines.example': 'wholesale',
    },
  })
})
