// Whole numbers written on a command line.
import { CannotRun } from './cannot-run.ts'

/** @throws CannotRun naming where it was written */
export function wholeNumber(place: string, written: string): number {
  if (/^[1-9]\d{0,14}$/.test(written)) return Number(written)
  throw new CannotRun(`${place} ${written}: give a whole number from 1, as in 20`)
}
