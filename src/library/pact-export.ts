// Contracts of Pact made of a provider's contract suite: what consumers may rely on, to begin their own from.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ExportFrom,
  httpInteractions,
  messageInteraction,
  pactText,
} from '../contracts/pact/export.ts'
import { openInteraction } from '../contracts/pact/interaction-run.ts'
import { CALLBACK } from '../contracts/pact/provider-states.ts'
import { openRecorder } from '../contracts/recording.ts'
import { reasonOf } from '../state/reason.ts'
import { openSender } from '../workflows/send.ts'
import { suiteFiles } from './contracts.ts'
import { ownSources } from './pact.ts'
import { providerNamed } from './provider-named.ts'
import { CannotRunWorkflows, planWorkflows, runPlanned, targetOf } from './workflows.ts'

export interface PactExportOptions {
  /** The slug of a provider. */
  readonly provider: string
  /** Where the contract is written. */
  readonly folder: string
  /** What the consumer is called; `esimulator-suite` unless given. */
  readonly consumer?: string | undefined
  /** What is random comes of it: contracts verify with the same one. */
  readonly seed?: string
}

/** A contract that was written. */
export interface ExportedPact {
  readonly file: string
  readonly interactions: number
  readonly messages: number
}

/** Wall ms that an answer may take. */
const LONGEST = 30_000

/**
 * Runs the contract suite of a provider, and writes what it exchanged as a contract (V4).
 * @throws CannotRunWorkflows where the provider is none, or the file cannot be written
 */
export async function exportPact(options: PactExportOptions): Promise<{ files: ExportedPact[] }> {
  const { provider: slug, folder, consumer = 'esimulator-suite', seed = 'esimulator' } = options
  const provider = providerNamed(slug)
  const from = { provider, sources: await ownSources(provider) }
  const planned = await planWorkflows(suiteFiles(slug))
  const { before, done, cases } = openRecorder()
  await runPlanned(planned, { seed, before, onCase: (result, each) => done(each, result) })
  const interactions = httpInteractions(planned, cases(planned), from)
  const messages = await messagesOf(from, seed)
  const file = join(folder, `${consumer}-${slug}.json`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, pactText(consumer, from, [...interactions, ...messages]))
  } catch (error) {
    const reason = reasonOf(error)
    throw new CannotRunWorkflows(`${file} cannot be written: ${reason}`)
  }
  return { files: [{ file, interactions: interactions.length, messages: messages.length }] }
}

/** One message for each type of callback, as the provider writes it. */
async function messagesOf(from: ExportFrom, seed: string) {
  const { callbacks } = from.provider
  if (!callbacks) return []
  const { target, url = '' } = await targetOf({ target: 'sim' }, seed)
  const sender = openSender(LONGEST)
  try {
    const found = []
    for (const type of callbacks.types) {
      const params = { type }
      const states = [
        { name: callbacks.seed, params: {} },
        { name: CALLBACK, params },
      ]
      const verified = { ...from, target, simulator: { url }, sender, timeout: LONGEST }
      const run = openInteraction(
        { kind: 'message', description: type, metadata: [], states },
        `pact ${type}`,
        verified,
      )
      found.push(messageInteraction(type, await run.message(), from))
      await run.close()
    }
    return found
  } finally {
    sender.close()
    await target.close()
  }
}
