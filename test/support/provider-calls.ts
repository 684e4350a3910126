// One call of each provider that reads and one that changes, with the credential it needs.
import type { RunningSimulator } from '../../src/index.ts'
import { ACCOUNT, ADA, BY_MAIL, TOKEN_PATH } from './accounts-orders.ts'
import type { ProviderCall } from './clients.ts'
import { COMPANY } from './highland.ts'
import { send } from './http.ts'
import { CARD } from './wholesale.ts'

/** A call, and the operation it is of. */
export interface NamedCall extends ProviderCall {
  readonly operation: string
}

export interface ProviderCalls {
  readonly slug: string
  readonly read: NamedCall
  /** Each time another one. */
  readonly change: () => NamedCall
  /** Where it collects its token; absent where it needs none. */
  readonly token?: NamedCall
}

const FORM = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
const JSON_TYPE = { 'Content-Type': 'application/json' }

async function tokenCall(
  url: string,
): Promise<{ call: NamedCall; headers: Record<string, string> }> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const { body } = await send<{ access_token: string }>('POST', url, { raw: FORM, headers })
  const call = { operation: 'issueToken', method: 'POST', url, headers, body: FORM }
  return { call, headers: { Authorization: `Bearer ${body.access_token}` } }
}

function esimGo(sim: RunningSimulator): ProviderCalls {
  const base = sim.baseUrl('esim-go')
  const headers = { 'X-API-Key': 'test-esim-go-key' }
  const order = [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }]
  const body = JSON.stringify({ type: 'transaction', assign: true, order })
  return {
    slug: 'esim-go',
    read: { operation: 'listEsims', method: 'GET', url: `${base}/esims`, headers },
    change: () => ({
      operation: 'createOrder',
      method: 'POST',
      url: `${base}/orders`,
      headers: { ...headers, ...JSON_TYPE },
      body,
    }),
  }
}

function highland(sim: RunningSimulator): ProviderCalls {
  const base = sim.baseUrl('highland')
  return {
    slug: 'highland',
    read: {
      operation: 'getCompanySummary',
      method: 'GET',
      url: `${base}/b2b/company/summary?company_id=${COMPANY}`,
      headers: {},
    },
    change: () => ({
      operation: 'acquireEsim',
      method: 'POST',
      url: `${base}/b2b/sim/acquire`,
      headers: JSON_TYPE,
      body: JSON.stringify({ company_id: COMPANY }),
    }),
  }
}

async function wholesale(sim: RunningSimulator): Promise<ProviderCalls> {
  const base = sim.baseUrl('wholesale')
  const { call: token, headers } = await tokenCall(`${base}/oauth/token`)
  let last = 0
  const change = () => {
    last += 1
    const line = {
      partnerTransactionId: `Txn${last}`,
      subscriberId: `Sub${last}`,
      wholesalePlanId: 'Plan001',
      // The cards of the stock, each with its check digit.
      iccid: last === 1 ? CARD : undefined,
      eid: last === 1 ? undefined : '89049032021008881300304741158317',
      location: { address: { zip: '80202' } },
    }
    return {
      operation: 'activateSubscription',
      method: 'POST',
      url: `${base}/activate`,
      headers: { ...headers, ...JSON_TYPE },
      body: JSON.stringify(line),
    }
  }
  const first = change()
  await send('POST', first.url, { raw: first.body, headers: first.headers })
  const url = `${base}/transactionStatus?partnerTransactionId=Txn1`
  return {
    slug: 'wholesale',
    read: { operation: 'queryTransactionStatus', method: 'GET', url, headers },
    change,
    token,
  }
}

async function accountsOrders(sim: RunningSimulator): Promise<ProviderCalls> {
  const base = sim.baseUrl('accounts-orders').replace(/\/enterprise$/, '')
  const { call: token, headers } = await tokenCall(base + TOKEN_PATH)
  let last = 0
  const change = () => {
    last += 1
    const subscriber = { ...ADA, email: `ada${last}@bank.example`, employee_id: `E${last}` }
    return {
      operation: 'createOrder',
      method: 'POST',
      url: `${base}/enterprise/orders`,
      headers: { ...headers, ...JSON_TYPE },
      body: JSON.stringify({
        type: 'activate_subscription',
        account_id: ACCOUNT,
        subscriber,
        sim_profile: BY_MAIL,
      }),
    }
  }
  const url = `${base}/enterprise/accounts`
  return {
    slug: 'accounts-orders',
    read: { operation: 'listAccounts', method: 'GET', url, headers },
    change,
    token,
  }
}

/** The calls of every provider at a simulator that is in the state `an assigned bundle`. */
export async function providerCalls(sim: RunningSimulator): Promise<readonly ProviderCalls[]> {
  return [esimGo(sim), highland(sim), await wholesale(sim), await accountsOrders(sim)]
}
