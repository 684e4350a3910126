// `esimulator run`: reports that are written, what failed last, watching files, and how far a run has come.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runProgress } from '../../src/cli/run-progress.ts'
import { pause } from '../../src/server/ticker.ts'
import type { CaseResult, RunResult } from '../../src/workflows/result.ts'
import { folder, run } from '../support/cli.ts'

const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions: [{ name: sim, type: openapi, url: esimulator:control }]
workflows:
`

/** A workflow that looks at the clock and expects this status of it. */
const look = (id: string, status: number) => `  - workflowId: ${id}
    steps:
      - stepId: look
        operationId: $sourceDescriptions.sim.getClock
        successCriteria: [{ condition: $statusCode == ${status} }]
`

const LAST_RUN = '.esimulator/.last-run.json'

test('every kind of report is written, and the folders it lies in', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + look('fine', 200) + look('off', 201))
  const kinds = ['json', 'html', 'junit', 'ctrf', 'har']
  const reports = kinds.flatMap((kind) => ['--report', `${kind}:out/deep/run.${kind}`])
  const { code, stdout, stderr } = await run(['run', 'a.yaml', ...reports, '--report', 'github'], {
    cwd: at.path,
  })
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(/\n::error file=a\.yaml,line=14,col=\d+,title=a\.yaml › off::/)
  const beginnings = [
    '{\n  "format": 1',
    '<!doctype html>',
    '<?xml',
    '{\n  "reportFormat"',
    '{\n  "log"',
  ]
  for (const [index, kind] of kinds.entries()) {
    const text = await readFile(join(at.path, `out/deep/run.${kind}`), 'utf8')
    expect(text.startsWith(beginnings[index] ?? '-'), kind).toBe(true)
  }
})

test('a kind of report there is not is refused with the one that was meant, before anything runs', async () => {
  await using at = await folder()
  const report = (text: string) => run(['run', 'none.yaml', '--report', text], { cwd: at.path })
  const kinds = 'json, html, junit, ctrf, har, sarif, github'
  expect(await report('htlm:x')).toMatchObject({
    code: 2,
    stderr: `esimulator: --report: there is no report "htlm": did you mean html? There are: ${kinds}\n`,
  })
  expect((await report('toString:x')).stderr).toMatch(/there is no report "toString"/)
  expect((await report('junit')).stderr).toBe(
    'esimulator: --report: "junit": name its file, as in junit:reports/run.junit\n',
  )
  expect((await report('github:x')).stderr).toMatch(/github is printed, it takes no file/)
})

test('a report that cannot be written is told, and the others are written all the same', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + look('fine', 200))
  await mkdir(join(at.path, 'taken'))
  const reports = [
    '--report',
    'html:taken',
    '--report',
    'json:a.yaml/x',
    '--report',
    'junit:out.xml',
  ]
  const { code, stdout, stderr } = await run(['run', 'a.yaml', ...reports], { cwd: at.path })
  expect(code).toBe(2)
  expect(stdout).toMatch(/1 passed, 0 failed/)
  expect(stderr).toMatch(
    /^esimulator: the report html:taken cannot be written: .+\nesimulator: the report json:a\.yaml\/x cannot be written: .+\n$/,
  )
  expect(existsSync(join(at.path, 'out.xml'))).toBe(true)
})

test('files are named in any order, and from here: the document is the same', async () => {
  await using at = await folder()
  await mkdir(join(at.path, 'b'))
  await writeFile(join(at.path, 'a.yaml'), HEAD + look('one', 200) + look('two', 200))
  await writeFile(join(at.path, 'b/a.yaml'), HEAD + look('one', 200))
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await run(['run', '--json', ...args], { cwd: at.path })
    expect(stderr).toBe('')
    return JSON.parse(stdout, (name, value) =>
      name === 'duration' || name === 'startedAt' ? undefined : value,
    ) as RunResult
  }
  const first = await json('a.yaml', 'b/a.yaml', '--jobs', '1')
  expect(first.target).toBe('sim')
  expect(first.cases.map(({ file, workflow }) => `${file} ${workflow}`)).toEqual([
    'a.yaml one',
    'a.yaml two',
    'b/a.yaml one',
  ])
  expect(new Set(first.cases.map(({ world }) => world)).size).toBe(3)
  expect(await json('./b/a.yaml', join(at.path, 'a.yaml'), '*.yaml', '--jobs', '8')).toEqual(first)
})

test('--failed runs what failed last, until nothing does', async () => {
  await using at = await folder()
  const cli = (...args: string[]) => run(['run', ...args], { cwd: at.path })
  const last = join(at.path, LAST_RUN)
  await writeFile(join(at.path, 'a.yaml'), HEAD + look('fine', 200) + look('off', 201))
  await writeFile(join(at.path, 'b.yaml'), HEAD + look('also', 201))

  expect(await cli('--failed')).toMatchObject({
    code: 0,
    stdout: 'nothing failed when workflows were last run here\n',
  })
  await cli('a.yaml', '--only', 'fine')
  expect(existsSync(last)).toBe(false)

  expect((await cli('a.yaml', 'b.yaml')).code).toBe(1)
  expect(JSON.parse(await readFile(last, 'utf8'))).toEqual({
    failed: [
      { file: 'a.yaml', workflow: 'off' },
      { file: 'b.yaml', workflow: 'also' },
    ],
  })
  expect((await cli('--failed', '--dry-run')).stdout).toBe('a.yaml.off\nb.yaml.also\n')
  expect((await cli('a.yaml', '--failed', '--dry-run')).stdout).toBe('a.yaml.off\n')

  await writeFile(join(at.path, 'a.yaml'), HEAD + look('fine', 200) + look('off', 200))
  // What was not run is not forgotten.
  expect(await cli('a.yaml')).toMatchObject({ code: 0 })
  expect((await cli('--failed', '--dry-run')).stdout).toBe('b.yaml.also\n')
  await writeFile(join(at.path, 'b.yaml'), HEAD + look('also', 200))
  expect((await cli('--failed')).code).toBe(0)
  expect(existsSync(last)).toBe(false)
})

test('where what failed cannot be noted, or was spoilt, the run goes on', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + look('off', 201))
  await writeFile(join(at.path, '.esimulator'), 'a file where the folder would be')
  expect(await run(['run', 'a.yaml'], { cwd: at.path })).toMatchObject({ code: 1, stderr: '' })

  await using other = await folder()
  await mkdir(join(other.path, '.esimulator'))
  await writeFile(join(other.path, LAST_RUN), '{"failed":[null,{"file":3},')
  expect(await run(['run', '--failed'], { cwd: other.path })).toMatchObject({ code: 0, stderr: '' })
})

test('what failed last is no world of a state folder', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'a.yaml'), HEAD + look('off', 201))
  await run(['run', 'a.yaml'], { cwd: at.path })
  const { stdout } = await run(['doctor', '--port', '0'], { cwd: at.path })
  expect(stdout).not.toMatch(/last-run/)
})

test('without files run says how to name them', async () => {
  await using at = await folder()
  expect(await run(['run'], { cwd: at.path })).toMatchObject({
    code: 2,
    stderr: 'esimulator: name the files to run, as in: esimulator run scenarios/*.yaml\n',
  })
})

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

test('--watch runs again when a file or a source of it changes, and ends as the last run did', async () => {
  await using at = await folder()
  const spec = (id: string) =>
    `openapi: 3.1.0\ninfo: { title: T, version: "1" }\npaths: { /clock: { get: { operationId: ${id}, responses: { "200": { description: Fine } } } } }\n`
  const file = join(at.path, 'a.yaml')
  const withOwn = HEAD.replace('}]', '}, { name: own, url: own.yaml }]')
  await writeFile(join(at.path, 'own.yaml'), spec('other'))
  await writeFile(file, withOwn + look('off', 201))
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [MAIN, 'run', 'a.yaml', '--watch'], {
    cwd: at.path,
    env: { PATH },
  })
  let told = ''
  child.stdout.on('data', (chunk) => (told += chunk))
  child.stderr.on('data', (chunk) => (told += chunk))
  // What is wrong is told on standard error: one stream may come before the other.
  let from = 0
  const until = async (count: number, says: RegExp) => {
    const runs = () => told.split('waiting for a change').length - 1
    while (runs() < count || !says.test(told.slice(from))) await pause(20)
    from = told.length
  }
  await until(1, /0 passed, 1 failed/)
  // Several writes one after the other are one change.
  for (let time = 0; time < 3; time += 1) await writeFile(file, withOwn + look('off', 200))
  await until(2, /a\.yaml has changed\n✓ [\s\S]*1 passed, 0 failed/)
  await writeFile(file, `${withOwn}  - nonsense`)
  await until(3, /a\.yaml:5:\d+: /)
  await writeFile(file, withOwn + look('off', 200))
  await until(4, /1 passed/)
  await writeFile(join(at.path, 'own.yaml'), 'asyncapi: 3.0.0')
  await until(5, /own\.yaml has changed\n[\s\S]*AsyncAPI/)
  await writeFile(join(at.path, 'own.yaml'), spec('other'))
  await until(6, /1 passed/)
  await writeFile(file, withOwn + look('off', 201))
  await until(7, /1 failed/)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(code).toBe(1)
  expect(told.match(/waiting for a change/g)).toHaveLength(7)
}, 60_000)

const done = (outcome: CaseResult['outcome']) =>
  ({ file: 'a.yaml', workflow: 'w', outcome, duration: 5, steps: [] }) as unknown as CaseResult

function progressOn(isTerminal: boolean): string {
  let written = ''
  const write = (text: string) => {
    written += text
  }
  const progress = runProgress(3, { isTerminal, width: 40, write })
  progress.started('a.one')
  progress.started('a.two')
  progress.done('a.one', done('failed'))
  progress.started(`a.${'three'.repeat(20)}`)
  progress.done('a.two', done('passed'))
  progress.end()
  return written
}

test('on a terminal one line is rewritten below the cases that are done', () => {
  const lines = progressOn(true).split('\r\u001b[K')
  expect(lines).toEqual([
    '',
    '0 of 3 done: a.one',
    '0 of 3 done: a.one, a.two',
    '✗ a.yaml › w (5 ms)\n',
    '1 of 3 done, 1 failed: a.two',
    `1 of 3 done, 1 failed: a.two, a.threethree`.slice(0, 39),
    '✓ a.yaml › w (5 ms)\n',
    `2 of 3 done, 1 failed: a.${'three'.repeat(20)}`.slice(0, 39),
    '',
  ])
})

test('elsewhere there are plain lines alone', () => {
  expect(progressOn(false)).toBe('✗ a.yaml › w (5 ms)\n✓ a.yaml › w (5 ms)\n')
})
