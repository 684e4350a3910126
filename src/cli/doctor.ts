// `esimulator doctor`: what keeps the simulator from running, or from being reached.
import { controlClient } from '../control/node-client.ts'
import type { Health } from '../control/wire.ts'
import { clientsIn, keysIn } from '../control/world-shown.ts'
import { listen } from '../server/listen.ts'
import { namesOnly } from '../server/redaction/redactor.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import { percentDecoded } from '../state/percent-encoding.ts'
import { reasonOf } from '../state/reason.ts'
import { memoryStore } from '../stores/memory.ts'
import { painter } from './colour.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'
import { placeOf, shownUrl } from './connection.ts'
import { nodeProblem } from './node-version.ts'
import { keysOf, openFromConfig, portsOf, readSeedFile } from './open.ts'

interface Check {
  readonly check: string
  readonly ok: boolean
  readonly says: string
}

/** The sentence a check ends with; a throw is a finding. */
async function checked(check: string, look: () => string | Promise<string>): Promise<Check> {
  try {
    return { check, ok: true, says: await look() }
  } catch (error) {
    return { check, ok: false, says: reasonOf(error) }
  }
}

function nodeVersion(): string {
  const problem = nodeProblem()
  if (problem) throw problem
  return process.versions.node
}

async function running(config: Config): Promise<Health | undefined> {
  try {
    return await controlClient(defined({ ...placeOf(config), token: config.token })).call(
      'getHealth',
    )
  } catch {
    return undefined
  }
}

async function ports(config: Config, health: Health | undefined): Promise<string> {
  if (health) return 'in use by the simulator that runs'
  const configured = portsOf(config)
  const listening = await listen(config.host, configured)
  await listening.close(0)
  return `${configured.map(({ port }) => port).join(', ')} of ${config.host} can be had`
}

/** What there is to say of where the state is kept; the code is loaded when it is needed. */
async function state(config: Config): Promise<Check[]> {
  const { store, ephemeral } = config
  if (store !== undefined && !ephemeral)
    return [await checked('state', () => database(store, config))]
  try {
    const { stateFolder } = await import('./state-folder.ts')
    return (await stateFolder(config)).map((said) => ({ check: 'state', ...said }))
  } catch (error) {
    return [await checked('state', () => Promise.reject(error))]
  }
}

async function database(url: string, { repair }: Config): Promise<string> {
  if (repair)
    throw new Error(
      '--repair mends the files of a state folder: bring a database back from a copy of it',
    )
  const { checkDatabase } = await import('../stores/postgres/database-check.ts')
  return checkDatabase(url)
}

async function specs(config: Config): Promise<string> {
  const server = await openFromConfig(config, memoryStore(), await readSeedFile(config))
  const { controlApp } = await import('../control/app.ts')
  await controlApp(server)
  for (const provider of server.providers.values()) await provider.compile()
  await server.close()
  return `${[...server.providers.keys()].join(', ')} and the control API compile`
}

/** Whether the keys of the user's own open the simulator that runs, where one does. */
async function keys(config: Config, health: Health | undefined): Promise<string> {
  const count = Object.values(keysOf(config.key, '--key')).flat().length
  if (!health) return `the next start opens the world "${DEFAULT_WORLD}" with ${count} of your own`
  const client = controlClient(defined({ ...placeOf(config), token: config.token }))
  const { credentials } = await client.call('getWorld', { path: { name: DEFAULT_WORLD } })
  const unknown = config.key.filter(({ slug, text }) => {
    const shown = credentials[slug] ?? {}
    const clients = clientsIn(shown).map(({ client, secret }) => `${client}:${secret}`)
    return ![...keysIn(shown), ...clients].includes(text)
  })
  if (unknown.length === 0) return `${count} of your own open the world "${DEFAULT_WORLD}"`
  const slugs = [...new Set(unknown.map(({ slug }) => slug))].join(', ')
  throw new Error(
    `the world "${DEFAULT_WORLD}" that runs was started without a key of your own for ${slugs}: ` +
      'start it again with it',
  )
}

/** Worlds of the simulator that runs which could not be opened or cannot be kept, and why. */
function worldsOf(health: Health | undefined): Check[] {
  const { notOpened = {}, writesRefused = {} } = health ?? {}
  return [...Object.values(notOpened), ...Object.values(writesRefused)].map((says) => ({
    check: 'worlds',
    ok: false,
    says,
  }))
}

/** What a config has that nobody is told: the token, the password of the database, the keys, the secrets of clients. */
function secretsOf({ token, key, store }: Config): string[] {
  const keys = key.flatMap(({ text }) => [text, text.slice(text.indexOf(':') + 1)])
  const password = store === undefined ? '' : percentDecoded(new URL(store).password)
  return [token ?? '', password ?? '', ...keys].filter((secret) => secret !== '')
}

/** 0 where all is well, 1 where a check found something. With a target, it is about that alone. */
export const doctor: Run = async (config) => {
  if (config.target !== undefined) {
    const { doctorTarget } = await import('./doctor-target.ts')
    return doctorTarget(config)
  }
  const health = await running(config)
  const redactor = namesOnly.with(secretsOf(config))
  const found = [
    await checked('node', nodeVersion),
    await checked('ports', () => ports(config, health)),
    ...(await state(config)),
    await checked('specs', () => specs(config)),
    ...(config.key.length > 0 ? [await checked('keys', () => keys(config, health))] : []),
    await checked('server', () => {
      const server = health ? `esimulator ${health.version}` : 'none'
      return `${server} answers at ${shownUrl(config)}`
    }),
    ...worldsOf(health),
  ]
  const checks = found.map((each) => ({
    ...each,
    says: redactor.redacted(each.says, 'sentence'),
  }))
  if (config.json) console.log(JSON.stringify({ checks }))
  else {
    const paint = painter(process.stdout)
    for (const { check, ok, says } of checks)
      console.log(`${ok ? paint('ok ', 'green') : paint('BAD', 'red')} ${check.padEnd(7)} ${says}`)
  }
  return checks.every(({ ok }) => ok) ? 0 : 1
}
