// How the first SIM of a provider is ordered: a command for the shell, with the world's own URL and credentials.
import type { WorldShown } from '../../../control/wire.ts'
import { rootUrl, worldName } from '../../place.ts'

/** What a command is made of. */
interface Parts {
  readonly path: string
  readonly body: object
  /** Absent where anybody may order. */
  readonly auth?: 'key' | 'token'
}

/** Orders that are taken in a world that has begun anew. */
const ORDERS: Readonly<Record<string, Parts>> = {
  'esim-go': {
    path: '/orders',
    auth: 'key',
    body: {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    },
  },
  highland: {
    path: '/b2b/sim/acquire',
    body: { company_id: '1a9a1d8ddc9311f09e024c50dd6c0d86' },
  },
  'accounts-orders': {
    path: '/orders',
    auth: 'token',
    body: {
      type: 'activate_subscription',
      account_id: 'acc_01HTQ8VBN4DEJP5S8BPV4657VG',
      subscriber: { first_name: 'Ada', last_name: 'Byron', email: 'ada@bank.example' },
      sim_profile: {
        sim_type: 'esim',
        delivery: { type: 'email', to: ['ada@bank.example'] },
      },
    },
  },
  wholesale: {
    path: '/activate',
    auth: 'token',
    body: {
      partnerTransactionId: 'Txn1',
      subscriberId: 'Sub1',
      wholesalePlanId: 'Plan001',
      iccid: '11986621644523024501',
      location: { address: { zip: '80120' } },
    },
  },
}

/** Where the command looks for the simulator unless told. */
const USUAL_URL = 'http://127.0.0.1:4010'

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** The header that lets a caller in, as an argument of curl. */
function authOf(slug: string, { auth }: Parts, { credentials }: WorldShown): string[] {
  if (auth === 'key') return [`-H ${quoted(`X-API-Key: ${credentials[slug]?.apiKey ?? ''}`)}`]
  if (auth === undefined) return []
  const where = rootUrl === USUAL_URL ? '' : ` --url ${rootUrl}`
  const option = worldName === 'default' ? '' : ` --world ${worldName}`
  return [`-H "Authorization: Bearer $(npx esimulator token ${slug}${where}${option})"`]
}

/**
 * A curl that orders a SIM.
 * @returns nothing for a provider of which none is known
 */
export function orderCommand(slug: string, shown: WorldShown): string | undefined {
  const parts = ORDERS[slug]
  const url = shown.baseUrls[slug]
  if (!parts || url === undefined) return undefined
  return [
    `curl -s ${quoted(url + parts.path)}`,
    ...authOf(slug, parts, shown),
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify(parts.body))}`,
  ].join(' \\\n  ')
}
