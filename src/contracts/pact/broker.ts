// Contracts of a Pact broker, asked for by the provider's name: a broker is only asked where its URL is given.
import { JSON_TYPE } from '../../server/media-type.ts'
import { defined } from '../../state/defined.ts'
import { openSender, type SentRequest } from '../../workflows/send.ts'
import { NoPact, type PactSource } from './pact-file.ts'

export interface BrokerOptions {
  /** Of the broker, without a trailing slash. */
  readonly url: string
  /** What the provider is called there. */
  readonly provider: string
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Which contracts, in the words of the broker: `{mainBranch: true}`. */
  readonly selectors: readonly unknown[]
  /** Whether contracts that never were good may fail for now. */
  readonly isPendingEnabled: boolean
  /** A day, ISO 8601: work in progress since then is verified, too. */
  readonly wipSince?: string | undefined
  readonly providerBranch?: string | undefined
}

interface Offered {
  readonly shortDescription?: string
  readonly verificationProperties?: { readonly pending?: boolean }
  readonly _links?: { readonly self?: { readonly href?: string; readonly name?: string } }
}

/** Wall ms that the broker may take. */
const LONGEST = 30_000

/**
 * The contracts that the broker has for the provider.
 * @throws NoPact where it has none, or does not answer
 */
export async function brokerPacts(options: BrokerOptions): Promise<PactSource[]> {
  const { url, provider, selectors, isPendingEnabled, wipSince, providerBranch } = options
  const sender = openSender(LONGEST)
  const asked = async (request: Pick<SentRequest, 'method' | 'url' | 'body'>) => {
    const headers = { accept: 'application/hal+json', ...authorization(options, request.url) }
    const type = request.body === undefined ? {} : { 'content-type': JSON_TYPE }
    const answer = await sender.send({ ...request, headers: { ...headers, ...type } })
    if ('error' in answer) throw new NoPact(`the broker ${url} cannot be asked: ${answer.error}`)
    if (answer.status === 200) return answer.body.toString('utf8')
    throw new NoPact(
      `the broker ${url} answered ${answer.status}: ${advice(answer.status, provider)}`,
    )
  }
  try {
    const body = defined({
      consumerVersionSelectors: selectors.length === 0 ? undefined : selectors,
      includePendingStatus: isPendingEnabled,
      includeWipPactsSince: wipSince,
      providerVersionBranch: providerBranch,
    })
    const path = `/pacts/provider/${encodeURIComponent(provider)}/for-verification`
    const list = await asked({ method: 'POST', url: url + path, body: JSON.stringify(body) })
    const { _embedded: { pacts = [] } = {} } = JSON.parse(list) as {
      readonly _embedded?: { readonly pacts?: readonly Offered[] }
    }
    if (pacts.length === 0) throw new NoPact(`the broker ${url} has no pacts with ${provider}`)
    const sources: PactSource[] = []
    for (const { _links, verificationProperties } of pacts) {
      const { href = '', name } = _links?.self ?? {}
      const text = await asked({ method: 'GET', url: href, body: undefined })
      const isPending = isPendingEnabled && verificationProperties?.pending === true
      sources.push({ file: name ?? href, text, isPending })
    }
    return sources
  } finally {
    sender.close()
  }
}

/** Only the broker itself is told who asks: it may name files that lie elsewhere. */
function authorization(
  { url, token, username, password }: BrokerOptions,
  asked: string,
): Readonly<Record<string, string>> {
  if (new URL(asked).origin !== new URL(url).origin) return {}
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (username === undefined) return {}
  const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}

function advice(status: number, provider: string): string {
  if (status === 401 || status === 403) return 'set ESIMULATOR_BROKER_TOKEN'
  if (status === 404) return `it knows no provider ${provider}: name it with --broker-provider`
  return 'look at its log'
}
