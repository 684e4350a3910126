// Steps by which somebody else uses the account: a colleague at the provider's portal, another program.
import fc from 'fast-check'
import { TEST_COMPANY } from '../../simulators/highland/seeds.ts'
import { type ServiceEvent, serviceLifecycle } from '../../state/sim-lifecycle.ts'
import { picked } from './device-steps.ts'
import { type Playing, type PlayModel, type Step, type StepAnswer, stepOf } from './step.ts'

/** What is known of a provider beside its lifecycle. */
export interface ProviderPlay {
  /** Where its SIMs are used, ISO 3166 alpha-2. */
  readonly countries: readonly string[]
  readonly hasCallbacks: boolean
  /** The first one brings a SIM. */
  readonly steps: <Client>() => fc.Arbitrary<Step<Client>>[]
}

interface ApiStep<Value> {
  readonly slug: string
  readonly name: string
  readonly of: fc.Arbitrary<Value>
  readonly when?: (model: PlayModel, value: Value) => Promise<boolean>
  /** @returns what it reads as, and the answer */
  readonly act: (
    playing: Playing<unknown>,
    value: Value,
    model: PlayModel,
  ) => Promise<readonly [string, StepAnswer]>
}

/**
 * What an account is refused is legal, too; an answer of 5xx is not, as no fault is pending.
 * @throws Error for an answer of 5xx
 */
function apiStep<Client, Value>(step: ApiStep<Value>): fc.Arbitrary<Step<Client>> {
  const { slug, name, of, when, act } = step
  return stepOf<Client, Value>({
    name,
    of,
    // A fault that is to come is meant for the code under test.
    when: async (model, value) =>
      !(await model.isFaultPending()) && ((await when?.(model, value)) ?? true),
    async act(playing, value, model) {
      const [told, { status, body }] = await act(playing, value, model)
      if (status >= 500) throw new Error(`${slug} answered ${status}: ${JSON.stringify(body)}`)
      return `somebody else: ${told}${status < 300 ? '' : ` (refused: ${status})`}`
    },
  })
}

const pick = fc.nat(99)
const nothing = fc.constant(undefined)

/** A value within an answer, by its path; `undefined` where it is not there. */
function within(body: unknown, ...path: readonly (string | number)[]): unknown {
  let value = body
  for (const name of path) value = (value as Record<string | number, unknown> | null)?.[name]
  return value
}

/** Names of what stands in a list of an answer. */
const namesIn = (body: unknown): string[] =>
  Array.isArray(body) ? body.map((each) => String(within(each, 'name'))) : []

function esimGoSteps<Client>(): fc.Arbitrary<Step<Client>>[] {
  const slug = 'esim-go'
  const drawn = fc.record({ pick, quantity: fc.integer({ min: 1, max: 2 }), assign: fc.boolean() })
  return [
    apiStep({
      slug,
      name: 'order',
      of: drawn,
      async act({ call }, { pick, quantity, assign }) {
        const { body } = await call(slug, 'GET', '/catalogue?countries=GB&perPage=10')
        const item = picked(namesIn(within(body, 'bundles')), pick)
        const order = [{ type: 'bundle', item, quantity }]
        const answer = await call(slug, 'POST', '/orders', { type: 'transaction', assign, order })
        return [`order ${quantity} ${item}${assign ? ' for new eSIMs' : ''}`, answer]
      },
    }),
    apiStep({
      slug,
      name: 'apply',
      of: pick,
      when: async (model) => (await model.sims(slug)).length > 0,
      async act({ call }, at, model) {
        const { body } = await call(slug, 'GET', '/inventory')
        const bundle = picked(namesIn(within(body, 'bundles')), at) ?? 'none'
        const iccid = picked(await model.sims(slug), at)?.iccid
        return [
          `apply ${bundle} to ${iccid}`,
          await call(slug, 'POST', '/esims/apply', { bundle, iccid }),
        ]
      },
    }),
  ]
}

