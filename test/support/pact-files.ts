// Contracts of tests: a file that is there for one test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A contract, with the names and the version that it has unless it says others. */
export function pactText(parts: object): string {
  const names = { consumer: { name: 'shop' }, provider: { name: 'esim-go' } }
  const metadata = { pactSpecification: { version: '3.0.0' } }
  return JSON.stringify({ ...names, metadata, ...parts })
}

/** The contract in a file. */
export async function pactFile(parts: object) {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-pact-test-'))
  const path = join(folder, 'shop.json')
  await writeFile(path, pactText(parts))
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
