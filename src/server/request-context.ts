// A request on its way through the pipeline, with all that its stages need.
import type { World } from '../state/world.ts'
import type { DelayedReplies } from './delayed-replies.ts'
import type { Exchange, Trace } from './exchange.ts'
import type { GoneWorlds } from './gone-worlds.ts'
import type { Journal } from './journal.ts'
import type { Provider } from './provider.ts'
import type { WorldHistory } from './steps.ts'

export interface PipelineOptions {
  /** False lets replies that break their spec through (`--unchecked`). */
  readonly checked: boolean
  readonly report: (sentence: string) => void
  /** Knows whose credential is nobody's any more. */
  readonly worlds: { readonly gone: Pick<GoneWorlds, 'whose'> }
}

/** It knows no socket. */
export interface RequestContext {
  readonly provider: Provider
  readonly exchange: Exchange
  readonly world: World
  readonly journal: Journal
  readonly history: WorldHistory
  readonly options: PipelineOptions
  readonly trace: Trace
  readonly delays: DelayedReplies
  /** Does what has come due in the world. @throws NotBuilt where an index has to be built first */
  readonly catchUp: () => void
}
