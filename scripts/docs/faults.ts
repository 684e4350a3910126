// Every kind of fault, as the registry has it.
import type { FaultKind } from '../../src/server/faults/kind.ts'
import { faultKinds } from '../../src/server/faults/kinds.ts'
import { code, page, type ReferencePage, table } from './markdown.ts'

const HEAD = ['kind', 'what is seen', 'its own fields']

export function faultsPage(): ReferencePage {
  const calls = faultKinds.filter(({ of }) => of === 'operation')
  const callbacks = faultKinds.filter(({ of }) => of !== 'operation')
  return page('faults.md', [
    '# Kinds of faults',
    'Faults are set at `/_sim/faults`, by `esimulator fault add`, or by `sim.faults.add(...)`: see [faults](../faults.md).',
    '## Of calls',
    table(
      [...HEAD, 'when'],
      calls.map((kind) => [...row(kind), whenOf(kind)]),
    ),
    '## Of callbacks',
    table(HEAD, callbacks.map(row)),
  ])
}

const row = (kind: FaultKind) => [code(kind.name), kind.says, fieldsOf(kind)]

const whenOf = (kind: FaultKind) => (kind.of === 'operation' ? kind.when.join(' or ') : '')

/** The required ones first, each with its form and what it is. */
function fieldsOf({ fields }: FaultKind): string {
  return Object.entries(fields)
    .map(([name, { form, says, required }]) => {
      const must = required ? ', required' : ''
      return `${code(name)} (${form}${must}): ${says}`
    })
    .join('<br>')
}
