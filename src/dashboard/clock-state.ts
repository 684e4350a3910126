// The clock of the world as the page shows it: asked again when it is moved, and going on by itself between.
import { signal } from '@preact/signals'
import type { ClockShown } from '../control/wire.ts'
import { world } from './client.ts'
import { listen } from './live.ts'
import { sayProblem } from './said.ts'
import { elapsed, every, later } from './timing.ts'

export const clock = signal<ClockShown | undefined>(undefined)

/** The instant that it is in the world, as ISO 8601; empty until the simulator has told it. */
export const now = signal('')

let readAt = 0

export function takeClock(shown: ClockShown): void {
  readAt = elapsed()
  clock.value = shown
  tick()
}

function tick(): void {
  if (!clock.value) return
  const { now: then, mode, rate } = clock.value
  const gone = mode === 'running' ? (elapsed() - readAt) * rate : 0
  now.value = new Date(Date.parse(then) + gone).toISOString()
}

async function read(): Promise<void> {
  try {
    takeClock(await world().clock.show())
  } catch (error) {
    if (clock.value) sayProblem(error)
  }
}

/** Keeps the clock up to date for as long as the page is open. */
export function startClock(): void {
  let isDue = false
  every(1000, tick)
  void read()
  listen((event) => {
    const isMoved = !event || event.name === 'clock' || event.name === 'world'
    if (!isMoved || isDue) return
    isDue = true
    later(100, () => {
      isDue = false
      void read()
    })
  })
}
