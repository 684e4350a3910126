// `esimulator env`: base URLs and credentials as shell lines.
import { controlClient, NoAnswer } from '../control/client.ts'
import { type WorldShown, worldShown } from '../control/worlds.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Config } from './config.ts'
import { urlOf } from './connection.ts'
import { openFromConfig, readSeedFile } from './open.ts'
import type { Run } from './program.ts'

/** What the running simulator says; where none runs, what a fresh start would say. */
export const env: Run = async (config) => {
  const { token, world = DEFAULT_WORLD, json } = config
  const url = urlOf(config)
  const control = controlClient({ url, ...(token === undefined ? {} : { token }) })
  const running = await control
    .get<WorldShown>(`/worlds/${encodeURIComponent(world)}`)
    .catch((error: unknown) => {
      if (error instanceof NoAnswer && world === DEFAULT_WORLD) return undefined
      throw error
    })
  if (!running)
    console.error(
      `esimulator: no simulator answers at ${url}: these are the values of a fresh start`,
    )
  const variables = variablesOf(running ?? (await fresh(config, url)), url)
  if (json) console.log(JSON.stringify(variables))
  else
    for (const [name, value] of Object.entries(variables))
      console.log(`export ${name}=${quoted(value)}`)
  return 0
}

async function fresh(config: Config, url: string): Promise<WorldShown> {
  const server = await openFromConfig(config, memoryStore(), await readSeedFile(config))
  const hosted = server.worlds.get(DEFAULT_WORLD)
  if (!hosted) throw new Error('there is no default world')
  const shown = worldShown({ server, root: config.publicUrl ?? url }, hosted)
  await server.close()
  return shown
}

function variablesOf(
  { name, baseUrls, credentials }: WorldShown,
  url: string,
): Record<string, string> {
  const variables: Record<string, string> = {
    ESIMULATOR_URL: url,
    ...(name === DEFAULT_WORLD ? {} : { ESIMULATOR_WORLD: name }),
  }
  for (const [slug, baseUrl] of Object.entries(baseUrls)) {
    const prefix = slug.toUpperCase().replaceAll('-', '_')
    const { apiKey, clientId, clientSecret, tokenUrl, callbackSecret } = credentials[slug] ?? {}
    variables[`${prefix}_BASE_URL`] = baseUrl
    if (apiKey !== undefined) variables[`${prefix}_API_KEY`] = apiKey
    if (clientId !== undefined) variables[`${prefix}_CLIENT_ID`] = clientId
    if (clientSecret !== undefined) variables[`${prefix}_CLIENT_SECRET`] = clientSecret
    if (tokenUrl !== undefined) variables[`${prefix}_TOKEN_URL`] = tokenUrl
    if (callbackSecret !== undefined) variables[`${prefix}_CALLBACK_SECRET`] = callbackSecret
  }
  return variables
}

/** Safe in any POSIX shell. */
function quoted(value: string): string {
  return /^[\w.:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
