// The lifecycles as Mermaid diagrams, made from the tables that the simulator itself goes by.
import { bundleLifecycle } from '../../src/state/bundle-lifecycle.ts'
import type { Lifecycle } from '../../src/state/lifecycle.ts'
import { profileLifecycle, serviceLifecycle } from '../../src/state/sim-lifecycle.ts'
import { fence, page, type ReferencePage } from './markdown.ts'

type AnyLifecycle = Lifecycle<string, string>

/** The first state of a table is where everything begins. */
function diagram(table: AnyLifecycle): string {
  const [first = ''] = Object.keys(table)
  const moves = Object.entries(table).flatMap(([state, events]) =>
    Object.entries(events).map(([event, next]) => `  ${state} --> ${next}: ${event}`),
  )
  return fence('mermaid', ['stateDiagram-v2', `  [*] --> ${first}`, ...moves].join('\n'))
}

export function lifecyclesPage(): ReferencePage {
  return page('lifecycles.md', [
    '# Lifecycles',
    'A move that no arrow shows is refused: "cannot install what is enabled".',
    '## The profile of an eSIM',
    'GSMA SGP.22: on the SM-DP+ first, then on the card. A handset makes these moves (`esimulator sim`).',
    diagram(profileLifecycle),
    '## The service of a SIM',
    "The provider's API makes these moves. A SIM that is ordered may begin as active.",
    diagram(serviceLifecycle),
    '## A bundle on a SIM',
    'What eSIM Go calls a bundle, Highland and accounts-orders call a product, and Wholesale a bucket of a plan.',
    diagram(bundleLifecycle),
  ])
}
