// Defects of each move of the life cycles: not allowed, leading elsewhere; a move allowed that is not.
import { builtText, change } from './text.js'

const TABLES = [
  { file: 'state/bundle-lifecycle', table: 'bundleLifecycle', name: 'bundle' },
  { file: 'state/sim-lifecycle', table: 'profileLifecycle', name: 'profile' },
  { file: 'state/sim-lifecycle', table: 'serviceLifecycle', name: 'service' },
]

const STATE = /^ {4}(\w+): \{(.*)\},$/gm
const MOVE = /(\w+): '(\w+)'/g

/** The states of a table, each with its moves and the place of its row. */
function statesOf({ file, table }) {
  const text = builtText(file)
  const from = text.indexOf(`export const ${table} = {`)
  if (from < 0) throw new Error(`${file} has no ${table}`)
  const rows = text.slice(from, text.indexOf('\n};', from) + 1)
  return [...rows.matchAll(STATE)].map((match) => {
    const [line, state, moves] = match
    const start = from + match.index
    const pairs = [...moves.matchAll(MOVE)].map(([, event, to]) => [event, to])
    return { state, moves: pairs, place: { start, end: start + line.length } }
  })
}

const written = (state, moves) =>
  `    ${state}: { ${moves.map(([event, to]) => `${event}: '${to}'`).join(', ')} },`

function ofMove(provider, source, { state, moves, place }, [event, to], names) {
  const id = `${provider}-${source.name}-${state}-${event}`
  const others = moves.filter(([each]) => each !== event)
  const elsewhere = names[(names.indexOf(to) + 1) % names.length]
  const with_ = (changed) => change(source.file, place, written(state, changed))
  return [
    {
      id: `${id}-not`,
      ...with_(others),
      what: `a ${source.name} that is ${state} does not ${event}`,
    },
    {
      id: `${id}-elsewhere`,
      ...with_([...others, [event, elsewhere]]),
      what: `${event} leads a ${source.name} that is ${state} to ${elsewhere}`,
    },
  ]
}

/** The moves that a state does not have, each allowed. */
function allowed(provider, source, { state, moves, place }, everyMove) {
  const has = new Set(moves.map(([event]) => event))
  return [...everyMove]
    .filter(([event]) => !has.has(event))
    .map(([event, to]) => ({
      id: `${provider}-${source.name}-${state}-${event}-allowed`,
      ...change(source.file, place, written(state, [...moves, [event, to]])),
      what: `${event} is allowed to a ${source.name} that is ${state}`,
    }))
}

/** Each move of each shared life cycle, for a provider. */
export function lifecycleMutants(provider) {
  return TABLES.flatMap((source) => {
    const states = statesOf(source)
    const names = states.map(({ state }) => state)
    const everyMove = new Map(states.flatMap(({ moves }) => moves))
    return states.flatMap((row) => [
      ...row.moves.flatMap((pair) => ofMove(provider, source, row, pair, names)),
      ...(source.name === 'service' ? allowed(provider, source, row, everyMove) : []),
    ])
  })
}
