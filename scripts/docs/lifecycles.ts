// The lifecycles as Mermaid diagrams, made from the tables that the simulator itself goes by.
import { simulators } from '../../src/simulators/index.ts'
import { bundleMachine, type Machine, profileMachine } from '../../src/state/machine.ts'
import { fence, page, type ReferencePage, table } from './markdown.ts'

function diagram({ initial, moves }: Machine): string {
  const arrows = moves.map(({ from, to, by }) => `  ${from} --> ${to}: ${by}`)
  return fence('mermaid', ['stateDiagram-v2', `  [*] --> ${initial}`, ...arrows].join('\n'))
}

function section(title: string, machine: Machine): string[] {
  const rows = machine.states.map(({ name, says }) => [name, says])
  return [title, machine.says, diagram(machine), table(['state', 'what it is'], rows)]
}

export function lifecyclesPage(): ReferencePage {
  const own = simulators.flatMap(({ title, machines = [] }) => [
    `## ${title}`,
    ...machines.flatMap((machine) => section(`### The ${machine.name} of ${title}`, machine)),
  ])
  return page('lifecycles.md', [
    '# Lifecycles',
    'A move that no arrow shows is refused: "cannot install what is enabled". `GET /_sim/lifecycles` and `esimulator sim lifecycles` tell the same.',
    ...section('## The profile of an eSIM', profileMachine),
    ...section('## A bundle on a SIM', bundleMachine),
    ...own,
  ])
}
