// A cassette as a target: each call is answered with what was recorded, and nothing is ever sent.
import { namesOnly } from '../../server/redaction/redactor.ts'
import { wallNow } from '../../server/ticker.ts'
import { grouped } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { secretsShown } from '../../workflows/exchange-result.ts'
import type { SeenExchange } from '../../workflows/seen-exchange.ts'
import type { Answer } from '../../workflows/send.ts'
import type { Call, CallingStep, Session, Target } from '../../workflows/session.ts'
import type { Source } from '../../workflows/sources.ts'
import { bytesOfKept, lacksBytes } from './kept-body.ts'
import type { Cassette, ExchangeLine, KeptAnswer, RecordedTake } from './lines.ts'
import { CASSETTE } from './read.ts'
import { differences } from './request-difference.ts'

/** Why whatever would be sent is not. */
const NOTHING_IS_SENT = 'a cassette answers what was recorded, and nothing is sent'

/** Days after which a cassette is told to be old. */
export const OLD = 30

const DAY = 86_400_000

/** How old a cassette is, in one sentence. */
function ageOf({ head }: Cassette, now: number): string {
  const days = Math.floor((now - Date.parse(head.recordedAt)) / DAY)
  const when = days < 1 ? 'less than a day ago' : `${days} ${days === 1 ? 'day' : 'days'} ago`
  const advice =
    days > OLD ? `, more than ${OLD} days: record it again to know what is true now` : ''
  return `it was recorded ${when} (${head.recordedAt}) from ${head.target}${advice}`
}

/** @param now ms since the epoch, to tell its age by */
export function cassetteTarget(cassette: Cassette, now = wallNow()): Target {
  const { head, cases, file } = cassette
  return defined({
    name: CASSETTE + file,
    isReal: head.isReal,
    notes: [
      ageOf(cassette, now),
      `probes and inputs that are not allowed are not tried: ${NOTHING_IS_SENT}`,
    ],
    skips(_: unknown, title?: string) {
      if (title === undefined) return undefined
      const line = cases.get(title)?.line
      if (!line) return `the cassette has no case "${title}": record it again`
      return line.outcome === 'skipped'
        ? `it was skipped when it was recorded: ${line.reason ?? 'nobody knows why'}`
        : undefined
    },
    async open(title: string) {
      const take = cases.get(title)
      if (!take) throw new Error(`the cassette has no case "${title}"`)
      return replaying(take)
    },
    async close() {},
  })
}

/** The inputs of a case as they were recorded: those that its file does not have itself. */
export function recordedInputs(
  { cases }: Cassette,
  title: string,
): Readonly<Record<string, unknown>> {
  const line = cases.get(title)?.line
  if (!line) return {}
  return Object.fromEntries(
    Object.entries(line.inputs).filter(([name]) => line.given.includes(name)),
  )
}

function replaying({ line, exchanges }: RecordedTake): Session {
  const byStep = grouped(exchanges, (each) => stepKey(each))
  const used = new Set<ExchangeLine>()
  const faulted = new Set<Answer>()
  /** What the requests show to be credentials: the recorded ones have stand-ins there. */
  const secrets = new Set<string>()
  return {
    world: undefined,
    baseUrl: ({ name }: Source) => line.bases[name] ?? `http://not-recorded.invalid/${name}`,
    // What let the recorded calls in is no longer known, and nobody asks for it.
    credentials: async () => ({}),
    forbids: () => NOTHING_IS_SENT,
    async pace() {
      throw new Error(NOTHING_IS_SENT)
    },
    async standIn({ step, request }) {
      const ofStep = byStep.get(stepKey({ ...step, step: step.id })) ?? []
      const left = ofStep.filter((each) => each.attempt === step.attempt && !used.has(each))
      for (const secret of secretsShown({ request }, NO_ANSWER)) secrets.add(secret)
      const redactor = namesOnly.with(secrets)
      const differing = (each: ExchangeLine) => differences(request, each.request, redactor)
      const found = left.find((each) => differing(each).length === 0)
      if (!found) {
        const [nearest] = left
        const recorded = { ofStep: ofStep.length, differing: nearest && differing(nearest) }
        return { error: lackOf({ step, request }, line.case, recorded), isUnknown: true }
      }
      used.add(found)
      const answer = answerOf(found.answer)
      if (found.isFaulted) faulted.add(answer)
      return answer
    },
    async wait() {},
    async faulted(seen: readonly SeenExchange[]) {
      return new Set(seen.filter(({ reply }) => faulted.has(reply)))
    },
    async deliveries() {
      return { callbacks: [], moreCallbacks: undefined }
    },
    secrets: () => [],
    async close() {},
  }
}

function stepKey({ step, within }: Pick<ExchangeLine, 'step' | 'within'>): string {
  return JSON.stringify([...within, step])
}

/** How much of what differs is told. */
const MOST_TOLD = 3

const NO_ANSWER: Answer = { error: '' }

/** What was recorded of a step. */
interface Recorded {
  /** How many requests. */
  readonly ofStep: number
  /** What differs from the first one of the same attempt that was not asked for; absent for none. */
  readonly differing: readonly string[] | undefined
}

/** Names a request that was not recorded, and what differs from the one that was. */
function lackOf(
  { step, request }: Pick<Call, 'step' | 'request'>,
  title: string,
  { ofStep, differing }: Recorded,
): string {
  const name = `${request.method} ${request.url}`
  const lack = `the cassette has no such request of the case "${title}", ${placeOf(step)}: ${name}`
  if (differing) {
    const more = differing.length > MOST_TOLD ? `, and ${differing.length - MOST_TOLD} more` : ''
    return `${lack}; ${differing.slice(0, MOST_TOLD).join('; ')}${more}`
  }
  if (ofStep === 0) return `${lack}; the step made none when it was recorded`
  return `${lack}; the step made ${ofStep} when it was recorded, and this is another one`
}

const placeOf = ({ id, within, attempt }: CallingStep) =>
  `the step "${[...within, id].join('/')}", attempt ${attempt}`

function answerOf(kept: KeptAnswer): Answer {
  if ('error' in kept) return { error: kept.error }
  const { status, headers, body, isStoodIn } = kept
  const bytes = body === undefined ? Buffer.alloc(0) : bytesOfKept(body)
  const note =
    body && lacksBytes(body)
      ? `of what is no text in this body of ${bytes.length} bytes, the cassette has only size and hash`
      : undefined
  return defined({ status, headers, body: bytes, isStoodIn, note })
}
