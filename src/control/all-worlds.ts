// The worlds of all replicas that share a store: each tells of those it has open, the store of the others.
import type { Replicas } from '../server/replicas/replicas.ts'
import type { SimulatorServer } from '../server/server.ts'
import { defined } from '../state/defined.ts'
import type { ControlCall } from './call.ts'
import type { AnswerOf } from './operations.ts'

type WorldList = AnswerOf<'listWorlds'>

/**
 * Every world: rows of those that a replica has open, and the names of the others.
 * @param own the worlds that are open here
 */
export async function worldsEverywhere(
  { store }: SimulatorServer,
  replicas: Replicas,
  { header }: Pick<ControlCall, 'header'>,
  own: WorldList,
): Promise<WorldList> {
  const headers = defined({ host: header('host'), authorization: header('authorization') })
  const told = (await replicas.gather('/_sim/worlds', headers)) as WorldList[]
  const lists = [own, ...told]
  const rows = new Map(lists.flatMap(({ worlds }) => worlds).map((row) => [row.name, row]))
  const names = await store.list()
  const resting = names.filter((name) => !rows.has(name))
  const notOpened = Object.assign({}, ...lists.map((list) => list.notOpened)) as Record<
    string,
    string
  >
  return defined({
    worlds: names.flatMap((name) => rows.get(name) ?? []),
    resting: resting.length > 0 ? resting : undefined,
    notOpened: Object.keys(notOpened).length > 0 ? notOpened : undefined,
  })
}
