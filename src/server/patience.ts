// How long receivers are waited for: one that does not answer, again and again, is given up sooner.
import type { Outcome } from '../state/callbacks.ts'
import { hostOf } from './hindrance.ts'

/** A receiver that has not answered so many times in a row is given up sooner from then on. */
export const PATIENT_FOR = 3
/** Wall ms that such a receiver gets, where it would have got more. */
const IMPATIENT = 50

/**
 * What receivers have come to during one advance, or one round of attempts: attempts are made one
 * after the other, so that callbacks arrive as they were queued, and those at a dead receiver would
 * take a whole timeout each. They still leave, all of them; only the wait is shorter, and that is
 * written down with the attempt. What decides is how many were not answered before, never how long
 * anything took: the same answers lead to the same outcomes.
 */
export interface Patience {
  /** When the round began that it is for, in virtual ms; absent for an advance. */
  readonly at: number | undefined
  /** How many attempts were begun. */
  readonly attempts: number
  /** How many of them had no answer in time. */
  readonly unanswered: number
  /** Host and port of the receiver that is waited for at present. */
  readonly waitsFor: string | undefined
  /**
   * Makes an attempt with the time its receiver gets.
   * @param timeout wall ms that a receiver gets unless it was silent too often
   */
  during(
    url: string,
    timeout: number,
    attempt: (timeout: number) => Promise<Outcome>,
  ): Promise<Outcome>
}

/**
 * @param at virtual ms, of the round it is for; absent for an advance
 * @param onSilence told of each attempt that had no answer in time, with the receiver's host
 */
export function openPatience(
  at?: number,
  onSilence: (receiver: string) => void = () => {},
): Patience {
  /** How many times in a row each URL has not answered. */
  const silences = new Map<string, number>()
  let attempts = 0
  let unanswered = 0
  let waitsFor: string | undefined
  return {
    at,
    get attempts() {
      return attempts
    },
    get unanswered() {
      return unanswered
    },
    get waitsFor() {
      return waitsFor
    },
    async during(url, timeout, attempt) {
      const before = silences.get(url) ?? 0
      const isShort = before >= PATIENT_FOR && timeout > IMPATIENT
      const receiver = URL.canParse(url) ? hostOf(new URL(url)) : url
      attempts += 1
      waitsFor = receiver
      const outcome = await attempt(isShort ? IMPATIENT : timeout).finally(() => {
        waitsFor = undefined
      })
      if (!outcome.isLate) {
        silences.delete(url)
        return outcome
      }
      silences.set(url, before + 1)
      unanswered += 1
      onSilence(receiver)
      return isShort ? { ...outcome, error: givenUp(timeout) } : outcome
    },
  }
}

function givenUp(timeout: number): string {
  const why = `it had not answered within ${timeout} ms ${PATIENT_FOR} times in a row`
  return `no answer within ${IMPATIENT} ms, and no longer waited for: ${why}`
}
