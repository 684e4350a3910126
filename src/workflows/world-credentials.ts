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

type Headers = Readonly<Record<string, string>>

/** The credentials of one world, and the tokens that were fetched with them. */
export class WorldCredentials {
  readonly #credentials: Readonly<Record<string, CredentialsShown>>
  readonly #onToken: (text: string) => void
  /** By the URL they came from, the oldest first. */
  readonly #tokens = new Map<string, Token[]>()

  /** @param onToken told of each token that is fetched */
  constructor(
    credentials: Readonly<Record<string, CredentialsShown>>,
    onToken: (text: string) => void = () => {},
  ) {
    this.#credentials = credentials
    this.#onToken = onToken
  }

  /**
   * The headers that let a call of a provider's operation in; none where it needs none.
   * @param now what the world's clock shows; where it is not known, the latest token is good
   * @throws Error where no token is given
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
      const headers = scheme && (await this.#headers(scheme, credentials, now))
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
    credentials: CredentialsShown,
    now: number | undefined,
  ): Promise<Headers | undefined> {
    const { apiKey, tokenUrl } = credentials
    if (scheme.type === 'apiKey' && scheme.in === 'header' && apiKey !== undefined)
      return { [String(scheme.name).toLowerCase()]: apiKey }
    if (tokenUrl !== undefined)
      return { authorization: `Bearer ${await this.token(credentials, now)}` }
    const isBearer = scheme.type === 'http' && scheme.scheme?.toLowerCase() === 'bearer'
    return isBearer && apiKey !== undefined ? { authorization: `Bearer ${apiKey}` } : undefined
  }

  /**
   * A token that is good: the latest there is, or a new one where the clock has passed its end. One
   * that was given later than the clock shows went with its time, when a snapshot was restored.
   * @throws Error where none is given
   */
  async token(credentials: CredentialsShown, now: number | undefined): Promise<string> {
    const { tokenUrl = '', clientId = '', clientSecret = '' } = credentials
    const given = this.#tokens.get(tokenUrl) ?? []
    const isGood = ({ issuedAt, expiresAt }: Token) =>
      now === undefined || (issuedAt <= now && now < expiresAt)
    const known = given.findLast(isGood)
    if (known) return known.text

    const client = { url: tokenUrl, clientId, clientSecret }
    const { text, lifetime, issuedAt } = await clientToken(client, 0)
    const token = { text, issuedAt, expiresAt: issuedAt + lifetime }
    this.#tokens.set(tokenUrl, [...given, token])
    this.#onToken(token.text)
    return token.text
  }
}
