// A call that must be refused: in the provider's words, for the reason the journal tells, and with nothing changed.
import { expect } from 'vitest'
import type { Answer, TestSim } from './esim-go.ts'

export interface Expected {
  readonly status: number
  /** The kind of refusal the journal holds. */
  readonly code: string
  /** What the journal's reason says. */
  readonly reason?: RegExp
  /** What the reply says, where that is worth a look. */
  readonly message?: string | RegExp
}

/** Makes `call` and checks all that a refusal promises. */
export async function expectRefused(
  sim: TestSim,
  call: () => Promise<Answer<unknown>>,
  { status, code, reason, message }: Expected,
): Promise<Answer<unknown>> {
  const before = sim.state()
  const entries = sim.journal.list().length
  const answer = await call()
  expect(answer.body).toEqual({
    message: message === undefined ? expect.stringMatching(/./) : matching(message),
  })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/json')
  const [newest] = sim.journal.list()
  expect(sim.journal.list()).toHaveLength(entries + 1)
  expect(newest).toMatchObject({ status, refusal: { code }, violations: [] })
  if (reason) expect(newest?.refusal?.reason).toMatch(reason)
  expect(sim.state()).toBe(before)
  return answer
}

function matching(message: string | RegExp): unknown {
  return typeof message === 'string' ? message : expect.stringMatching(message)
}
