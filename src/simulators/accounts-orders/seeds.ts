// What exists at the start: an organisation with its subscriptions, and what it used in 90 days.
import { covers } from '../../state/coverage.ts'
import { defined } from '../../state/defined.ts'
import type { World } from '../../state/world.ts'
import { seedClient } from '../client-credentials.ts'
import { mintId, turns } from './ids.ts'
import { placeOrder } from './ordering.ts'
import {
  type Account,
  accounts,
  type Product,
  SLUG,
  type Subscriber,
  type Subscription,
  subscribers,
  type Template,
  templates,
} from './records.ts'
import { nextNumber, reserveSim } from './reservations.ts'
import {
  desks,
  firstNames,
  lastNames,
  SAMPLE,
  seededAccounts,
  seededTemplates,
} from './sample-organisation.ts'
import { productsOf, putSim, subscribe } from './subscriptions.ts'
import { addItem, type Use, userOf } from './usage.ts'

const DAY = 86_400_000
const PEOPLE = 60
/** The last of the people: they are in the account that is closed. */
const LEFT = 4
/** How many uses there are: four of the largest pages; every world has them, and begins with them. */
const USES = 400
/** Ms from one use to the next, more or less: all of them lie within 90 days. */
const SPACING = Math.floor((90 * DAY) / USES)
const ABROAD: readonly string[] = ['FR', 'DE', 'US', 'GB', 'JP', 'AE']

/** So many ms ago; in a world whose clock begins with the calendar, its beginning. */
function before({ now }: World, ms: number): number {
  return Math.max(0, now - ms)
}

interface Organisation {
  readonly accounts: readonly Account[]
  readonly templates: readonly Template[]
}

/** The organisation without a subscription. */
function addOrganisation(world: World): Organisation {
  seedClient(world, SLUG)
  const addedAccounts = seededAccounts.map((account) =>
    world.in(accounts).put({ id: mintId(world, 'acc'), ...account }),
  )
  const addedTemplates = seededTemplates.map(({ offerings, ...template }) => {
    const minted = offerings.map((offering) => ({ id: mintId(world, 'prodoff'), ...offering }))
    return world.in(templates).put({ id: mintId(world, 'otpl'), ...template, offerings: minted })
  })
  return { accounts: addedAccounts, templates: addedTemplates }
}

function addSubscriber(world: World, position: number, createdAt: number): Subscriber {
  const first_name = firstNames[position % firstNames.length] ?? ''
  const last_name = lastNames[position % lastNames.length] ?? ''
  return world.in(subscribers).put({
    id: position === 0 ? SAMPLE.subscriber : mintId(world, 'sbr', createdAt),
    first_name,
    last_name,
    email: `${first_name}.${last_name}@northgate.example`.toLowerCase(),
    employee_id: `E${1000 + position}`,
    group: desks[position % desks.length] ?? '',
  })
}

/**
 * One person with a subscription: the first ones came first, the last ones have
 * left.
 */
function addPerson(
  world: World,
  position: number,
  account: Account,
  template: Template,
): Subscription {
  const createdAt = before(world, (400 - 5 * position) * DAY)
  const hasLeft = account.status === 'closed'
  const subscriber = addSubscriber(world, position, createdAt)
  const country = template.country ?? account.country
  const msisdn = nextNumber(world, country)
  const { iccid } = putSim(world, reserveSim(world), msisdn, {
    profile: hasLeft ? 'deleted' : 'enabled',
    service: hasLeft ? 'ceased' : 'active',
    createdAt,
    firstInstalledAt: createdAt,
  })
  const subscription: Subscription = {
    id: position === 0 ? SAMPLE.subscription : mintId(world, 'sub', createdAt),
    account: account.id,
    subscriber: subscriber.id,
    iccid,
    msisdn,
    country,
    services: template.services,
    createdAt,
    ...defined({ terminatedAt: hasLeft ? before(world, 91 * DAY) : undefined }),
    status: hasLeft ? 'terminated' : 'active',
  }
  subscribe(world, subscription, template.offerings)
  return subscription
}

