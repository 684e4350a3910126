// `esimulator/fast-check`: a client's code meets providers that behave at random, and by their rules.
import fc from 'fast-check'
import type { WorldShown } from '../control/wire.ts'
import type { WorldClient } from '../control/world-client.ts'
import { clientToken } from '../workflows/client-token.ts'
import { PLAYS, type ProviderPlay } from './steps/api-steps.ts'
import { deviceSteps, timeStep } from './steps/device-steps.ts'
import { callbackFaultStep, callFaultStep, recoveryStep } from './steps/fault-steps.ts'
import {
  type Playing,
  type PlayModel,
  type Step,
  type StepAnswer,
  type StepKind,
  type Steps,
  stepOf,
} from './steps/step.ts'

export { activationCodes, callbackBodies, dataAmounts, iccids } from './steps/values.ts'
export type { Playing, PlayModel, Step, StepAnswer, StepKind, Steps }

/** What is played beside the lifecycle of the SIMs. */
export interface StepOptions<Client> {
  /** Kinds of steps of the code under test, made with `clientStep`. */
  readonly client?: readonly fc.Arbitrary<Step<Client>>[]
  /**
   * Lets the next call fail (an error, a reset, an answer that is lost after the change, or broken)
   * and hurts callbacks (twice, late, out of order, never); nothing fails unless asked for.
   */
  readonly faults?: boolean | { readonly calls?: boolean; readonly callbacks?: boolean }
  /** False leaves out what others do by the provider's API: orders, suspensions and so on. */
  readonly others?: boolean
  /** The most steps that are drawn for one run, those that are passed over included: 40 unless told. */
  readonly maxSteps?: number
}

/**
 * A step of the code under test. What it throws fails the run: catch what a fault may lead to.
 *
 * @example
 * const buy = clientStep({
 *   name: 'buy',
 *   of: fc.constantFrom('esim_1GB_7D_GB_V2', 'esim_1GB_7D_FR_V2'),
 *   act: ({ client }, bundle) => client.buy(bundle).catch(() => undefined),
 * })
 */
export function clientStep<Client, Value>(
  kind: StepKind<Client, Value>,
): fc.Arbitrary<Step<Client>> {
  return stepOf(kind)
}

/** How many times as often what the rest needs is drawn. */
const OFTEN = 4

/**
 * The kinds of steps of a provider, for `fc.commands` with those of your own.
 * @throws RangeError for a provider there is not
 */
export function providerCommands<Client>(
  slug: string,
  { client = [], faults = false, others = true }: Omit<StepOptions<Client>, 'maxSteps'> = {},
): fc.Arbitrary<Step<Client>>[] {
  const play = playOf(slug)
  const chosen = typeof faults === 'object' ? faults : { calls: faults, callbacks: faults }
  const [first, ...rest] = others ? play.steps<Client>() : []
  // What is listed several times is drawn more often: most of the rest needs a SIM first, and time.
  const bringing = first ? [first, ...client] : client
  const often = [
    ...bringing,
    timeStep<Client>(),
    ...(chosen.calls ? [callFaultStep<Client>(slug)] : []),
    ...(chosen.callbacks && play.hasCallbacks ? [callbackFaultStep<Client>(slug)] : []),
  ]
  return [
    ...Array.from({ length: OFTEN }, () => often).flat(),
    ...rest,
    ...deviceSteps<Client>(slug, play.countries),
    ...(chosen.calls ? [recoveryStep<Client>()] : []),
  ]
}

/**
 * Random steps, for `play`: those that the state reached does not allow are passed over. A failing run
 * shrinks to the few steps that are needed, and each reads as what it did.
 * @throws RangeError for a provider there is not
 *
 * @example
 * const steps = providerSteps('esim-go', { faults: true, client: [buy] })
 * await fc.assert(
 *   fc.asyncProperty(steps, (each) =>
 *     play(sim, each, {
 *       client: () => new Shop(sim.baseUrl('esim-go')),
 *       afterEach: ({ client }) => expectNobodyPaidTwice(client, sim),
 *     }),
 *   ),
 * )
 */
