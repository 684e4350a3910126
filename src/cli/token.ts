// `esimulator token`: a bearer token of a provider, asked of its token endpoint with the client of the world.
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { clientToken } from '../workflows/client-token.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { argument, connect, placeOf, print } from './connection.ts'

/** What is taken for its lifetime where the endpoint does not say: seconds. */
const USUAL_LIFETIME = 300

export const token: Run = async (config, args) => {
  const slug = argument(args, 0, 'token wholesale')
  const name = config.world ?? DEFAULT_WORLD
  // Asked for by name and not by its URL: the answer is what a client of it has to know.
  const asked = connect({ ...config, world: undefined })
  const { credentials } = await asked.control.call('getWorld', { path: { name } })
  const { tokenUrl: url, clientId, clientSecret } = credentials[slug] ?? {}
  const { ca } = placeOf(config)
  if (url === undefined || clientId === undefined || clientSecret === undefined)
    throw new CannotRun(`${refused(slug, credentials)}: ask for one of ${withTokens(credentials)}`)
  const given = await clientToken({ url, clientId, clientSecret, ca }, USUAL_LIFETIME)
  print(config, { token: given.text, seconds: given.lifetime / 1000 }, ({ token: text }) => text)
  return 0
}

type Credentials = Readonly<Record<string, { readonly tokenUrl?: string }>>

const refused = (slug: string, credentials: Credentials) =>
  Object.hasOwn(credentials, slug) ? `${slug} has no tokens` : `there is no provider "${slug}"`

const withTokens = (credentials: Credentials) =>
  Object.entries(credentials)
    .flatMap(([slug, { tokenUrl }]) => (tokenUrl === undefined ? [] : [slug]))
    .join(', ')
