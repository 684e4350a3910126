// The type every file of handlers has: operations of the spec, with eSIM Go's settings.
import type { Handlers } from '../typed-handlers.ts'
import type { settings } from './settings.ts'
import type { operations } from './spec.d.ts'

export type EsimGoHandlers = Handlers<operations, typeof settings.table>
