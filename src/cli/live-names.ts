// Names that a running simulator knows, asked for quickly and silently while somebody types.
import { worldClient } from '../control/node-client.ts'
import { openLimit, within } from '../server/limit.ts'
import type { Taken } from './actions.ts'
import type { Config } from './config.ts'
import { urlOf } from './connection.ts'

/** Wall ms: who types waits for it. */
const PATIENCE = 700
/** How many are offered. */
const MOST = 200

interface Named {
  readonly word: string
  readonly says?: string | undefined
}

/** The names of what an argument takes; none where no simulator tells them in time. */
export async function live(taken: Taken, config: Config): Promise<Named[]> {
  const late = new Error('it takes too long')
  const limit = openLimit(PATIENCE, new AbortController().signal, late)
  const { world, token } = config
  const client = worldClient({ url: urlOf(config), world, token, signal: limit.signal })
  const asked = async (): Promise<Named[]> => {
    switch (taken) {
      case 'iccid': {
        const { sims } = await client.control.call('listSims', { query: { limit: MOST } })
        return sims.map(({ iccid, provider, profile }) => ({
          word: iccid,
          says: `${provider}, ${profile}`,
        }))
      }
      case 'snapshot':
        return (await client.snapshots.list()).map(({ name, at }) => ({ word: name, says: at }))
      case 'fault':
        return (await client.faults.list()).map(({ id, provider, kind }) => ({
          word: id,
          says: `${kind} of ${provider}`,
        }))
      case 'callback':
        return (await client.callbacks.list({ limit: MOST })).map(({ id, type, state }) => ({
          word: id,
          says: `${type}, ${state}`,
        }))
      case 'world': {
        const { worlds } = await client.control.call('listWorlds')
        return worlds.map(({ name }) => ({ word: name }))
      }
      case 'workflow': {
        const { workflows } = await client.workflows.list()
        const files = workflows.map(({ file, summary }) => ({ word: file, says: summary }))
        return files.filter(({ word }, at) => files[at - 1]?.word !== word)
      }
      case 'run':
        return (await client.workflows.runs()).map(({ id, state, workflow }) => ({
          word: id,
          says: `${workflow}, ${state}`,
        }))
      default:
        return []
    }
  }
  try {
    return await within(limit.signal, asked())
  } catch {
    return []
  } finally {
    limit.end()
  }
}
