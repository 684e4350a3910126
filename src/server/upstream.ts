// What a real endpoint is to the pipeline: it is asked in a provider's place.

/** Asks the real endpoint. @throws Error, with why, where it gives no answer */
export type Upstream = (request: UpstreamRequest) => Promise<UpstreamReply>

export interface UpstreamRequest {
  readonly method: string
  /** Below the provider's slug, with its query. */
  readonly path: string
  /** Base path of the operation that is called; empty where no operation is known. */
  readonly basePath: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** What the caller's URLs begin with: absolute, up to the provider's base path. */
  readonly root: string
}

export interface UpstreamReply {
  readonly status: number
  /** By their lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Each Set-Cookie by itself, where there are several. */
  readonly cookies?: string[]
  readonly body: Buffer
}
