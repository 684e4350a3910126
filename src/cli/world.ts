// `esimulator world`: worlds of their own on one simulator, as a job of CI or a user has one.
import type { ControlClient } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import type { BodyOf } from '../control/operations.ts'
import type { WorldRow, WorldShown } from '../control/wire.ts'
import { clientsIn, keysIn } from '../control/world-shown.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config, Flags } from './config.ts'
import { argument, connect, placeOf, print } from './connection.ts'
import { env, envCommand } from './env.ts'
import { table } from './table.ts'

export const worldFlags: readonly OwnFlag[] = [
  { usage: '--seed <TEXT>', says: 'create: the same one gives the same ids, ICCIDs and names' },
  { usage: '--given <STATE>', says: 'create: the named state it begins with' },
  { usage: '--ttl <DURATION>', says: 'create: removed by itself after that, as in 1h or PT90M' },
  {
    usage: '--clock <MODE>',
    says: 'create: running or frozen, as the simulator has it unless given',
  },
  {
    usage: '--at <INSTANT>',
    says: 'create: what its clock shows first, as in 2026-01-01T00:00:00Z',
  },
]

/** The text of a flag. */
const written = (flag: Flags[string]) => (flag === undefined ? undefined : String(flag))

/** The clock of a new world. @throws CannotRun */
function clockOf({ clock, at }: Flags): BodyOf<'createWorld'>['clock'] {
  if (clock !== undefined && clock !== 'running' && clock !== 'frozen')
    throw new CannotRun(`--clock ${String(clock)}: give running or frozen`)
  if (clock === undefined && at === undefined) return undefined
  const mode: 'running' | 'frozen' | undefined = clock
  return defined({ mode, at: written(at) })
}

/** What is asked for. */
function newWorld(name: string, flags: Flags): BodyOf<'createWorld'> {
  const [seed, given, ttl] = [flags.seed, flags.given, flags.ttl].map(written)
  return defined({ name, seed, given, ttl, clock: clockOf(flags) })
}

function listText({
  worlds,
  resting = [],
  notOpened = {},
}: Awaited<ReturnType<typeof list>>): string {
  const rows = worlds.map(({ name, clock, sims, expiresAt }: WorldRow) => [
    name,
    `${clock.now} ${clock.mode}`,
    sims,
    expiresAt ?? 'never',
  ])
  const lines = [table(['world', 'clock', 'SIMs', 'removed by itself'], rows)]
  if (resting.length > 0) lines.push(`open once they are asked for: ${resting.join(', ')}`)
  for (const [name, why] of Object.entries(notOpened)) lines.push(`${name} is not served: ${why}`)
  return lines.join('\n')
}

const list = (control: ControlClient) => control.call('listWorlds')

function shownText(shown: WorldShown, config: Config): string {
  const { name, clock, sims, seed, expiresAt, baseUrls, credentials, targets } = shown
  const rows = Object.entries(baseUrls).map(([slug, url]) => [
    slug,
    url,
    credentialText(credentials[slug]),
    targets[slug]?.url,
  ])
  const lines = [
    `the world "${name}": ${clock.now} ${clock.mode}, ${sims} SIMs, seed ${seed}`,
    table(['provider', 'base URL', 'credential', 'callbacks go to'], rows),
    `in a shell: ${envCommand(config, name)}`,
  ]
  if (expiresAt !== undefined) lines.push(`removed by itself at ${expiresAt}`)
  return lines.join('\n')
}

/** The first of what lets a client in. */
function credentialText(shown: WorldShown['credentials'][string] = {}): string {
  const [key] = keysIn(shown)
  const [client] = clientsIn(shown)
  if (key !== undefined) return key
  return client ? `${client.client} / ${client.secret}` : 'none'
}

/** The world that an argument names, else the one that is configured. */
const nameIn = (config: Config, args: readonly string[]) => args[1] ?? config.world ?? DEFAULT_WORLD

export const world: Run = async (config, args, flags) => {
  const [action = 'list'] = args
  // Of no world: each is named in the call.
  const control = controlClient({ ...placeOf(config), token: config.token })
  switch (action) {
    case 'list':
      print(config, await list(control), listText)
      return 0
    case 'create': {
      const name = argument(args, 1, 'world create NAME, as in world create ci-4711 --ttl 1h')
      const made = await control.call('createWorld', { body: newWorld(name, flags) })
      print(config, made, (shown) => shownText(shown, config))
      return 0
    }
    case 'show': {
      const client = connect({ ...config, world: nameIn(config, args) })
      print(config, await client.show(), (shown) => shownText(shown, config))
      return 0
    }
    case 'env':
      return env({ ...config, world: nameIn(config, args) }, [], {})
    case 'remove': {
      const name = argument(args, 1, 'world remove NAME')
      await control.call('removeWorld', { path: { name } })
      print(config, { name }, () => `the world "${name}" is gone`)
      return 0
    }
    default:
      throw new CannotRun(
        `there is no "world ${action}"; there are: list, create, show, env, remove`,
      )
  }
}
