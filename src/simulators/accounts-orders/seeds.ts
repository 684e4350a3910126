// What exists at the start: the client, an organisation with its subscriptions, and what they used in the last 90 days.
import type { World } from '../../state/world.ts'
import { seedClient } from '../client-credentials.ts'
import { mintId } from './ids.ts'
import { nextNumber, place, reserveSim } from './ordering.ts'
import {
  type Account,
  accounts,
  type Product,
  SLUG,
  type Subscription,
  subscribers,
  type Template,
  templates,
} from './records.ts'
import {
  desks,
  firstNames,
  lastNames,
  SAMPLE,
  seededAccounts,
  seededTemplates,
} from './sample-organisation.ts'
import { productsOf, putSim, subscribe } from './subscriptions.ts'
import { isCovered, noteItem } from './usage.ts'

const DAY = 86_400_000
const PEOPLE = 60
/** The last of them, in the account that is closed. */
const GONE = 4
const HISTORY = 2000
/** Ms from one to the next, more or less: all of them lie within 90 days. */
const SPACING = Math.floor((90 * DAY) / HISTORY)
const ABROAD = ['FR', 'DE', 'US', 'GB', 'JP', 'AE'] as const

/** The organisation without a subscription: its accounts and its templates. */
function organisation(world: World): { own: Account[]; from: Template[] } {
  seedClient(world, SLUG)
  const own = seededAccounts.map((each) =>
    world.in(accounts).put({ id: mintId(world, 'acc'), ...each }),
  )
  const from = seededTemplates.map(({ offerings, ...each }) => {
    const minted = offerings.map((offering) => ({ id: mintId(world, 'prodoff'), ...offering }))
    return world.in(templates).put({ id: mintId(world, 'otpl'), ...each, offerings: minted })
  })
  return { own, from }
}

/** One person with a subscription: the first ones came first, the last ones are gone. */
function person(
  world: World,
  position: number,
  account: Account,
  template: Template,
): Subscription {
  const { now } = world
  const createdAt = now - (400 - 5 * position) * DAY
  const first_name = firstNames[position % firstNames.length] ?? ''
  const last_name = lastNames[position % lastNames.length] ?? ''
  const subscriber = world.in(subscribers).put({
    ...{
      id: position === 0 ? SAMPLE.subscriber : mintId(world, 'sbr', createdAt),
      first_name,
      last_name,
    },
    email: `${first_name}.${last_name}@northgate.example`.toLowerCase(),
    ...{ employee_id: `E${1000 + position}`, group: desks[position % desks.length] ?? '' },
  })
  const country = template.country ?? account.country
  const msisdn = nextNumber(world, country)
  const gone = account.status === 'closed'
  const dates = { createdAt, ...(gone ? { terminatedAt: now - 91 * DAY } : {}) }
  const state = {
    profile: gone ? 'deleted' : 'enabled',
    service: gone ? 'ceased' : 'active',
    createdAt,
    firstInstalledAt: createdAt,
  } as const
  const { iccid } = putSim(world, reserveSim(world), msisdn, state)
  const id = position === 0 ? SAMPLE.subscription : mintId(world, 'sub', createdAt)
  const fixed = {
    id,
    account: account.id,
    subscriber: subscriber.id,
    iccid,
    msisdn,
    country,
    services: template.services,
    ...dates,
  }
  const subscription = { ...fixed, status: gone ? 'terminated' : 'active' } as const
  subscribe(world, subscription, template.offerings)
  return subscription
}

/** A use at some time of the last 90 days: every type, direction and cost, at home and abroad. */
function someUse(
  { random, now }: World,
  position: number,
  { country }: Subscription,
  own: readonly Product[],
): Parameters<typeof noteItem>[3] {
  const dice = random.integer(0, 99)
  // In the order of time: an index takes at its end what comes last.
  const endedAt = now - (HISTORY - position) * SPACING + random.integer(0, SPACING - 1000)
  const where = {
    location_country: dice % 5 === 0 ? (ABROAD[dice % ABROAD.length] ?? country) : country,
    endedAt,
  }
  if (dice < 50) {
    const carrier = own.find(
      ({ offering }) =>
        offering.bytes !== undefined && isCovered(where.location_country, offering.countries),
    )
    const cost = carrier
      ? ({ cost_type: 'in_bundle', product: carrier.id } as const)
      : ({ cost_type: 'out_of_bundle' } as const)
    return {
      type: 'data',
      direction: 'outbound',
      ...where,
      startedAt: endedAt,
      quantity: random.integer(1, 80_000_000),
      ...cost,
    }
  }
  const ends = {
    direction: dice % 2 ? 'inbound' : 'outbound',
    peer: `4477009${random.integer(10_000, 99_999)}`,
  } as const
  if (dice < 75) return { type: 'sms', ...ends, ...where, startedAt: endedAt, quantity: 1 }
  const seconds = random.integer(5, 1800)
  return {
    type: 'voice',
    ...ends,
    ...where,
    startedAt: endedAt - seconds * 1000,
    quantity: seconds,
  }
}

/** Sixty people with their subscriptions, and two thousand uses. */
function populated(world: World): void {
  const { own, from } = organisation(world)
  const [london, newYork, closed] = own
  const [desk, otherDesk, traveller] = from
  const people: Subscription[] = []
  for (let position = 0; position < PEOPLE; position += 1) {
    const [account, template] = position % 2 ? [newYork, otherDesk] : [london, desk]
    const travels = position % 3 === 2 ? traveller : template
    const where = position >= PEOPLE - GONE ? closed : account
    if (where && travels) people.push(person(world, position, where, travels))
  }
  const active = people
    .filter(({ status }) => status === 'active')
    .map((each) => ({ each, own: productsOf(world, each.id) }))
  for (let position = 0; position < HISTORY; position += 1) {
    const { each, own } = active[position % active.length] ?? {}
    if (each && own) noteItem(world, each, own, someUse(world, position, each, own), 0)
  }
}

/** States by name; each begins from an empty world. None waits for a task, so that a clock that is moved for others has none to tell. */
export const seeds: Readonly<Record<string, (world: World) => void>> = {
  default: populated,
  'no subscriptions': (world) => {
    organisation(world)
  },
  'a pending order': (world) => {
    populated(world)
    place(world, { type: 'suspend_subscription', subscription_id: SAMPLE.subscription })
  },
}
