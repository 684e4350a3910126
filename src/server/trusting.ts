// Which certificates a client trusts that is given one more: all those that it would trust without it.
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'

/**
 * Options of a TLS client. Node leaves out what `NODE_EXTRA_CA_CERTS` names once a `ca` is given.
 * @param ca as PEM; the usual ones alone where it is absent
 */
export function trusting(ca: string | undefined): { readonly ca?: string[] } {
  if (ca === undefined) return {}
  return { ca: [...rootCertificates, ...extra(), ca] }
}

/** Node tells on standard error of a file it cannot read. */
function extra(): string[] {
  const file = process.env.NODE_EXTRA_CA_CERTS
  if (file === undefined || file === '') return []
  try {
    return [readFileSync(file, 'utf8')]
  } catch {
    return []
  }
}
