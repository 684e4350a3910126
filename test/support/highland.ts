// Highland on a real port for tests: the test company and the test eSIM, and calls as a partner makes them.
import { expect } from 'vitest'
import { type RunningSimulator, type StartOptions, startSimulator } from '../../src/index.ts'
import type { components } from '../../src/simulators/highland/spec.d.ts'
import { extended, type HttpAnswer, jsonOrText, send } from './http.ts'

export type Schemas = components['schemas']

export const HIGHLAND = '4345d86fbf8a11f09f474c50dd6c0d86'
export const COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'
export const ESIM = '76010106'
/** A default product: USA-5GB/30days. */
export const USA = { product_id: '852', market_id: '162' }
/** USA -1GB/7days. */
export const USA_SMALL = { product_id: '851', market_id: '162' }
export const LINE =
  '61007763,8948010000042217613,260010191724652,14254458443,1$sm-dp-address.com$ACTIVATIONCODE12346'

/** The body of what is no JSON is its bytes. */
export type Answer<T> = Pick<HttpAnswer<T>, 'status' | 'headers' | 'body'>

export interface Highland extends RunningSimulator {
  readonly base: string
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    json?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
  /** POSTs with the ids of the test company and the test eSIM, unless told otherwise. */
  post<T = Record<string, unknown>>(path: string, json?: object): Promise<Answer<T>>
  /** GETs, likewise. */
  get<T = Record<string, unknown>>(path: string, query?: Record<string, string>): Promise<Answer<T>>
  acquire(company?: string): Promise<Schemas['Acquired']>
  /** The ICCID of an eSIM that was acquired. */
  iccid(simId?: string): string
}

export async function startHighland(options: StartOptions = {}): Promise<Highland> {
  const sim = await startSimulator(options)
  const base = sim.baseUrl('highland')
  const iccids = new Map<string, string>()
  const [test] = await sim.sims('highland')
  iccids.set(ESIM, test?.iccid ?? '')
  const ids = { company_id: COMPANY, sim_id: ESIM }

  async function call<T>(
    method: string,
    path: string,
    json?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const url = path.startsWith('http') ? path : base + path
    const answer = await send<T>(method, url, jsonOrText(json, headers))
    const isJson = answer.headers.get('content-type') === 'application/json'
    return { ...answer, body: isJson ? answer.body : (answer.bytes as T) }
  }

  return extended(sim, {
    base,
    call,
    post: <T>(path: string, json: object = {}) => call<T>('POST', path, { ...ids, ...json }),
    get: <T>(path: string, query: Record<string, string> = {}) =>
      call<T>('GET', `${path}?${new URLSearchParams({ ...ids, ...query })}`),
    async acquire(company = COMPANY) {
      const { body } = await call<Schemas['Acquired']>('POST', '/b2b/sim/acquire', {
        company_id: company,
      })
      expect(body.status).toBe('success')
      iccids.set(body.sim_id, body.iccid)
      return body
    },
    iccid: (simId = ESIM) => iccids.get(simId) ?? '',
  })
}

/** Makes a call that must be refused in Highland's words, for the reason the journal tells, with nothing changed. */
export async function expectFailure(
  sim: Highland,
  call: () => Promise<Answer<unknown>>,
  expected: {
    readonly code: string
    readonly status?: number
    readonly details?: string | RegExp
    readonly reason?: RegExp
  },
): Promise<void> {
  const { status = 200, code, details = /./, reason = /./ } = expected
  const before = JSON.stringify(await sim.state())
  const answer = await call()
  expect(answer.body).toEqual({
    status: 'failure',
    details: typeof details === 'string' ? details : expect.stringMatching(details),
  })
  expect(answer.status).toBe(status)
  const [newest] = await sim.journal.list({ limit: 1 })
  expect(newest).toMatchObject({ status, refusal: { code, reason: expect.stringMatching(reason) } })
  expect(JSON.stringify(await sim.state())).toBe(before)
}
