// eSIM Go's v2.5 for tests: the same world by the other base path, and eSIMs in the states only v2.5 tells.
import type { Answer, Schemas, TestSim } from './esim-go.ts'
import { esimWith, GB_1, GIGABYTE } from './esim-go-shop.ts'

/** Calls to v2.5: paths are below its base URL. */
export interface Newer {
  readonly base: string
  get<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer<T>>
  post<T>(path: string, json: unknown): Promise<Answer<T>>
  delete<T>(path: string): Promise<Answer<T>>
}

export function v25(sim: TestSim): Newer {
  const base = sim.base.replace('/v2.4', '/v2.5')
  return {
    base,
    get: (path, headers) => sim.get(base + path, headers),
    post: (path, json) => sim.post(base + path, json),
    delete: (path) => sim.call('DELETE', base + path),
  }
}

/** An eSIM as v2.5 shows it. */
export async function esimOf(
  sim: TestSim,
  iccid: string,
  query = '',
): Promise<Schemas['EsimDetails']> {
  return (await v25(sim).get<Schemas['EsimDetails']>(`/esims/${iccid}${query}`)).body
}

export async function suspend(
  sim: TestSim,
  iccid: string,
  wanted = true,
): Promise<Answer<Schemas['Status']>> {
  return v25(sim).post(`/esims/${iccid}/suspend`, { suspend: wanted })
}

/** An installed eSIM whose one bundle is used up; nothing keeps it from becoming idle. */
export async function usedUp(sim: TestSim): Promise<string> {
  const iccid = await esimWith(sim, GB_1)
  await sim.device(iccid).install()
  await sim.device(iccid).use(GIGABYTE)
  return iccid
}

/** The same, deactivated for being idle. */
export async function deactivated(sim: TestSim): Promise<string> {
  const iccid = await usedUp(sim)
  await sim.advance('P187D')
  return iccid
}
