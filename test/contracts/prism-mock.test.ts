// A target that is not ours: the plain mock that Stoplight's Prism makes of our spec. What has a memory fails there, and the shapes are right.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RunResult } from '../../src/workflows/result.ts'
import { folder, run } from '../support/cli.ts'

const prism = fileURLToPath(new URL('../../tools/node_modules/.bin/prism', import.meta.url))
const spec = fileURLToPath(new URL('../../specs/esim-go.yaml', import.meta.url))

/** Prism takes no port for "any that is free". */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address ? address.port : 0
}

async function startMock() {
  const port = await freePort()
  const args = ['mock', spec, '--host', '127.0.0.1', '--port', String(port)]
  const child: ChildProcess = spawn(prism, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise<void>((done, fail) => {
    let told = ''
    child.once('exit', () => fail(new Error(`prism does not start: ${told}`)))
    child.stdout?.on('data', (text) => {
      if (told.length < 100_000) told += text
      if (told.includes('Prism is listening')) done()
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill()
    },
  }
}

// CI has Prism; elsewhere `npm ci --prefix tools` brings it.
test.skipIf(!existsSync(prism))(
  'against a mock without a memory what follows from something fails, and every shape passes: exit 1',
  async () => {
    await using at = await folder()
    await using mock = await startMock()
    const target = `provider: esim-go\nbaseUrl: ${mock.url}\ncredentials: { apiKey: "\${KEY}" }\nrate: 100000/s\n`
    await writeFile(join(at.path, 'prism.yaml'), target)
    const shapes = 'status,no-server-error,content-type,required-headers,body-schema'
    const how = ['--provider', 'esim-go', '--target', 'prism.yaml', '--allow', 'spends']
    const { code, stdout } = await run(['run', ...how, '--checks', shapes, '--json'], {
      cwd: at.path,
      env: { KEY: 'any' },
    })
    expect(code).toBe(1)
    // The mock is of v2.4.
    const { cases } = JSON.parse(stdout) as RunResult
    const own = cases.filter(({ file }) => /esim-go\.arazzo\.yaml$/.test(file))
    const of = (outcome: string) =>
      own.filter((each) => each.outcome === outcome).map(({ workflow }) => workflow)
    expect(of('failed')).toEqual(
      expect.arrayContaining(['catalogueInPages', 'catalogueByText', 'foreignEsimReads']),
    )
    expect(of('passed')).toContain('organisationIsTold')
    expect(own.flatMap(({ findings = [] }) => findings.map(({ message }) => message))).toEqual([])
  },
  120_000,
)
