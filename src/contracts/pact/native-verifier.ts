// Pact's own verifier in a process of its own: it prints where it likes, and reads variables nobody meant for it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { defined } from '../../state/defined.ts'

/** One verification, in the words of the package. */
export interface NativeJob {
  readonly provider: string
  readonly providerBaseUrl: string
  readonly providerStatesSetupUrl: string
  /** Files. */
  readonly pactUrls: readonly string[]
  readonly transports: readonly object[]
  /** Wall ms that an answer may take. */
  readonly timeout: number
}

/** What the verifier says: its JSON, or why it has none. */
export type NativeVerdict = { readonly text: string } | { readonly error: string }

export interface NativeOptions {
  /** The file that `findPact` has found. */
  readonly core: string
  /** How many verifications run at a time. */
  readonly parallel: number
  readonly signal?: AbortSignal | undefined
}

/** Runs in the other process, which knows nothing of this one. */
const PROGRAM = `
process.once('message', async ({ core, jobs, parallel }) => {
  const { default: pact } = require(core)
  let next = 0
  const work = async () => {
    while (next < jobs.length) {
      const at = next++
      let told
      try {
        told = { at, text: await pact.verifyPacts({ logLevel: 'error', ...jobs[at] }) }
      } catch (error) {
        told = { at, text: String(error?.message ?? error) }
      }
      await new Promise((sent) => process.send(told, sent))
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  process.disconnect()
})
process.on('disconnect', () => process.exit())`

/** How much of what it prints to standard error is kept: characters. */
const KEPT = 2000

/** Verifies each; never throws, and the verdicts stand in the order of the jobs. */
export async function verifyNatively(
  jobs: readonly NativeJob[],
  { core, parallel, signal }: NativeOptions,
): Promise<NativeVerdict[]> {
  const verdicts = new Map<number, NativeVerdict>()
  if (jobs.length === 0) return []
  const child = spawn(process.execPath, ['-e', PROGRAM], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: ownVariables(process.env),
    ...defined({ signal }),
  })
  let printed = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-KEPT)
  })
  let failed: string | undefined
  child.on('error', ({ message }) => {
    failed = message
  })
  child.on('message', ({ at, text }: { at: number; text: string }) =>
    verdicts.set(at, verdictOf(text)),
  )
  // Where it cannot begin at all, the event 'error' tells, and 'close' follows.
  child.send({ core, jobs, parallel }, () => {})
  await once(child, 'close').catch(() => {})
  const end = `Pact's verifier ended early: ${failed ?? (printed.trim().split('\n').at(-1) || 'it said nothing')}`
  return jobs.map((_, at) => verdicts.get(at) ?? { error: end })
}

/** It resolves with its JSON, and rejects with that as the message, or with a sentence. */
function verdictOf(text: string): NativeVerdict {
  return text.startsWith('{') ? { text } : { error: text }
}

/**
 * Without those that Pact reads by itself: a broker that nobody named would be asked, and filters
 * would leave interactions out. It is told not to count its users.
 */
function ownVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('PACT_'))
  return { ...Object.fromEntries(own), PACT_DO_NOT_TRACK: 'true' }
}
