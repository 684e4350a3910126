// Delays: fixed, or drawn from the world's dice; on the wall clock, or until the world's has come so far.
import { addDuration, isoDuration } from '../../state/duration.ts'
import { replyDue } from '../../state/faults.ts'
import type { Random } from '../../state/random.ts'
import { duration } from '../../state/shape.ts'
import { isObject } from '../../stores/json-shape.ts'
import { MOST_DELAYED } from '../delayed-replies.ts'
import { LONGEST_WAIT } from '../longest-wait.ts'
import type { CallKind } from './kind.ts'
import { field, words } from './own-fields.ts'

const FORM = 'must be a duration, {"uniform": [from, to]} or {"logNormal": {"median", "sigma"}}'

/** The parts of a delay that is drawn. */
interface Drawn {
  readonly uniform?: readonly [string, string]
  readonly logNormal?: { readonly median: string; readonly sigma: number }
}

function delayProblem(value: unknown): string | undefined {
  if (typeof value === 'string') return duration(value)
  if (!isObject(value) || Object.keys(value).length !== 1) return FORM
  const { uniform, logNormal } = value
  if (Array.isArray(uniform)) return uniformProblem(uniform)
  return isObject(logNormal) ? logNormalProblem(logNormal) : FORM
}

function uniformProblem(uniform: readonly unknown[]): string | undefined {
  const [from, to] = uniform
  const problem = duration(from) ?? duration(to)
  if (problem !== undefined || uniform.length !== 2) return FORM
  return addDuration(0, String(from)) <= addDuration(0, String(to))
    ? undefined
    : 'must not begin with the longer one'
}

function logNormalProblem({
  median,
  sigma,
  ...others
}: Record<string, unknown>): string | undefined {
  const isFine =
    duration(median) === undefined &&
    typeof sigma === 'number' &&
    sigma >= 0 &&
    sigma <= 5 &&
    Object.keys(others).length === 0
  return isFine ? undefined : `${FORM}, sigma from 0 to 5`
}

/** The ms of a delay, drawn where it is to be. */
function drawn(delay: unknown, random: Random): number {
  if (typeof delay === 'string') return addDuration(0, delay)
  const { uniform, logNormal } = delay as Drawn
  if (uniform) {
    const [from, to] = [addDuration(0, uniform[0]), addDuration(0, uniform[1])]
    return Math.round(from + random.fraction() * (to - from))
  }
  const { median = 'PT0S', sigma = 0 } = logNormal ?? {}
  return Math.min(
    Math.round(addDuration(0, median) * Math.exp(sigma * normal(random))),
    LONGEST_WAIT,
  )
}

/** A draw of the standard normal distribution (Box and Muller). */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()))
  return radius * Math.cos(2 * Math.PI * random.fraction())
}

export const delay: CallKind = {
  name: 'delay',
  of: 'operation',
  says: 'the answer comes late; `before`: the call is carried out late, too',
  when: ['after', 'before'],
  fields: {
    delay: field(
      delayProblem,
      'a duration, {uniform: [from, to]} or {logNormal: {median, sigma}}',
      'how long; what is drawn is drawn from the seed',
      'required',
    ),
    clock: words('which clock has to go on so long (wall)', 'wall', 'world'),
  },
  together: ({ delay: length, clock }) =>
    clock !== 'world' && longestOf(length) > LONGEST_WAIT
      ? 'on the wall clock it must not be longer than a day'
      : undefined,
  happen({ own, id, provider }, { world, waiting }) {
    if (waiting >= MOST_DELAYED) return { missed: `${MOST_DELAYED} calls wait already` }
    const ms = drawn(own.delay, world.random)
    const late = `it came ${isoDuration(ms)} late`
    if (own.clock !== 'world') return { effect: { kind: 'wait', wait: { wall: ms }, saw: late } }
    const task = world.schedule(replyDue, world.now + ms, { provider, fault: id })
    const saw = `${late}, by the world's clock`
    return { effect: { kind: 'wait', wait: { task: task.id }, saw } }
  },
}

function longestOf(length: unknown): number {
  if (typeof length === 'string') return addDuration(0, length)
  const { uniform } = length as Drawn
  return uniform ? addDuration(0, uniform[1]) : 0
}
