// What hindered an attempt at a callback, in a sentence that says what to do.

/** What has become of an attempt that was broken off when its time was over. */
export class OutOfTime extends Error {}

/** The receiver answered something that is no answer to a callback; the message says what to do. */
export class NoSuchAnswer extends Error {}

/** The other scheme, where the wrong one may have been given. */
function other({ protocol }: URL): string {
  return protocol === 'http:'
    ? 'give the callback URL with https:// where it speaks TLS'
    : 'give the callback URL with http:// where it speaks no TLS'
}

/** Says what hindered an attempt at `host`, a host with its port. */
type Sentence = (host: string, target: URL) => string

const notTrusted: Sentence = (host) =>
  `the certificate of ${host} is not trusted here: start the simulator with ` +
  'NODE_EXTRA_CA_CERTS=FILE, the PEM file of the certificate or of the authority that signed it'
const notTls: Sentence = (host) =>
  `${host} does not speak TLS: give the callback URL with http://, or the port that does`
const expired: Sentence = (host) =>
  `the certificate of ${host} is not valid at this time: renew it, or set the machine's clock`
const closed: Sentence = (host, target) =>
  `${host} closed the connection before it answered: see the receiver's log, and ${other(target)}`
const unknownName: Sentence = (_host, { hostname }) =>
  `the name ${hostname} is not found: check the callback URL`
const noWay: Sentence = (host) => `no connection to ${host}: check the callback URL and the network`
const noHttp: Sentence = (host, target) =>
  `what ${host} answered is no HTTP: see what listens there, and ${other(target)}`

/** By the code of the error, as Node and OpenSSL have them. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  ECONNREFUSED: (host) => `nothing listens at ${host}: start the receiver, or set another target`,
  ECONNRESET: closed,
  EPIPE: closed,
  ENOTFOUND: unknownName,
  EAI_AGAIN: unknownName,
  ETIMEDOUT: noWay,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  EADDRNOTAVAIL: noWay,
  HPE_HEADER_OVERFLOW: (host) => `the headers ${host} answered with are too long: send fewer`,
  DEPTH_ZERO_SELF_SIGNED_CERT: notTrusted,
  SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
  CERT_UNTRUSTED: notTrusted,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: expired,
  ERR_TLS_CERT_ALTNAME_INVALID: (host, { hostname }) =>
    `the certificate of ${host} is not for ${hostname}: call it by a name that stands in it`,
}

/**
 * What OpenSSL says where the other side does not speak TLS. Node gives it a code of its own, or
 * EPROTO.
 */
const NO_TLS = /wrong.version.number|packet.length.too.long/i

/**
 * Why an attempt has no answer, and what to do.
 * @param error what the attempt ended with
 * @param timeout wall ms it had
 */
export function hindrance(error: unknown, target: URL, timeout: number): string {
  if (error instanceof OutOfTime)
    return (
      `no answer within ${timeout} ms: answer before you work on it, ` +
      'or give receivers longer with --callback-timeout'
    )
  // One error for each address that was tried: the first is as good as the others.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (!(cause instanceof Error)) return String(cause)
  const code = 'code' in cause ? String(cause.code) : undefined
  if (code === undefined) return cause.message

  const sentence = SENTENCES[code] ?? sentenceOf(code, cause)
  if (sentence) return `${sentence(hostOf(target), target)} (${code})`
  return cause.message.includes(code) ? cause.message : `${code}: ${cause.message}`
}

/** The sentence for one of a family of codes. */
function sentenceOf(code: string, { message }: Error): Sentence | undefined {
  if (code.startsWith('HPE_')) return noHttp
  if (NO_TLS.test(message) || NO_TLS.test(code)) return notTls
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message
  return (host) => `no TLS connection to ${host}: ${reason}; see which versions and keys it takes`
}

/** With its port, also where that is the usual one. */
export function hostOf({ hostname, port, protocol }: URL): string {
  const usual = protocol === 'https:' ? '443' : '80'
  return `${hostname}:${port === '' ? usual : port}`
}
