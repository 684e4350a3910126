// `esimulator env`: base URLs and credentials as shell lines.
import { resolve } from 'node:path'
import { NoAnswer } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import type { WorldShown } from '../control/wire.ts'
import { clientsIn, keysIn, worldShown } from '../control/world-shown.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'
import { placeOf, shownUrl, trustedFile, urlOf } from './connection.ts'
import { openFromConfig, readSeedFile } from './open.ts'

/** What the running simulator says; where none runs, what a fresh start would say. */
export const env: Run = async (config) => {
  const url = urlOf(config)
  const world = (await running(config)) ?? (await fresh(config, url))
  const variables = { ...variablesOf(world, url), ...trustOf(config) }
  if (config.json) console.log(JSON.stringify(variables))
  else
    for (const [name, value] of Object.entries(variables))
      console.log(`export ${name}=${quoted(value)}`)
  return 0
}

/** What a shell is given to know a world's URLs and credentials. */
export function envCommand(config: Config, world: string): string {
  const named = world === DEFAULT_WORLD ? '' : ` --world ${world}`
  const url =
    urlOf(config) === urlOf({ ...config, url: undefined }) ? '' : ` --url ${shownUrl(config)}`
  return `eval "$(esimulator env${named}${url})"`
}

/**
 * The world as the simulator at a URL tells it; `undefined`, and said, where
 * none answers.
 */
async function running(config: Config) {
  const { token, world = DEFAULT_WORLD } = config
  const client = controlClient({ ...placeOf(config), token })
  try {
    // Asked for by name and not by its URL: the answer is what a client of it has to know.
    return await client.call('getWorld', { path: { name: world } })
  } catch (error) {
    if (!(error instanceof NoAnswer) || world !== DEFAULT_WORLD) throw error
    console.error(
      `esimulator: no simulator answers at ${shownUrl(config)}: these are the values of a fresh start`,
    )
    return undefined
  }
}

async function fresh(config: Config, url: string): Promise<WorldShown> {
  const server = await openFromConfig(config, memoryStore(), await readSeedFile(config))
  const hosted = await server.worlds.open(DEFAULT_WORLD)
  if (!hosted) throw new Error('there is no default world')
  const world = worldShown(server, hosted, config.publicUrl ?? url)
  await server.close()
  return world
}

/** What lets programs of Node trust a simulator behind TLS. */
export function trustOf(config: Config): Record<string, string> {
  const { ca } = placeOf(config)
  return ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: resolve(trustedFile(config)) }
}

/** The variables by which a client finds a world and is let in. */
export function variablesOf(
  { name, baseUrls, credentials }: WorldShown,
  url: string,
): Record<string, string> {
  const variables: Record<string, string> = { ESIMULATOR_URL: url }
  if (name !== DEFAULT_WORLD) variables.ESIMULATOR_WORLD = name
  for (const [slug, baseUrl] of Object.entries(baseUrls)) {
    // Shells run what `env` prints: a name is no place for what a server chose.
    const prefix = slug.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
    const shown = credentials[slug] ?? {}
    const { tokenUrl, callbackSecret } = shown
    variables[`${prefix}_BASE_URL`] = baseUrl
    for (const [at, key] of keysIn(shown).entries())
      variables[numbered(`${prefix}_API_KEY`, at)] = key
    for (const [at, { client, secret }] of clientsIn(shown).entries()) {
      variables[numbered(`${prefix}_CLIENT_ID`, at)] = client
      variables[numbered(`${prefix}_CLIENT_SECRET`, at)] = secret
    }
    if (tokenUrl !== undefined) variables[`${prefix}_TOKEN_URL`] = tokenUrl
    if (callbackSecret !== undefined) variables[`${prefix}_CALLBACK_SECRET`] = callbackSecret
  }
  return variables
}

/** The name of the first value, and of those after it: `ESIM_GO_API_KEY`, `ESIM_GO_API_KEY_2`. */
function numbered(name: string, at: number): string {
  return at === 0 ? name : `${name}_${at + 1}`
}

/** Safe in any POSIX shell. */
function quoted(value: string): string {
  return /^[\w.:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
