// `esimulator call`, and what is written as NAME=VALUE: one body, one value for a name, and no token said so.
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { folder, run } from '../support/cli.ts'

async function commandLine() {
  const sim = await startSimulator({ port: 0 })
  const dir = await folder()
  onTestFinished(async () => {
    await sim.close()
    await dir[Symbol.asyncDispose]()
  })
  const where = { cwd: dir.path, env: { ESIMULATOR_URL: sim.url } }
  return { sim, esimulator: (args: readonly string[]) => run(args, where) }
}

test('a call that is given a body twice sends none of them', async () => {
  const { sim, esimulator } = await commandLine()
  const bodies = ['--body', '{}', '--example', 'bundleOrder']
  const ended = await esimulator(['call', 'esim-go', 'createOrder', ...bodies])
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--body or --example') })
  expect(await sim.journal.list()).toEqual([])
})

test('a call that is given no token says what was answered', async () => {
  const { sim, esimulator } = await commandLine()
  await sim.faults.add({
    provider: 'wholesale',
    operation: 'issueToken',
    kind: 'status',
    status: 503,
  })
  const { code, stdout } = await esimulator(['call', 'wholesale', 'queryTransactionStatus'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^no answer: no token at .* it answered 503 \(.*temporarily_unavailable/)
})

test.each([
  [['call', 'esim-go', 'listEsims'], 'page=2'],
  [['set', 'esim-go'], 'rateLimit=10'],
  [['stock', 'set', 'esim-go'], 'balance=12.5'],
  [['callbacks', 'send', 'esim-go', 'FirstUse', '--field'], 'bundle.remainingQuantity=0'],
])('%j takes NAME=VALUE, each name once', async (command, pair) => {
  const { esimulator } = await commandLine()
  const twice = command.at(-1) === '--field' ? [pair, '--field', pair] : [pair, pair]
  const [name] = pair.split('=')
  expect(await esimulator([...command, ...twice])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${name} is given twice: give it one value`),
  })
  expect(await esimulator([...command, '=5'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"=5": write it as NAME=VALUE, as in '),
  })
})
