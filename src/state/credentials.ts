// What callers prove themselves with: API keys, client secrets, tokens.
import { defineCollection } from './collection.ts'

export interface Credential {
  readonly provider: string
  readonly kind: 'api-key' | 'client' | 'token'
  /** What the caller presents; never journalled. */
  readonly secret: string
  /** The client's id, where the secret goes with one. */
  readonly client?: string
  /** Virtual ms. */
  readonly expiresAt?: number
}

export const credentials = defineCollection<Credential>({
  name: 'credentials',
  key: (credential) => `${credential.provider}/${credential.secret}`,
})