/**
 * A use at some time of the last 90 days: every type, direction and cost, at
 * home and abroad.
 */
function someUse(
  world: World,
  position: number,
  { country }: Subscription,
  products: readonly Product[],
): Use {
  const { random } = world
  const chance = random.integer(0, 99)
  // In the order of time: an index takes at its end what comes last.
  const endedAt = before(world, (USES - position) * SPACING - random.integer(0, SPACING - 1000))
  const isAbroad = chance % 5 === 0
  const location_country = isAbroad ? (ABROAD[chance % ABROAD.length] ?? country) : country
  // Literals without spreads: there are thousands in every new world.
  if (chance < 50) {
    const quantity = random.integer(1, 80_000_000)
    const carrier = carrierOf(products, location_country)
    return {
      type: 'data',
      direction: 'outbound',
      location_country,
      startedAt: endedAt,
      endedAt,
      delay: 0,
      quantity,
      cost_type: carrier ? 'in_bundle' : 'out_of_bundle',
      product: carrier?.id,
    }
  }

  const direction = chance % 2 ? 'inbound' : 'outbound'
  const peer = `4477009${random.integer(10_000, 99_999)}`
  const isSms = chance < 75
  const quantity = isSms ? 1 : random.integer(5, 1800)
  return {
    type: isSms ? 'sms' : 'voice',
    direction,
    peer,
    location_country,
    startedAt: isSms ? endedAt : Math.max(0, endedAt - quantity * 1000),
    endedAt,
    delay: 0,
    quantity,
  }
}

/** The product whose bundle data is in: the first that covers the country. */
function carrierOf(products: readonly Product[], country: string): Product | undefined {
  return products.find(
    ({ offering }) => offering.bytes !== undefined && covers(offering.countries ?? '*', country),
  )
}

/** Sixty people with their subscriptions. */
function addPeople(world: World, organisation: Organisation): Subscription[] {
  const [london, newYork, closed] = organisation.accounts
  const [londonDesk, newYorkDesk, traveller] = organisation.templates
  const people: Subscription[] = []
  for (let position = 0; position < PEOPLE; position += 1) {
    const isInLondon = position % 2 === 0
    const travels = position % 3 === 2
    const hasLeft = position >= PEOPLE - LEFT
    const office = isInLondon ? london : newYork
    const desk = isInLondon ? londonDesk : newYorkDesk
    const account = hasLeft ? closed : office
    const template = travels ? traveller : desk
    if (account && template) people.push(addPerson(world, position, account, template))
  }
  return people
}

/** The uses of the subscriptions that are active. */
function addUses(world: World, people: readonly Subscription[]): void {
  const users = people
    .filter(({ status }) => status === 'active')
    .map((subscription) => {
      const products = productsOf(world, subscription.id)
      return { products, ...userOf(subscription, products) }
    })
  const turn = turns(world, USES)
  for (let position = 0; position < USES; position += 1) {
    const user = users[position % users.length]
    if (!user) continue
    const use = someUse(world, position, user.subscription, user.products)
    addItem(world, user, use, turn + position)
  }
}

function populated(world: World): void {
  addUses(world, addPeople(world, addOrganisation(world)))
}

function pendingOrder(world: World): void {
  populated(world)
  placeOrder(world, { type: 'suspend_subscription', subscription_id: SAMPLE.subscription })
}

/**
 * States by name; each begins from an empty world. None but a pending order waits for a task, so
 * that a clock moved for other providers has nothing to tell of this one.
 */
export const seeds = {
  default: populated,
  'no subscriptions': (world) => void addOrganisation(world),
  'a pending order': pendingOrder,
} satisfies Readonly<Record<string, (world: World) => void>>

/** What each holds, and what to do next in it. */
export const seedTexts: Readonly<Record<keyof typeof seeds, string>> = {
  default: 'an organisation with accounts, subscribers, subscriptions and their usage',
  'no subscriptions': 'an organisation without subscribers and subscriptions: order an activation',
  'a pending order':
    'beside what a new world has, an order to suspend a subscription is being processed: advance the clock',
}