function highlandSteps<Client>(): fc.Arbitrary<Step<Client>>[] {
  const slug = 'highland'
  const company_id = TEST_COMPANY
  const onEsim = (name: string, path: string, more: object = {}) =>
    apiStep<Client, number>({
      slug,
      name,
      of: pick,
      async act({ call, found }, at) {
        const sim_id = picked(found.get(slug) ?? [], at)
        const answer = await call(slug, 'POST', path, { company_id, sim_id, ...more })
        return [`${name} ${sim_id}`, answer]
      },
    })
  return [
    apiStep({
      slug,
      name: 'acquire',
      of: nothing,
      async act({ call, found }) {
        const answer = await call(slug, 'POST', '/b2b/sim/acquire', { company_id })
        const id = String(within(answer.body, 'sim_id'))
        if (answer.status === 200) found.set(slug, [...(found.get(slug) ?? []), id])
        return [`acquire ${id}`, answer]
      },
    }),
    onEsim('add a product to', '/b2b/sim/product/add', { product_id: '852', market_id: '162' }),
    onEsim('suspend', '/b2b/sim/suspend'),
    onEsim('restore', '/b2b/sim/restore'),
  ]
}

const ACTIONS: readonly (readonly [ServiceEvent, string])[] = [
  ['suspend', 'Suspend'],
  ['resume', 'Resume'],
  ['cease', 'Cease'],
  ['reactivate', 'Reactivate'],
]

function wholesaleSteps<Client>(): fc.Arbitrary<Step<Client>>[] {
  const slug = 'wholesale'
  const linesFor = async (model: PlayModel, event: ServiceEvent) =>
    (await model.sims(slug)).filter(({ service }) => serviceLifecycle[service][event] !== undefined)
  const updates = ACTIONS.map(([event, action]) =>
    apiStep<Client, number>({
      slug,
      name: event,
      of: pick,
      when: async (model) => (await linesFor(model, event)).length > 0,
      async act({ call, next }, at, model) {
        const iccid = picked(await linesFor(model, event), at)?.iccid
        const body = { partnerTransactionId: `Steps${next()}`, iccid, action }
        return [`${event} ${iccid}`, await call(slug, 'POST', '/updateStatus', body)]
      },
    }),
  )
  return [
    apiStep({
      slug,
      name: 'activate',
      of: nothing,
      async act({ call, next }) {
        const number = next()
        const body = {
          partnerTransactionId: `Steps${number}`,
          subscriberId: `Sub${number}`,
          wholesalePlanId: 'Plan001',
          location: { address: { zip: '80202' } },
          eid: '89049032021008881300304741158317',
        }
        return ['activate a line', await call(slug, 'POST', '/activate', body)]
      },
    }),
    ...updates,
  ]
}

function accountsOrdersSteps<Client>(): fc.Arbitrary<Step<Client>>[] {
  const slug = 'accounts-orders'
  return [
    apiStep({
      slug,
      name: 'order',
      of: pick,
      async act({ call, next }, at) {
        const [accounts, templates] = [
          await call(slug, 'GET', '/accounts'),
          await call(slug, 'GET', '/order-templates'),
        ]
        const number = next()
        const answer = await call(slug, 'POST', '/orders', {
          type: 'activate_subscription',
          account_id: idIn(accounts.body, 0),
          template_id: idIn(templates.body, at),
          subscriber: {
            first_name: 'Ada',
            last_name: 'Byron',
            email: `ada.${number}@bank.example`,
            employee_id: `E${number}`,
          },
          sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
        })
        return ['order a subscription', answer]
      },
    }),
  ]
}

/** The id of one of the objects embedded in a page, whatever its list is called. */
function idIn(body: unknown, at: number): unknown {
  const lists = Object.values((within(body, '_embedded') ?? {}) as Record<string, unknown>)
  const [list] = lists.filter((each): each is unknown[] => Array.isArray(each))
  return within(picked(list ?? [], at), 'id')
}

/** What is played with each provider. */
export const PLAYS: Readonly<Record<string, ProviderPlay>> = {
  'esim-go': { countries: ['GB', 'GB', 'FR'], hasCallbacks: true, steps: esimGoSteps },
  highland: { countries: ['US', 'FR'], hasCallbacks: false, steps: highlandSteps },
  wholesale: { countries: ['US'], hasCallbacks: true, steps: wholesaleSteps },
  'accounts-orders': { countries: ['GB', 'FR'], hasCallbacks: false, steps: accountsOrdersSteps },
}
