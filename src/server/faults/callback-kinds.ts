// The kinds of faults of callbacks.
import type { CallbackKind } from './kind.ts'

export const callbackKinds: readonly CallbackKind[] = []
