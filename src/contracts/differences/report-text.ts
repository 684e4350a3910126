// A comparison in lines for people: each difference with its places and its mend, then what it came to.
import { printable } from '../../state/printable.ts'
import type { ComparedCase, Difference, DifferencePlace, DiffResult } from './result.ts'
import { counted } from './value-class.ts'

/** `POST /orders 200 /total`: where a difference is. */
export function placeText({ operation, status, pointer, header }: Difference): string {
  const parts = [operation, status, header ?? pointer]
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}

/** `sim › case › step, attempt 2`. */
export function stepText({ case: title, within, step, attempt }: DifferencePlace): string {
  const inner = within.slice(1)
  return (
    [title, [...inner, step].join('/')].join(' › ') + (attempt > 1 ? `, attempt ${attempt}` : '')
  )
}

/** Places of a difference that are listed. */
const MOST_PLACES = 3

const MENDS = { setting: 'setting', 'target-file': 'target file', defect: 'defect' } as const

function differenceLines(difference: Difference): string[] {
  const { kind, message, state, reason, places, mend } = difference
  const mark = state === 'pending' ? '~' : '✗'
  const why = state === 'pending' ? ` (pending: ${reason})` : ''
  const shown = places.slice(0, MOST_PLACES).map((place) => {
    const { file, line, column } = place.place
    return `  ${file}:${line}:${column}: ${stepText(place)}`
  })
  const more = places.length - shown.length
  return [
    `${mark} ${kind} ${placeText(difference)}${why}`,
    `  ${message}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(state === 'pending' ? [] : [`  ${MENDS[mend.kind]}: ${mend.says}`]),
    ...(state === 'pending' ? [] : mend.lines.flatMap(indented)),
  ]
}

const indented = (lines: string) => lines.split('\n').map((line) => `    ${line}`)

/** Everything, the new differences last but for what it came to. */
export function diffText(result: DiffResult): string {
  const { differences, known, notCompared, cases } = result
  const inOrder = [...differences].toSorted((a, b) => b.state.localeCompare(a.state))
  const skipped = cases.filter(({ outcome }) => outcome === 'skipped')
  const notes = notCompared
    .filter((each) => !skipped.some(({ title }) => title === each.case && each.step === undefined))
    .map(({ case: title, step, operation, pointer, reason }) => {
      const where = [operation, pointer].filter((part) => part).join(' ')
      return `- not compared: ${[title, step].filter((part) => part).join(' › ')}: ${where}${where && ': '}${reason}`
    })
  const lines = [
    ...skipped.map(({ title, reason }) => `- ${title}: ${reason}`),
    ...notes,
    ...inOrder.reverse().flatMap(differenceLines),
    ...known
      .filter(({ state }) => state !== 'pending')
      .map(({ state, message }) => `${state === 'not-compared' ? '-' : '✗'} known: ${message}`),
    summaryOf(result),
  ]
  return printable(lines.join('\n'))
}

/** The last line: how many of each there are. */
export function summaryOf({
  left,
  right,
  cases,
  differences,
  known,
  duration,
}: DiffResult): string {
  const count = (outcome: ComparedCase['outcome']) =>
    cases.filter((each) => each.outcome === outcome).length
  const fresh = differences.filter(({ state }) => state === 'new').length
  const pending = differences.length - fresh
  const late = known.filter(({ state }) => state === 'over' || state === 'gone').length
  const parts = [
    `${left} and ${right}: ${counted(fresh, 'difference')}`,
    pending > 0 ? `${pending} pending` : '',
    late > 0 ? `${late} known no more` : '',
    `${counted(cases.length - count('skipped'), 'case')} compared`,
    count('skipped') > 0 ? `${count('skipped')} skipped` : '',
  ]
  return `${parts.filter((part) => part !== '').join(', ')} in ${duration} ms`
}