export function providerSteps<Client = undefined>(
  slug: string,
  { maxSteps = 40, ...options }: StepOptions<Client> = {},
): fc.Arbitrary<Steps<Client>> {
  const kinds = providerCommands<Client>(slug, options)
  return fc.commands(kinds, { maxCommands: maxSteps, size: 'max' })
}

/** How steps are played. */
export interface PlayOptions<Client> {
  /** Makes the code under test, once the world has begun anew. */
  readonly client?: (sim: WorldClient) => Client | Promise<Client>
  /** The name of the state the world begins with; that of its start unless told. */
  readonly given?: string
  /** What has to hold after each step: throws where it does not. */
  readonly afterEach?: (playing: AfterStep<Client>) => unknown
  /** What has to hold at the end. */
  readonly afterAll?: (playing: AfterStep<Client>) => unknown
}

/** What is looked at after a step. */
export interface AfterStep<Client> {
  readonly sim: WorldClient
  readonly client: Client
  /** The step, as it reads in a counterexample; the last one, in the end. */
  readonly step: string
}

/**
 * Plays steps in a world that begins anew: the same steps do the same at every run.
 * @throws whatever the client, `afterEach` or `afterAll` throws; ControlError where the clock runs
 */
export async function play<Client = undefined>(
  sim: WorldClient,
  steps: Steps<Client>,
  { client: open, given, afterEach, afterAll }: PlayOptions<Client> = {},
): Promise<void> {
  const world = await sim.reset(given === undefined ? {} : { given })
  const client = (await open?.(sim)) as Client
  const { model, forget } = openModel(sim)
  let count = 0
  let last = ''
  const playing: Playing<Client> = {
    sim,
    client,
    found: new Map(),
    call: (slug, method, path, json) => callAs(world, slug, `${method} ${path}`, json),
    next: () => {
      count += 1
      return count
    },
    async done(step) {
      last = step
      forget()
      await afterEach?.({ sim, client, step })
    },
  }
  await fc.asyncModelRun(() => ({ model, real: playing }), steps)
  await afterAll?.({ sim, client, step: last })
}

function playOf(slug: string): ProviderPlay {
  const play = Object.hasOwn(PLAYS, slug) ? PLAYS[slug] : undefined
  if (play) return play
  throw new RangeError(
    `no steps are known of "${slug}": there are ${Object.keys(PLAYS).join(', ')}`,
  )
}

/** What decides which steps are legal, read when it is asked for and kept until the next step. */
function openModel(sim: WorldClient) {
  const sims = new Map<string, ReturnType<PlayModel['sims']>>()
  let pending: Promise<boolean> | undefined
  const lookForFaults = async () =>
    (await sim.faults.list()).some(({ active, callback }) => active && callback === undefined)
  const model: PlayModel = {
    sims(slug) {
      const known = sims.get(slug) ?? sim.sims(slug)
      sims.set(slug, known)
      return known
    },
    isFaultPending() {
      pending ??= lookForFaults()
      return pending
    },
  }
  const forget = () => {
    sims.clear()
    pending = undefined
  }
  return { model, forget }
}

/** Calls a provider with the credentials of a world. @param call method and path */
async function callAs(
  { baseUrls, credentials }: WorldShown,
  slug: string,
  call: string,
  json: unknown,
): Promise<StepAnswer> {
  const [method = 'GET', path = '/'] = call.split(/ (.*)/)
  const headers = new Headers(await authorizationOf(credentials[slug] ?? {}))
  headers.set('User-Agent', 'esimulator-steps')
  if (json !== undefined) headers.set('Content-Type', 'application/json')
  const body = json === undefined ? null : JSON.stringify(json)
  const response = await fetch(`${baseUrls[slug]}${path}`, { method, headers, body })
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text }
}

/** What proves a caller: a key, or a token that is fetched anew, as time may have gone by. */
async function authorizationOf({
  apiKey,
  tokenUrl,
  clientId = '',
  clientSecret = '',
}: WorldShown['credentials'][string]): Promise<Record<string, string>> {
  if (apiKey !== undefined) return { 'X-API-Key': apiKey }
  if (tokenUrl === undefined) return {}
  const { text } = await clientToken({ url: tokenUrl, clientId, clientSecret }, 0)
  return { Authorization: `Bearer ${text}` }
}
