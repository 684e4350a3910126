// Shell completion: the scripts run in real shells, and complete what the program and a running simulator know.
import { execFile } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { folder, run } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'

let sim: RunningSimulator
let dir: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle' })
  dir = await folder()
  const program = join(dir.path, 'esimulator')
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${ROOT}dist/cli/main.js" "$@"\n`)
  await chmod(program, 0o755)
})
afterAll(async () => {
  await sim.close()
  await dir[Symbol.asyncDispose]()
})

/** What the program offers for words, the last one as far as it is typed. */
async function offered(...words: string[]): Promise<string[]> {
  const env = { ESIMULATOR_URL: sim.url }
  const { code, stdout, stderr } = await run(['completion', 'candidates', '--', ...words], {
    cwd: dir.path,
    env,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0] ?? '')
}

/** By shell, a script that completes the words of `typed` and prints what it offers. */
const ASKED: Readonly<Record<string, (typed: readonly string[]) => string>> = {
  bash: (typed) => `
    eval "$(esimulator completion bash)"
    COMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length - 1}
    _esimulator; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (typed) => `
    compdef() { :; }; _files() { :; }
    _describe() { local name=$2; print -rl -- "\${(@P)name%%:*}"; }
    eval "$(esimulator completion zsh)"
    words=(${typed.map((word) => `'${word}'`).join(' ')}); CURRENT=${typed.length}
    _esimulator`,
  fish: (typed) => `
    esimulator completion fish | source
    complete -C '${typed.join(' ')}' | string replace -r '\\t.*' ''`,
}

async function hasShell(shell: string): Promise<boolean> {
  return promisify(execFile)(shell, ['-c', 'true']).then(
    () => true,
    () => false,
  )
}

async function inShell(shell: string, typed: readonly string[]): Promise<string[]> {
  const PATH = `${dir.path}${delimiter}${process.env.PATH}`
  const env = { PATH, HOME: dir.path, ESIMULATOR_URL: sim.url }
  const script = ASKED[shell]?.(typed) ?? ''
  const flags = shell === 'zsh' ? ['-f', '-c'] : ['-c']
  const { stdout } = await promisify(execFile)(shell, [...flags, script], { env, cwd: dir.path })
  return stdout.split('\n').filter(Boolean)
}

test.each(Object.keys(ASKED))(
  '%s completes commands, actions, options and ICCIDs',
  async (shell) => {
    if (!(await hasShell(shell))) return
    const [row] = await sim.sims('esim-go')
    expect(await inShell(shell, ['esimulator', 'clo'])).toEqual(['clock'])
    expect(await inShell(shell, ['esimulator', 'sim', 'in'])).toEqual(['install'])
    expect(await inShell(shell, ['esimulator', 'clock', '--wo'])).toEqual(['--world'])
    expect(await inShell(shell, ['esimulator', 'sim', 'show', '8943'])).toEqual([row?.iccid])
    expect(await inShell(shell, ['esimulator', 'sim', 'show', ''])).toContain(row?.iccid)
  },
)

test('actions, options, their values, providers and settings are offered', async () => {
  expect(await offered('')).toEqual(expect.arrayContaining(['start', 'exec', 'sim', 'help']))
  expect(await offered('help', 'sim', 'at')).toEqual(['attach'])
  expect(await offered('start', '--clock', '')).toEqual(['running', 'frozen'])
  expect(await offered('start', '--set', 'esim-go.rateL')).toEqual(['esim-go.rateLimit='])
  expect(await offered('sim', 'list', '--provider', 'esim')).toEqual(['esim-go'])
  expect(await offered('settings', 'high')).toEqual(['highland'])
  expect(await offered('set', 'esim-go', 'rateL')).toEqual(['rateLimit='])
  expect(await offered('fault', '--ti')).toEqual(['--times'])
  expect(await offered('schema', 'se')).toEqual(['seed-file'])
  expect(await offered('no-such-command', '')).toEqual([])
})

test('worlds, snapshots, faults and callbacks of a running simulator are offered', async () => {
  await sim.snapshots.save('before-the-order')
  const fault = await sim.faults.add({ provider: 'esim-go', kind: 'reset' })
  expect(await offered('snapshot', 'restore', '')).toEqual(['before-the-order'])
  expect(await offered('fault', 'remove', '')).toEqual([fault.id])
  expect(await offered('clock', '--world', 'def')).toEqual(['default'])
})

test('where nothing answers, nothing is offered and nothing is said', async () => {
  const env = { ESIMULATOR_URL: 'http://127.0.0.1:9' }
  const words = ['completion', 'candidates', '--', 'sim', 'show', '']
  expect(await run(words, { cwd: dir.path, env })).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('a shell there is no script for is told those there are', async () => {
  expect(await run(['completion', 'tcsh'], { cwd: dir.path })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /no completion for "tcsh": esimulator completion bash, zsh or fish/,
    ),
  })
})
