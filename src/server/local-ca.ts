// A certificate authority of this machine's own: made once, kept, and good for its hosts alone.
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import ipaddr from 'ipaddr.js'
import forge from 'node-forge'
import { caFile } from './ca-file.ts'
import { wallNow } from './ticker.ts'
import type { Identity } from './tls-port.ts'

/** A CA as it is kept. */
export interface LocalCa extends Identity {
  /** The file that clients are to trust. */
  readonly file: string
  /** True where it was made just now: nobody trusts it yet. */
  readonly isNew: boolean
}

const KEY_FILE = 'ca-key.pem'
/** The hosts it may sign for, a line each. */
const HOSTS_FILE = 'hosts.txt'

/** The names and addresses that this machine has for itself. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1']

const DAY = 86_400_000
/** Ten years; a certificate of a server is made at each start, and clients of Apple take 825 days. */
const CA_DAYS = 3650
const SERVER_DAYS = 397

/** What a CA at a folder has to be good for: these hosts, and the machine itself. */
export function hostsWith(hosts: readonly string[]): string[] {
  return [...new Set([...OWN_HOSTS, ...hosts])].toSorted()
}

/**
 * The CA of a folder: the one that is kept there, or a new one where there is none or a damaged one,
 * where it may not sign for one of the hosts, or where it ends within a month.
 * @throws Error where the folder cannot be read or written
 */
export async function localCa(folder: string, hosts: readonly string[]): Promise<LocalCa> {
  const file = caFile(folder)
  const wanted = hostsWith(hosts)
  const kept = await keptCa(folder, wanted)
  if (kept) return { ...kept, file, isNew: false }
  const made = newCa(wanted)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await replaceFile(join(folder, KEY_FILE), made.key, 0o600)
  await replaceFile(file, made.cert, 0o644)
  await replaceFile(join(folder, HOSTS_FILE), `${wanted.join('\n')}\n`, 0o644)
  return { ...made, file, isNew: true }
}

/** Writes a file beside it first: what stood there is whole until then, and its mode counts no longer. */
async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  const written = `${file}.${process.pid}`
  await rm(written, { force: true })
  await writeFile(written, content, { mode, flag: 'wx' })
  await rename(written, file)
}

async function keptCa(folder: string, wanted: readonly string[]): Promise<Identity | undefined> {
  const read = (file: string) =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new Error(`the CA in ${folder} cannot be read: ${error.message}`)
    })
  const [cert, key, hosts] = await Promise.all(
    [caFile(folder), join(folder, KEY_FILE), join(folder, HOSTS_FILE)].map(read),
  )
  if (cert === undefined || key === undefined || hosts === undefined) return undefined
  const permitted = new Set(hosts.split('\n'))
  const isGood = isPair(cert, key) && endOf(cert) > wallNow() + 30 * DAY
  return isGood && wanted.every((host) => permitted.has(host)) ? { cert, key } : undefined
}

/** False for damaged files, and for those of two starts that made a CA at the same time. */
function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

/** Wall ms. */
function endOf(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo)
}

/** Keys are drawn by OpenSSL: in JavaScript that takes seconds. */
function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: forge.pki.publicKeyFromPem(publicKey), key: privateKey }
}

/** A certificate that has yet to be signed. */
function unsigned(name: string, days: number, publicKey: forge.pki.rsa.PublicKey) {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  // Positive, and without a zero in front.
  certificate.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`
  // A clock that is a little behind finds it good, too.
  certificate.validity.notBefore = new Date(wallNow() - DAY)
  certificate.validity.notAfter = new Date(wallNow() + days * DAY)
  certificate.setSubject([{ name: 'commonName', value: name }])
  return certificate
}

function newCa(hosts: readonly string[]): Identity {
  const { publicKey, key } = keyPair()
  const day = new Date(wallNow()).toISOString().slice(0, 10)
  const certificate = unsigned(`esimulator local CA ${day}`, CA_DAYS, publicKey)
  certificate.setIssuer(certificate.subject.attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
    nameConstraints(hosts),
  ])
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create())
  return { cert: forge.pki.certificateToPem(certificate), key }
}

/** The certificate of a server for some hosts, with that of the CA behind it. */
export function serverIdentity(ca: Identity, hosts: readonly string[]): Identity {
  const issuer = forge.pki.certificateFromPem(ca.cert)
  const { publicKey, key } = keyPair()
  const certificate = unsigned('esimulator', SERVER_DAYS, publicKey)
  certificate.setIssuer(issuer.subject.attributes)
  const altNames = hostsWith(hosts).map((host) =>
    isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host },
  )
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifierOf(issuer) },
  ])
  certificate.sign(forge.pki.privateKeyFromPem(ca.key), forge.md.sha256.create())
  return { cert: forge.pki.certificateToPem(certificate) + ca.cert, key }
}

function keyIdentifierOf(issuer: forge.pki.Certificate): string {
  return issuer.generateSubjectKeyIdentifier().getBytes()
}

const { asn1 } = forge

/** Who trusts the CA trusts it for these hosts alone, whoever gets hold of its key (RFC 5280 4.2.1.10). */
function nameConstraints(hosts: readonly string[]) {
  const subtrees = hosts.map((host) => asn1Of(asn1.Type.SEQUENCE, [generalName(host)]))
  const permitted = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, subtrees)
  const value = asn1.toDer(asn1Of(asn1.Type.SEQUENCE, [permitted])).getBytes()
  return { id: '2.5.29.30', critical: true, value }
}

function asn1Of(type: forge.asn1.Type, value: forge.asn1.Asn1[]) {
  return asn1.create(asn1.Class.UNIVERSAL, type, true, value)
}

/** A host name, or an address with the mask of all its bits. */
function generalName(host: string): forge.asn1.Asn1 {
  if (isIP(host) === 0) return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 2, false, host)
  const bytes = String.fromCharCode(...ipaddr.parse(host).toByteArray())
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 7, false, bytes + '\xff'.repeat(bytes.length))
}
