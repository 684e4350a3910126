// The kinds of faults of callbacks.
import { contentKinds } from './callback-content.ts'
import { timingKinds } from './callback-timing.ts'
import type { CallbackKind } from './kind.ts'

export const callbackKinds: readonly CallbackKind[] = [...timingKinds, ...contentKinds]
