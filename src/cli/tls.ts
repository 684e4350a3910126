// What `start` speaks TLS with, and how clients come to trust it.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { hostNameOf } from '../server/access.ts'
import { defaultCaFolder } from '../server/ca-file.ts'
import type { Identity } from '../server/tls-port.ts'
import { knownSimulators } from '../simulators/index.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'

/** What a server speaks TLS with. */
export interface ServedTls {
  readonly identity: Identity
  /** The file of the CA that clients are to trust; absent for a certificate of the user's own. */
  readonly ca?: string
  /** True where that CA was made just now. */
  readonly isNew?: boolean
  /** The hosts its certificate is for; none are known of a user's own. */
  readonly hosts: readonly string[]
  /** Hosts that stand for providers. */
  readonly providerHosts: readonly string[]
}

/** `undefined` where no TLS is asked for. @throws CannotRun */
export async function tlsOf(config: Config): Promise<ServedTls | undefined> {
  const { tls, tlsCert, tlsKey, tlsCa, hostMap } = config
  const known = knownSimulators().flatMap(({ hosts = [] }) => hosts.map(({ name }) => name))
  const providerHosts = [...hostMap.map(({ host }) => host), ...known]
  if (tlsCert !== undefined || tlsKey !== undefined)
    return { identity: await ownIdentity(tlsCert, tlsKey), hosts: [], providerHosts }
  if (!tls) return undefined
  try {
    // Who asks for no TLS does not wait for what makes certificates.
    const { hostsWith, localCa, serverIdentity } = await import('../server/local-ca.ts')
    const hosts = hostsWith([...providerHosts, ...namesOf(config)])
    const ca = await localCa(resolve(tlsCa ?? defaultCaFolder()), hosts)
    const identity = serverIdentity(ca, hosts)
    return defined({ identity, ca: ca.file, isNew: ca.isNew, hosts, providerHosts })
  } catch (error) {
    throw new CannotRun(`--tls: ${reasonOf(error)}; --tls-ca names another folder for the CA`)
  }
}

/** The names it is reached by besides its own. */
function namesOf({ host, allowedHosts, publicUrl }: Config): string[] {
  const listened = ['0.0.0.0', '::'].includes(host) ? [] : [host]
  const open = publicUrl === undefined ? [] : [new URL(publicUrl).hostname]
  return [...listened, ...allowedHosts, ...open].flatMap((each) => hostNameOf(each) ?? [])
}

/** @throws CannotRun */
async function ownIdentity(cert: string | undefined, key: string | undefined): Promise<Identity> {
  if (cert === undefined || key === undefined)
    throw new CannotRun('a certificate and its key belong together: give --tls-cert and --tls-key')
  const read = async (file: string, flag: string) => {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      throw new CannotRun(`${flag} ${file} cannot be read: ${reasonOf(error)}`)
    }
  }
  const identity = { cert: await read(cert, '--tls-cert'), key: await read(key, '--tls-key') }
  const { createSecureContext } = await import('node:tls')
  try {
    createSecureContext(identity)
  } catch (error) {
    throw new CannotRun(`${cert} and ${key} are no certificate and its key: ${reasonOf(error)}`)
  }
  return identity
}

/**
 * The lines that make clients trust the CA, by what the client is of, and one that calls a real host.
 * @param url of the server
 */
export function trustLines(
  { ca, isNew, providerHosts: [host] }: ServedTls,
  url: string,
): [name: string, value: string][] {
  if (ca === undefined) return [['TLS', 'with a certificate of your own; HTTP is spoken, too']]
  const file = quoted(ca)
  const lines: [string, string][] = [
    ['TLS', `HTTP is spoken, too; the CA is ${ca}${isNew ? ' (new: nobody trusts it yet)' : ''}`],
    ['  Node', `export NODE_EXTRA_CA_CERTS=${file}`],
    ['  Python', `export REQUESTS_CA_BUNDLE=${file} SSL_CERT_FILE=${file}`],
    [
      '  Java',
      `keytool -importcert -noprompt -alias esimulator -file ${file} -keystore esimulator.p12 -storepass changeit`,
    ],
    [
      '',
      'java -Djavax.net.ssl.trustStore=esimulator.p12 -Djavax.net.ssl.trustStorePassword=changeit',
    ],
  ]
  const { hostname, port } = new URL(url)
  const led = `--connect-to ${host}:443:${hostname}:${port}`
  if (host !== undefined) lines.push(['  curl', `curl --cacert ${file} ${led} https://${host}/`])
  return lines
}

/** As one word for a shell. */
function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`
}
