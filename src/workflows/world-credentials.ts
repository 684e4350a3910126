// What lets a call into a provider in a world: its key, or a token that its client is given.
import type { CredentialsShown } from '../control/wire.ts'
import { clientToken } from './client-token.ts'
import type { SecurityScheme, Source, SourceOperation } from './sources.ts'

/** An access token, and until when it is good by the world's clock. */
interface Token {
  readonly text: string
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Where a world is reached. */
export interface WorldPlace {
  /** Of the simulator, without a trailing slash. */
  readonly url: string
  readonly world: string
  /** Trusted besides the usual ones, as PEM, where the URL is of https. */
  readonly ca?: string | undefined
}

interface WorldCredentialsOptions {
  readonly place: WorldPlace
  /** Told of each token that is fetched. */
  readonly onToken?: (text: string) => void
}

type Headers = Readonly<Record<string, string>>

/** The credentials of one world, and the tokens that were fetched with them. */
export class WorldCredentials {
  readonly #credentials: Readonly<Record<string, CredentialsShown>>
  readonly #place: WorldPlace
  readonly #onToken: (text: string) => void
  /** By the provider they are of, the oldest first. */
  readonly #tokens = new Map<string, Token[]>()

  constructor(
    credentials: Readonly<Record<string, CredentialsShown>>,
    { place, onToken = () => {} }: WorldCredentialsOptions,
  ) {
    this.#credentials = credentials
    this.#place = place
    this.#onToken = onToken
  }

  /**
   * The headers that let a call of a provider's operation in; none where it needs none.
   * @param now what the world's clock shows; where it is not known, the latest token is good
   * @throws NoToken
   */
  async headersFor(
    { security }: SourceOperation,
    { simulator, securitySchemes }: Source,
    now: number | undefined,
  ): Promise<Headers> {
    const credentials = simulator && this.#credentials[simulator.slug]
    if (!credentials) return {}
    for (const name of security.flatMap((each) => Object.keys(each))) {
      const scheme = securitySchemes[name]
      const headers = scheme && (await this.#headers(scheme, simulator.slug, now))
      if (headers) return headers
    }
    return {}
  }

  /** Forgets the tokens: a new life of the world knows none of them. */
  forget(): void {
    this.#tokens.clear()
  }

  async #headers(
    scheme: SecurityScheme,
    slug: string,
    now: number | undefined,
  ): Promise<Headers | undefined> {
    const { apiKey, tokenUrl } = this.#credentials[slug] ?? {}
    if (scheme.type === 'apiKey' && scheme.in === 'header' && apiKey !== undefined)
      return { [String(scheme.name).toLowerCase()]: apiKey }
    if (tokenUrl !== undefined) return { authorization: `Bearer ${await this.token(slug, now)}` }
    const isBearer = scheme.type === 'http' && scheme.scheme?.toLowerCase() === 'bearer'
    return isBearer && apiKey !== undefined ? { authorization: `Bearer ${apiKey}` } : undefined
  }

  /**
   * A token that is good: the latest there is, or a new one where the clock has passed its end. One
   * that was given later than the clock shows went with its time, when a snapshot was restored.
   * @throws NoToken
   */
  async token(slug: string, now: number | undefined): Promise<string> {
    const { tokenUrl = '', clientId = '', clientSecret = '' } = this.#credentials[slug] ?? {}
    const given = this.#tokens.get(slug) ?? []
    const isGood = ({ issuedAt, expiresAt }: Token) =>
      now === undefined || (issuedAt <= now && now < expiresAt)
    const known = given.findLast(isGood)
    if (known) return known.text

    // Where the world is reached: the public URL that it tells may lead nowhere from here.
    const { url: root, world, ca } = this.#place
    const url = `${root}/w/${world}${tokenUrl.slice(tokenUrl.lastIndexOf(`/${slug}/`))}`
    const client = { url, clientId, clientSecret, ca }
    const { text, lifetime, issuedAt } = await clientToken(client, 0)
    const token = { text, issuedAt, expiresAt: issuedAt + lifetime }
    this.#tokens.set(slug, [...given, token])
    this.#onToken(token.text)
    return token.text
  }
}
