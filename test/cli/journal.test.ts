// `esimulator journal`: lists, explains, exports and follows what the providers were asked.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { type Ended, folder, run } from '../support/cli.ts'
import { send } from '../support/http.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const KEY = { 'X-API-Key': 'test-esim-go-key' }

let sim: RunningSimulator
let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  sim = await startSimulator()
  dir = await folder()
  const base = sim.baseUrl('esim-go')
  await send('GET', `${base}/esims`, { headers: KEY })
  await send('GET', `${base}/catalog`, { headers: KEY })
  await send('POST', `${base}/orders`, { json: { type: 'nonsense' }, headers: KEY })
})
afterAll(async () => {
  await sim.close()
  await dir[Symbol.asyncDispose]()
})

const esimulator = (...args: string[]): Promise<Ended> =>
  run(['journal', ...args], { cwd: dir.path, env: { ESIMULATOR_URL: sim.url } })

test('the list has the latest exchanges, the newest last, and is filtered', async () => {
  const { code, stdout } = await esimulator()
  expect(code).toBe(0)
  const [head, ...rows] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^id +at +provider +operation +request +status +why$/)
  expect(rows.map((row) => row.split(' ')[0])).toEqual(['1', '2', '3'])
  expect(rows[1]).toMatch(/GET \/esim-go\/v2\.4\/catalog +404 +unknown-route$/)
  const refused = await esimulator('--refused', '--status', '400', '--json')
  expect(JSON.parse(refused.stdout)).toMatchObject([
    { id: 3, refusal: { code: 'invalid-request' } },
  ])
  expect((await esimulator('--text', 'nothing has this')).stdout).toMatch(/no such exchanges/)
})

test('one exchange is shown with what to do, and explained stage by stage', async () => {
  expect((await esimulator('2')).stdout).toMatch(
    /^exchange 2 at .*\nrefused +unknown-route: .*\ndo +.*\nnear +GET \/esim-go\/v2\.4\/catalogue: "catalog" should be/,
  )
  const { stdout } = await esimulator('explain', '3')
  expect(stdout).toMatch(/^exchange 3 .* refused by the stage "validate": invalid-request\n/)
  expect(stdout).toMatch(/\n {2}ok {2}authenticate {2}.*\n[\s\S]*\n {2}NO {2}validate {6}/)
  expect(stdout).toMatch(/\nnext: mend what the reason names\n$/)
  expect(JSON.parse((await esimulator('explain', '3', '--json')).stdout)).toMatchObject({ id: 3 })
})

test('har prints an archive', async () => {
  expect(JSON.parse((await esimulator('har', '--refused')).stdout)).toMatchObject({
    log: { version: '1.2', entries: [{ _id: 2 }, { _id: 3 }] },
  })
})

test.each([
  [['explode'], /there is no "journal explode"; there are: list, show, explain, har/],
  [['explain'], /esimulator journal explain ID/],
  [['explain', 'x'], /exchange "x": give a number/],
  [['99'], /the journal has no exchange 99/],
  [['--limit', 'many'], /--limit "many": give a number/],
  [['--operation', 'getCatalog'], /did you mean getCatalogue\?/],
])('journal %j cannot run, and says why', async (args, sentence) => {
  const { code, stderr } = await esimulator(...args)
  expect(stderr).toMatch(sentence)
  expect(code).toBe(2)
})

test('--follow prints what is there, then each exchange as it comes, and ends with the simulator', async () => {
  const followed = await startSimulator()
  const ask = () => send('GET', `${followed.baseUrl('esim-go')}/esims`, { headers: KEY })
  await ask()
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [MAIN, 'journal', '--follow', '--json'], {
    cwd: dir.path,
    env: { PATH, ESIMULATOR_URL: followed.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  const exited = new Promise((done) => child.once('exit', done))
  const ids: number[] = []
  for await (const line of createInterface(child.stdout)) {
    ids.push((JSON.parse(line) as { id: number }).id)
    if (ids.length < 4) await ask()
    else break
  }
  expect(ids).toEqual([1, 2, 3, 4])
  child.stdout.resume()
  await followed.close()
  expect(await exited).toBe(0)
})
