// accounts-orders on a real port for tests: a client that fetches its tokens, follows links and places orders.
import { expect } from 'vitest'
import {
  type MessageShown,
  type RunningSimulator,
  type StartOptions,
  startSimulator,
} from '../../src/index.ts'
import type { components } from '../../src/simulators/accounts-orders/spec.d.ts'
import { extended, type HttpAnswer, jsonOrText, send } from './http.ts'

export type Schemas = components['schemas']
type Json = Record<string, unknown>

/** The ids of the document's samples, which the seeds have. */
export const ACCOUNT = 'acc_01HTQ8VBN4DEJP5S8BPV4657VG'
export const TEMPLATE = 'otpl_A00ABCDRT1F00AVRPTAQ5XQFUT'
export const SUBSCRIPTION = 'sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y'
export const SUBSCRIBER = 'sbr_01HTQ8Z5HR26EN2HE797W5SZP9'
/** Of SUBSCRIPTION. */
export const MSISDN = '447700900000'
export const TOKEN_PATH = '/auth/realms/enterprise-apis/protocol/openid-connect/token'

export const ADA = {
  first_name: 'Ada',
  last_name: 'Byron',
  email: 'ada@bank.example',
  employee_id: 'E1815',
  group: 'Desk 4',
}
export const BY_MAIL = {
  sim_type: 'esim',
  delivery: { type: 'email', to: ['ada@bank.example'], cc: ['it@bank.example'] },
}
export const BY_API = { sim_type: 'esim', delivery: { type: 'api' } }
export const ACTIVATION = {
  type: 'activate_subscription',
  account_id: ACCOUNT,
  template_id: TEMPLATE,
  subscriber: ADA,
  sim_profile: BY_MAIL,
}

export type Answer<T> = Pick<HttpAnswer<T>, 'status' | 'headers' | 'body'>

export interface Enterprise extends RunningSimulator {
  /** Up to the provider; its API is below `/enterprise`. */
  readonly root: string
  /** A token that is good now. */
  token(): Promise<string>
  call<T = Json>(
    method: string,
    path: string,
    json?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
  get<T = Json>(path: string, headers?: Record<string, string>): Promise<Answer<T>>
  /** The body of a GET that has to succeed. */
  read<T = Json>(path: string, headers?: Record<string, string>): Promise<T>
  /** Places an order that has to be accepted. */
  order(body?: object): Promise<Schemas['Order']>
  /** Lets the time of an order pass, and reads it. */
  settled(order: Schemas['Order']): Promise<Schemas['Order']>
  /** Every record of a list, page by page by its links. */
  all<T>(path: string, name: string): Promise<T[]>
  items(query?: string): Promise<Schemas['UsageItem'][]>
  /** Oldest first. */
  messages(): Promise<readonly MessageShown[]>
  iccidOf(subscription?: string): Promise<string>
}

type Page<T> = { _embedded: Record<string, T[]>; _links: { next?: { href: string } } }

/** Fetches a token of the client of the world `default`. */
export async function fetchToken(root: string) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'test-client',
    client_secret: 'test-secret',
  })
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' }
  const { body } = await send<{ access_token: string; expires_in: number }>(
    'POST',
    root + TOKEN_PATH,
    { raw: String(form), headers },
  )
  return body
}

export async function startEnterprise(options: StartOptions = {}): Promise<Enterprise> {
  const sim = await startSimulator(options)
  const root = sim.baseUrl('accounts-orders').replace(/\/enterprise$/, '')
  let held = { token: '', until: 0 }

  async function token(): Promise<string> {
    const now = sim.clock.now().getTime()
    if (now < held.until) return held.token
    const { access_token, expires_in } = await fetchToken(root)
    held = { token: access_token, until: now + expires_in * 1000 }
    return access_token
  }

  const call: Enterprise['call'] = async (method, path, json, headers) => {
    const url = path.startsWith('http') ? path : `${root}/enterprise${path}`
    const authorization = { Authorization: `Bearer ${await token()}` }
    return send(method, url, jsonOrText(json, { ...authorization, ...headers }))
  }

  async function read<T>(path: string, headers?: Record<string, string>): Promise<T> {
    const { status, body } = await call<T>('GET', path, undefined, headers)
    expect([path, status, status === 200 ? '' : body]).toEqual([path, 200, ''])
    return body
  }

  async function all<T>(path: string, name: string): Promise<T[]> {
    const found: T[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Page<T> = await read<Page<T>>(next)
      found.push(...(page._embedded[name] ?? []))
      next = page._links.next?.href
    }
    return found
  }

  return extended(sim, {
    root,
    token,
    call,
    read,
    all,
    get: <T>(path: string, headers?: Record<string, string>) =>
      call<T>('GET', path, undefined, headers),
    async order(body: object = ACTIVATION) {
      const answer = await call<Schemas['Order']>('POST', '/orders', body)
      expect([answer.status, answer.status === 201 ? '' : answer.body]).toEqual([201, ''])
      return answer.body
    },
    async settled({ id }: Schemas['Order']) {
      await sim.clock.advance('PT2M')
      return read<Schemas['Order']>(`/orders/${id}`)
    },
    /** Tokens of the life before are good no longer. */
    async reset(to?: { readonly seed?: string; readonly given?: string }) {
      held = { token: '', until: 0 }
      return sim.reset(to)
    },
    items: (query = '') =>
      all<Schemas['UsageItem']>(`/usage/items?limit=100${query && `&${query}`}`, 'items'),
    messages: async () =>
      (await sim.messages({ provider: 'accounts-orders', limit: 1000 })).toReversed(),
    iccidOf: async (subscription = SUBSCRIPTION) =>
      (await read<Schemas['SimProfile']>(`/subscriptions/${subscription}/sim-profile`)).iccid,
  })
}

/** Makes a call that must be refused in this provider's words, for the reason the journal tells, with nothing changed. */
export async function expectRefused(
  sim: Enterprise,
  call: () => Promise<Answer<unknown>>,
  expected: {
    readonly status: number
    readonly type: string
    readonly messages?: readonly (string | RegExp)[]
    readonly code?: string
  },
): Promise<void> {
  const { status, type, messages, code = 'invalid-request' } = expected
  await sim.token()
  const before = JSON.stringify(await sim.state())
  const answer = await call()
  const told = messages?.map((each) =>
    typeof each === 'string' ? each : expect.stringMatching(each),
  )
  expect(answer.body).toEqual({ type, messages: told ?? [expect.stringMatching(/./)] })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/json')
  const [newest] = await sim.journal.list({ limit: 1 })
  expect(newest).toMatchObject({ status, refusal: { code }, violations: [] })
  expect(JSON.stringify(await sim.state())).toBe(before)
}
