// Callbacks that do not arrive.
import { recall } from '../memory.js'
import { jsonOf } from '../send.js'
import { control, device, NOBODYS, pass } from './ways.js'

/** Callbacks that fail, are tried again, die, and are sent once more. */
export function* trouble(town, memory) {
  const { dice, ports } = town
  const slug = dice.pick(['esim-go', 'esim-go', 'wholesale'])
  const url = (path) => `http://127.0.0.1:${ports.receiver}${path}`
  const aim = (path, version = {}) =>
    control(town, memory, 'PUT', `/callbacks/target/${slug}`, { url: url(path), ...version })
  yield* aim(
    dice.pick(['/deaf', '/late', '/flaky', '/cut', '/gone']),
    slug === 'esim-go' ? { version: dice.pick([2, 3]) } : {},
  )
  const iccid = recall(memory, `${slug} iccid`, dice, NOBODYS)
  for (const move of ['disable', 'delete', 'install']) yield* device(town, memory, iccid, move)
  yield* device(town, memory, iccid, 'use', { data: '600MB' })
  const shown = jsonOf(yield* control(town, memory, 'GET', '/callbacks', undefined, { limit: '3' }))
  yield* pass(town, memory, 'PT5S')
  yield* pass(town, memory, dice.pick(['PT5M', 'PT30M', 'P1D']))
  yield* aim('/ok', slug === 'esim-go' ? dice.pick([{}, { version: 2 }, { version: 3 }]) : {})
  for (const { id } of shown?.callbacks ?? []) {
    yield* control(town, memory, 'POST', `/callbacks/${id}/redeliver`)
    yield* control(town, memory, 'GET', `/callbacks/${id}`)
  }
}
