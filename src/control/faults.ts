// Faults: set, listed with what they did, removed.
import { checkUseful } from '../server/faults/callback-faults.ts'
import type { FaultKind } from '../server/faults/kind.ts'
import { faultKinds } from '../server/faults/kinds.ts'
import { checkNotOver, faultAt, readFault } from '../server/faults/read-fault.ts'
import { type Redactor, redactedTexts } from '../server/redaction/redactor.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { type Fault, faults, isActive, setFault } from '../state/faults.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { worldUrl } from './base-urls.ts'
import { type ControlHandlers, providerOf } from './call.ts'
import type { FaultKindShown, FaultShown } from './wire.ts'

/** A fault as it was set, and what became of it. */
function faultShown(fault: Fault, now: number, redactor: Redactor): FaultShown {
  const { id, provider, operation, callback, kind, when, match, nth, times, until, own } = fault
  const { setAt, seen, hits } = fault
  const texts = redactedTexts({ ...own, match }, redactor) as Pick<FaultShown, 'match'>
  const set = { provider, operation, callback, kind, when, ...texts, nth, times }
  return defined({
    id,
    ...set,
    until: until === undefined ? undefined : iso(until),
    setAt: iso(setAt),
    seen,
    hits,
    active: isActive(fault, now),
  })
}

/** A world as a URL names it; the default one needs none. */
function named({ name }: World): string | undefined {
  return name === DEFAULT_WORLD ? undefined : name
}

/** @throws Refusal `not-found` */
function faultOf(world: World, id: string): Fault {
  const fault = world.in(faults).get(id)
  if (!fault)
    throw new Refusal(
      'not-found',
      `there is no fault ${id}: GET /_sim/faults and \`esimulator fault list\` list them`,
    )
  return fault
}

/** A kind of fault with the fields it has beside those of all. */
function kindShown(kind: FaultKind): FaultKindShown {
  const { name, of, says, fields } = kind
  const own = Object.entries(fields).map(([field, { form, says: text, required }]) =>
    defined({ name: field, form, says: text, required }),
  )
  return defined({
    name,
    of,
    says,
    when: kind.of === 'operation' ? [...kind.when] : undefined,
    fields: own,
  })
}

export const faultHandlers = {
  listMagicValues({ server }) {
    const values = [...server.providers.values()].flatMap(({ simulator }) =>
      (simulator.magicValues ?? []).map((each) => ({ provider: simulator.slug, ...each })),
    )
    return { status: 200, body: { values } }
  },
  listFaultKinds: () => ({ status: 200, body: { kinds: faultKinds.map(kindShown) } }),
  listFaults({ server, hosted: { world } }) {
    const all = world.in(faults)
    const found = all.page('set', {}, 0, all.size)
    const shown = found.map((each) => faultShown(each, world.now, server.redactor))
    return { status: 200, body: { faults: shown } }
  },
  async addFault({ server, hosted, body, step, root }) {
    const simulators = [...server.providers.values()].map(({ simulator }) => simulator)
    const request = await readFault(body, simulators)
    const { world } = hosted
    const fault = faultAt(request, world.now)
    checkNotOver(fault, world.now)
    checkUseful(fault, { world, simulator: providerOf(server, request.provider).simulator })
    const { result } = step(() => world.transaction(() => setFault(world, fault)))
    return {
      status: 201,
      headers: { Location: `${worldUrl(root, named(world))}/_sim/faults/${result.id}` },
      body: faultShown(result, world.now, server.redactor),
    }
  },
  clearFaults({ hosted: { world } }) {
    const all = world.in(faults)
    world.transaction(() => {
      for (const { id } of [...all.values()]) all.delete(id)
    })
    return { status: 204 }
  },
  getFault({ server, hosted: { world }, path: { id } }) {
    return { status: 200, body: faultShown(faultOf(world, id), world.now, server.redactor) }
  },
  removeFault({ hosted: { world }, path: { id } }) {
    faultOf(world, id)
    world.transaction(() => world.in(faults).delete(id))
    return { status: 204 }
  },
} satisfies Partial<ControlHandlers>
