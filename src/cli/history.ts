// `esimulator history`: the latest steps of a world, and what caused each.
import type { AnswerOf } from '../control/operations.ts'
import type { OwnFlag, Run } from './command.ts'
import { connect, print } from './connection.ts'
import { table } from './table.ts'
import { wholeNumber } from './whole-number.ts'

export const historyFlags: readonly OwnFlag[] = [
  { usage: '--limit <N>', says: 'how many, the latest (20)' },
]

function historyText({ total, cut, steps }: AnswerOf<'listHistory'>): string {
  if (total === 0) return 'nothing was done yet that could be undone'
  const rows = steps
    .toReversed()
    .map(({ id, at, cause, records }) => [id, at, cause.what, cause.operation, records])
  const lines = [table(['step', 'at', 'what', 'operation', 'records'], rows)]
  if (total > steps.length) lines.push(`${total - steps.length} earlier steps: --limit N`)
  if (cut !== undefined) lines.push(`it goes back no further: ${cut}`)
  return lines.join('\n')
}

export const history: Run = async (config, _args, flags) => {
  const limit = flags.limit === undefined ? 20 : wholeNumber('--limit', String(flags.limit))
  const { control } = connect(config)
  print(config, await control.call('listHistory', { query: { limit } }), historyText)
  return 0
}
