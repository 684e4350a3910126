// `esimulator snapshot`: the world as it is, kept by name; compared, and gone back to.
import type { DifferenceShown, SnapshotShown, WentBack } from '../control/wire.ts'
import { unknownAction } from './actions.ts'
import type { Run } from './command.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'

function listText(snapshots: readonly SnapshotShown[]): string {
  if (snapshots.length === 0) return 'there are no snapshots: esimulator snapshot save NAME'
  return table(
    ['snapshot', 'clock'],
    snapshots.map(({ name, at }) => [name, at]),
  )
}

/** `2026-01-02T00:00:00.000Z -> 2026-01-01T00:00:00.000Z: 12 records put back`. */
export function wentBackText({ from, to, records }: WentBack): string {
  return `${from} -> ${to}: ${records} ${records === 1 ? 'record' : 'records'} put back`
}

function differenceText({ from, to, total, records }: DifferenceShown): string {
  const lines = [`${from.name} (${from.at}) -> ${to.name} (${to.at})`]
  if (total === 0) lines.push('nothing differs')
  for (const { text } of records) lines.push(`  ${text}`)
  if (total > records.length) lines.push(`  and ${total - records.length} more`)
  return lines.join('\n')
}

export const snapshot: Run = async (config, args) => {
  const [action = 'list'] = args
  const { control, snapshots } = connect(config)
  const named = () => argument(args, 1, `snapshot ${action} NAME`)
  switch (action) {
    case 'list':
      print(config, await snapshots.list(), listText)
      return 0
    case 'show': {
      const name = named()
      const found = await control.call('getSnapshot', { path: { name } })
      print(config, found, (each) => listText([each]))
      return 0
    }
    case 'save':
      print(config, await snapshots.save(named()), ({ name, at }) => `${name} is kept, at ${at}`)
      return 0
    case 'restore':
      print(config, await snapshots.restore(named()), wentBackText)
      return 0
    case 'diff':
      print(config, await snapshots.diff(named(), args[2]), differenceText)
      return 0
    case 'delete': {
      const name = named()
      await snapshots.remove(name)
      print(config, { name }, () => `${name} is gone`)
      return 0
    }
    default:
      throw unknownAction('snapshot', action)
  }
}
