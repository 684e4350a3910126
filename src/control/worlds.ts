// Health and worlds: what there is, made, begun anew and removed.

import type { SimulatorServer } from '../server/server.ts'
import { readSpec } from '../server/spec-files.ts'
import { checkWorldName } from '../server/world-start.ts'
import { DEFAULT_WORLD, type HostedWorld, type WorldStart } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { addDuration, durationProblem } from '../state/duration.ts'
import { Refusal } from '../state/refusal.ts'
import { reason } from '../stores/disk-errors.ts'
import { worldsEverywhere } from './all-worlds.ts'
import { type ControlHandlers, caughtUp } from './call.ts'
import { healthOf, notOpenedIn } from './health.ts'
import { instant } from './instant.ts'
import type { AnswerOf, Schemas } from './operations.ts'
import { whyNotReady } from './ready.ts'
import { worldRow, worldShown } from './world-shown.ts'

/**
 * Waits until a new world is written, whatever the durability. One that cannot be is taken back.
 * @throws Refusal `writes-refused`
 */
async function kept({ store, worlds }: SimulatorServer, hosted: HostedWorld): Promise<void> {
  const { name } = hosted.world
  try {
    await store.logged(name)
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    await worlds.takeBack(hosted).catch(() => {})
    const why = `the world "${name}" cannot be kept and was not made: ${reason(cause)}`
    throw new Refusal('writes-refused', why)
  }
}

/** The world a path names. @throws Refusal `not-found` */
async function worldNamed(server: SimulatorServer, name: string): Promise<HostedWorld> {
  return caughtUp(server.worlds, await server.worlds.open(name), name)
}

/**
 * @throws Refusal `invalid-request` for a time to live that is none, or an
 * instant that is none
 */
function startOf(world: Schemas['NewWorld']): WorldStart {
  const { seed, given, clock = {}, ttl: lifetime, credentials } = world
  const problem = lifetime === undefined ? undefined : durationProblem(lifetime)
  if (problem !== undefined) throw new Refusal('invalid-request', `ttl: ${problem}`)
  const ttl = lifetime === undefined ? undefined : addDuration(0, lifetime)
  if (ttl === 0) throw new Refusal('invalid-request', 'ttl must be longer than nothing')
  const at = clock.at === undefined ? undefined : instant('clock.at', clock.at)
  const chosenClock = defined({ mode: clock.mode, rate: clock.rate, at })
  return defined({ seed, given, clock: chosenClock, ttl, credentials })
}

export const worldHandlers = {
  async getHealth({ server, trusted }) {
    const { version, instance } = server
    if (!trusted) return reply(200, defined({ status: 'ok' as const, version, instance }))
    return reply(200, await healthOf(server))
  },
  getReady({ server }) {
    const why = whyNotReady(server)
    if (why !== undefined) throw new Refusal<'not-ready'>('not-ready', why)
    return reply(200, { status: 'ready' as const })
  },
  async getMetrics({ server }) {
    // Nobody who asks for none pays for what writes them.
    const { metricsText } = await import('./metrics-text.ts')
    const type = 'text/plain; version=0.0.4; charset=utf-8'
    return { status: 200, type, text: await metricsText(server) }
  },
  getOpenApi({ root }) {
    // Read when asked for: nobody else needs the whole document.
    const document = readSpec('control.yaml')
    const servers = [{ url: root, description: 'This simulator' }]
    return reply(200, { ...document, servers } as AnswerOf<'getOpenApi'>)
  },
  async listWorlds({ server, isPassedOn, header }) {
    const all = await server.worlds.openAll()
    const rows = all.map(worldRow)
    const notOpened = notOpenedIn(server.worlds)
    await Promise.all(all.map(({ timeKept }) => timeKept()))
    const own = defined({ worlds: rows, notOpened })
    const { replicas } = server
    if (!replicas || isPassedOn) return reply(200, own)
    return reply(200, await worldsEverywhere(server, replicas, { header }, own))
  },
  async createWorld({ server, body, root }) {
    const { name } = body
    checkWorldName(name)
    const start = startOf(body)
    await server.worlds.claim(name, start)
    const hosted = server.worlds.create(name, start)
    await kept(server, hosted)
    hosted.runner.wake()
    const shown = worldShown(server, hosted, root)
    await hosted.timeKept()
    return reply(201, shown)
  },
  async getWorld({ server, path, root }) {
    const hosted = await worldNamed(server, path.name)
    const shown = worldShown(server, hosted, root)
    await hosted.timeKept()
    if (server.replicas) await hosted.kept()
    return reply(200, shown)
  },
  async removeWorld({ server, path }) {
    const hosted = await worldNamed(server, path.name)
    if (hosted.world.name === DEFAULT_WORLD) {
      const how = 'POST /_sim/reset begins it anew'
      throw new Refusal('wrong-state', `the world "${DEFAULT_WORLD}" cannot be removed: ${how}`)
    }
    await server.worlds.remove(hosted)
    return { status: 204 }
  },
  async resetWorld({ server, hosted, body, root }) {
    const { seed, given } = body ?? {}
    await server.worlds.reset(hosted, defined({ seed, given }))
    return reply(200, worldShown(server, hosted, root))
  },
} satisfies Partial<ControlHandlers>
