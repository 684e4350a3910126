// `esimulator run`: the worlds of cases that failed, and the order in which cases run.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { runWorkflows, startSimulator } from '../../src/index.ts'
import { defined } from '../../src/state/defined.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { folder, run } from '../support/cli.ts'
import { call } from '../support/control.ts'

const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions: [{ name: go, type: openapi, url: esimulator:esim-go }]
workflows:
`

const order = (id: string, status: number) => `      - stepId: ${id}
        operationId: $sourceDescriptions.go.createOrder
        requestBody:
          payload: { type: transaction, order: [{ type: bundle, item: esim_1GB_7D_GB_V2, quantity: 1 }] }
        successCriteria: [{ condition: $statusCode == ${status} }]
`

const workflow = (id: string, steps: string) => `  - workflowId: ${id}\n    steps:\n${steps}`

test.each([
  ['that changes something', order('fails', 418)],
  [
    'that reads',
    '      - stepId: fails\n        operationId: $sourceDescriptions.go.listOrders\n        successCriteria: [{ condition: $statusCode == 418 }]\n',
  ],
])(
  'the world of a case that failed is kept as it was before a call %s: the curl that is told fails as it did',
  async (_, failing) => {
    await using at = await folder()
    await writeFile(join(at.path, 'a.yaml'), HEAD + workflow('off', order('before', 200) + failing))
    const { code, stdout } = await run(['run', 'a.yaml', '--json'], { cwd: at.path })
    expect(code).toBe(1)
    const { cases } = JSON.parse(stdout) as RunResult
    expect(cases[0]?.state).toBe('.esimulator/failed/a.yaml.off.json')

    const told = await run(['run', 'a.yaml'], { cwd: at.path })
    const [, curl = ''] = /again: (curl .*)/.exec(told.stdout) ?? []
    const [, file = '', world = ''] =
      /its world: esimulator state import '(.*)' --world (\S+)/.exec(told.stdout) ?? []
    await using sim = await startSimulator()
    const args = ['state', 'import', file, '--world', world, '--url', sim.url]
    expect(await run(args, { cwd: at.path })).toMatchObject({ code: 0, stderr: '' })
    const shown = await call<{ credentials: Record<string, { apiKey: string }> }>(
      sim.url,
      `/_sim/worlds/${world}`,
    )
    const again = await promisify(execFile)(
      'sh',
      ['-c', curl.replace('http://127.0.0.1:4010', sim.url)],
      { env: { ...process.env, X_API_KEY: shown.body.credentials['esim-go']?.apiKey } },
    )
    // The same order, reference and all: nothing had happened that was to be undone.
    const body = again.stdout.split('\r\n\r\n')[1]?.replaceAll(sim.url, 'http://127.0.0.1:4010')
    expect(body).toBe(cases[0]?.steps.at(-1)?.exchange?.replyBody)
  },
)

test('where a world was kept is in every report that tells failures, and another folder can be named', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + workflow('off', order('fails', 418)))
  const reports = ['json', 'junit', 'html', 'ctrf'].map((kind) => `--report=${kind}:${kind}.out`)
  await run(['run', 'a.yaml', '--states', 'worlds', ...reports], { cwd: at.path })
  for (const kind of ['json', 'junit', 'html', 'ctrf'])
    expect(await readFile(join(at.path, `${kind}.out`), 'utf8'), kind).toContain(
      'worlds/a.yaml.off.json',
    )
  expect(await readdir(join(at.path, 'worlds'))).toEqual(['a.yaml.off.json'])
})

test('of what passes, no world is kept', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + workflow('fine', order('works', 200)))
  expect(await run(['run', 'a.yaml'], { cwd: at.path })).toMatchObject({ code: 0 })
  expect(existsSync(join(at.path, '.esimulator/failed'))).toBe(false)
})

test('cases run in another order where that is asked for, the same one for the same text', async () => {
  await using at = await folder()
  const file = join(at.path, 'a.yaml')
  const ids = [...'abcdefgh']
  await writeFile(file, HEAD + ids.map((id) => workflow(id, order('works', 200))).join(''))
  const ran = async (shuffle?: string) => {
    const begun: string[] = []
    const onCase = (result: { workflow: string }) => begun.push(result.workflow)
    const { cases } = await runWorkflows(file, defined({ shuffle, jobs: 1, onCase }))
    expect(cases.map((each) => each.workflow)).toEqual(ids)
    return begun.join('')
  }
  expect(await ran()).toBe('abcdefgh')
  const shuffled = await ran('x')
  expect(shuffled).not.toBe('abcdefgh')
  expect([...shuffled].toSorted()).toEqual(ids)
  expect(await ran('x')).toBe(shuffled)
  expect(await ran('y')).not.toBe(shuffled)
})

test('the order is told, so that it can be had again', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + workflow('fine', order('works', 200)))
  const { stdout } = await run(['run', 'a.yaml', '--shuffle', 'x', '--report', 'json:out'], {
    cwd: at.path,
  })
  expect(stdout).toMatch(/^1 passed, 0 failed in \d+ ms, in the order of --shuffle x$/m)
  expect(JSON.parse(await readFile(join(at.path, 'out'), 'utf8'))).toMatchObject({ shuffle: 'x' })
})
