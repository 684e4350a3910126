// What the page says of what was done: a line at a time, read aloud by screen readers.
import { signal } from '@preact/signals'
import { reasonOf } from '../state/reason.ts'
import { later } from './timing.ts'

export interface Said {
  readonly id: number
  readonly text: string
  readonly isProblem: boolean
}

export const said = signal<readonly Said[]>([])

const SHOWN_MS = 6000
let last = 0

/** Says something for some seconds. */
export function say(text: string): void {
  add({ text, isProblem: false })
}

/** Says what went wrong; it stays until it is closed. */
export function sayProblem(error: unknown): void {
  add({ text: reasonOf(error), isProblem: true })
}

function add(what: Omit<Said, 'id'>): void {
  last += 1
  const id = last
  said.value = [...said.value.slice(-3), { ...what, id }]
  if (!what.isProblem) later(SHOWN_MS, () => unsay(id))
}

export function unsay(id: number): void {
  said.value = said.value.filter((each) => each.id !== id)
}
