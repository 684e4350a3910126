// Imports for tests: a simulator stands for the real account, and what its API's reads answer is compared with what a second one answers.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { type ImportOptions, importAccount } from '../../src/library/import.ts'
import { folder } from './cli.ts'

type Stock = Readonly<Record<string, unknown>>

/** What a seed file has below its comment. */
export async function stockIn(file: string): Promise<Stock> {
  const text = await readFile(file, 'utf8')
  return JSON.parse(text.replaceAll(/^#.*\n/gm, '')) as Stock
}

/** Imports a provider of a simulator. */
export async function importedFrom(
  sim: RunningSimulator,
  provider: string,
  options: Partial<ImportOptions> = {},
) {
  await using at = await folder()
  const out = join(at.path, 'seed.yaml')
  const result = await importAccount({
    provider,
    target: sim.url,
    out,
    keepNames: true,
    ...options,
  })
  return { result, stock: await stockIn(out), text: await readFile(out, 'utf8') }
}

/** A second simulator that begins with a stock, at the same time. */
export async function begunWith(stock: Stock, like: RunningSimulator): Promise<RunningSimulator> {
  return startSimulator({ stock, clock: { at: like.clock.now() }, report: () => {} })
}
