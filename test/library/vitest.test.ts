// The fixtures for Vitest, run by Vitest itself: what passes, what fails, and what is left of that.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../support/source.ts'

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Runs test/fixtures/vitest: each test with its error, empty where it passed. */
async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-vitest-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const config = `${ROOT}test/fixtures/vitest/vitest.config.ts`
  const report = join(folder, 'report.json')
  const args = [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--config', config]
  const said = await new Promise<string>((done) =>
    execFile(
      process.execPath,
      [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      { cwd: folder, env: { ...process.env, ATTACHMENTS: join(folder, 'left') } },
      (_error, stdout, stderr) => done(stdout + stderr),
    ),
  )
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  const errors = Object.fromEntries(
    results.map(({ title, failureMessages }) => [title, failureMessages.join('\n')]),
  )
  return { folder, said, errors }
}

// A process of its own that transforms all sources: that takes its time.
test('each test has a world of its own; what it leaves behind fails it, and failed it leaves its world', {
  timeout: 180_000,
}, async () => {
  const { folder, said, errors } = await run()
  expect(errors).toEqual({
    'the first has a world of its own on the one server': '',
    'the second has a world of its own on the one server': '',
    'a suite has a server of its own for the first': '',
    'a suite has a server of its own for the second': '',
    'a suite has the server it asks for': '',
    'a fault never happens': expect.stringMatching(/reset of esim-go listEsims never happened/),
    'a callback is not taken': expect.stringMatching(/callback FirstUse is (retrying|pending)/),
    'it may be left': '',
    'a test that fails leaves its world': expect.stringMatching(/expected 1 to be 2/),
  })
  expect(said).toMatch(/esimulator: 1 calls, 1 of them refused; the world of this test/)
  const [left = ''] = await readdir(join(folder, 'left', 'esimulator'))
  const journal = await readFile(join(folder, 'left', 'esimulator', left, 'journal.json'), 'utf8')
  expect(JSON.parse(journal)).toMatchObject([{ operation: 'listEsims', status: 403 }])
})
