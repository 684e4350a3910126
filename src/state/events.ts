// What happened to a SIM, in words of no provider; some of it becomes callbacks.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { byName, count, fields, iccid, instant, name, optional, type Shape, text } from './shape.ts'

/** Types are `sim.*` and `bundle.*`, as in `sim.installed` and `bundle.used-80`. */
export interface WorldEvent {
  readonly id: number
  readonly at: number
  readonly type: string
  readonly provider: string
  readonly iccid: string
  /** Id of the bundle it happened to, where it was one. */
  readonly bundle?: string
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

/** How many events a SIM's timeline keeps. */
export const TIMELINE_LENGTH = 200

const detail: Shape<string | number | boolean> = (value) =>
  ['string', 'number', 'boolean'].includes(typeof value)
    ? undefined
    : 'must be a text, a number, true or false'

export const timeline = defineCollection<WorldEvent>({
  name: 'timeline',
  key: (event) => String(event.id),
  shape: fields<WorldEvent>({
    id: count,
    at: instant,
    type: name,
    provider: name,
    iccid,
    bundle: optional(text),
    detail: optional(byName(detail)),
  }),
  indexes: {
    sim: (event) => event.provider + SEPARATOR + event.iccid + SEPARATOR + sortable(event.id),
  },
})
