// How a provider signs a callback in a world, and whether it signs any.
import type { Signing, Simulator } from '../simulators/simulator.ts'
import { type Callback, targets } from '../state/callbacks.ts'
import { defined } from '../state/defined.ts'
import type { World } from '../state/world.ts'
import { wallNow } from './ticker.ts'

/** The headers that sign a callback now; none where it is not signed. */
export function signatureOf(
  { callbacks }: Simulator,
  world: World,
  callback: Callback,
  signing: Signing = { wall: wallNow() },
): Readonly<Record<string, string>> {
  return callbacks?.sign(callback, world, signing) ?? {}
}

/** Why the callbacks of a provider are not signed at present; `undefined` where they are. */
export function whyUnsigned(simulator: Simulator, world: World): string | undefined {
  const { slug, title, callbacks } = simulator
  const version = world.in(targets).get(slug)?.version ?? callbacks?.versions[0]
  const sample = { id: 'cb_1', serial: 1, provider: slug, type: '', url: '', body: '{}' }
  const queued = { state: 'pending' as const, queuedAt: world.now, attempts: [], tries: 0 }
  const callback: Callback = defined({ ...sample, ...queued, version })
  if (Object.keys(signatureOf(simulator, world, callback)).length > 0) return undefined
  const how = 'a setting turned that off, or its target asks for a version without signatures'
  return `${title} signs no callbacks now (${how}): there is no signature to spoil`
}
