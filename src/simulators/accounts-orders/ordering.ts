// Orders: checked and kept as pending, and settled when their time has come.
import { SEPARATOR } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import { mintIccid, mintImsi } from '../../state/identifiers.ts'
import { can } from '../../state/lifecycle.ts'
import { CAPITALS_AND_DIGITS } from '../../state/random.ts'
import { Refusal } from '../../state/refusal.ts'
import { type ServiceEvent, serviceLifecycle } from '../../state/sim-lifecycle.ts'
import { moveService } from '../../state/sims.ts'
import type { Task } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import { templateId } from './dialect.ts'
import { mintId } from './ids.ts'
import { deliver } from './messaging.ts'
import {
  accounts,
  type Order,
  orders,
  type ReservedSim,
  SLUG,
  type Subscriber,
  type Subscription,
  subscribers,
  subscriptions,
  templates,
} from './records.ts'
import type { components } from './spec.d.ts'
import { putSim, replaceSim, simOf, subscribe } from './subscribing.ts'

type Wanted = components['schemas']['OrderRequest']
type With<K extends keyof Wanted> = Wanted & Required<Pick<Wanted, K>>

/** The first number of a country: in ranges that are kept for films, as far as these go. */
const FIRST_NUMBERS: Readonly<Record<string, number>> = { GB: 447_700_900_000, US: 12_025_550_100, DE: 4_917_139_200_000 }

/** Subscribers whose orders are canceled, whatever the setting says. */
function isMagic({ email = '', employeeId = '' }: Subscriber): boolean {
  return /^cancel(\+[^@]*)?@/i.test(email) || employeeId.toUpperCase() === 'CANCEL'
}

/** A number nobody has had; one that a canceled order reserved is not given again. */
export function nextNumber(world: World, country: string): string {
  return String((FIRST_NUMBERS[country] ?? FIRST_NUMBERS.GB ?? 0) + world.next(`${SLUG}.number.${country}`) - 1)
}

export function reserveSim({ random }: World): ReservedSim {
  const matchingId = Array.from({ length: 4 }, () => random.text(5, CAPITALS_AND_DIGITS)).join('-')
  return { iccid: mintIccid(random, '8944538'), imsi: mintImsi(random, '23425'), matchingId }
}

/** Somebody known by that email or employee id, or about to be. */
function known(world: World, index: 'email' | 'employee', text: string | undefined): Subscriber | undefined {
  if (text === undefined) return undefined
  const folded = text.toLowerCase() + SEPARATOR
  return world.in(subscribers).matching(index, folded)[0] ?? world.in(orders).matching(index, folded)[0]?.subscriber
}

/** The subscriber an order names: one there is, as it is, or a new one. @throws Refusal `two-subscribers` */
function subscriberOf(world: World, wanted: NonNullable<Wanted['subscriber']>): Subscriber {
  const { first_name: firstName, last_name: lastName, email, employee_id: employeeId, group } = wanted
  const [byEmail, byEmployee] = [known(world, 'email', email), known(world, 'employee', employeeId)]
  if (byEmail && byEmployee && byEmail.id !== byEmployee.id)
    throw new Refusal('two-subscribers', `${email} is subscriber ${byEmail.id}, and employee ${employeeId} is ${byEmployee.id}`)
  const optional = { ...(email === undefined ? {} : { email }), ...(employeeId === undefined ? {} : { employeeId }) }
  const fresh = { firstName, lastName, ...optional, ...(group === undefined ? {} : { group }) }
  return byEmail ?? byEmployee ?? { id: mintId(world, 'sbr'), ...fresh }
}

/** What an order keeps of the SIM profile it asks for. */
function profileOf(world: World, { delivery }: NonNullable<Wanted['sim_profile']>): Pick<Order, 'sim' | 'delivery'> {
  const { type, to = [], cc } = delivery
  return { sim: reserveSim(world), delivery: type === 'api' ? { type } : { type, to, ...(cc ? { cc } : {}) } }
}

type Content = Omit<Order, 'id' | 'status' | 'type' | 'reason'>

/** @throws Refusal `unknown-account`, `inactive-account`, `unknown-template`, `two-subscribers` */
function activation(world: World, wanted: With<'account_id' | 'subscriber' | 'sim_profile'>): Content {
  const account = world.in(accounts).get(wanted.account_id)
  if (!account) throw new Refusal('unknown-account', `there is no account ${wanted.account_id}`)
  if (account.status !== 'active') throw new Refusal('inactive-account', `account ${account.id} is ${account.status}`)
  const template = wanted.template_id === undefined ? undefined : world.in(templates).get(templateId(wanted.template_id))
  if (!template && wanted.template_id !== undefined)
    throw new Refusal('unknown-template', `there is no order template ${wanted.template_id}`)
  const country = template?.country ?? account.country
  return {
    ...{ account: account.id, subscription: mintId(world, 'sub'), ...(template ? { template: template.id } : {}) },
    ...{ subscriber: subscriberOf(world, wanted.subscriber), msisdn: nextNumber(world, country), country },
    ...profileOf(world, wanted.sim_profile),
  }
}

/** @throws Refusal `unknown-subscription`, `wrong-account`, `terminated-subscription`, `order-pending` */
function subscriptionOf(world: World, { subscription_id, account_id }: With<'subscription_id'>): Subscription {
  const found = world.in(subscriptions).get(subscription_id)
  if (!found) throw new Refusal('unknown-subscription', `there is no subscription ${subscription_id}`)
  if (account_id !== undefined && account_id !== found.account)
    throw new Refusal('wrong-account', `subscription ${found.id} is one of account ${found.account}, and not of ${account_id}`)
  if (found.status === 'terminated') throw new Refusal('terminated-subscription', `subscription ${found.id} is terminated`)
  const [open] = world.in(orders).matching('pending', found.id.toLowerCase() + SEPARATOR)
  if (open) throw new Refusal('order-pending', `order ${open.id} for subscription ${found.id} is pending`)
  return found
}

const contentOf = ({ account, id }: Subscription): Content => ({ account, subscription: id })

/** @throws Refusal `wrong-state` where the service of the SIM knows no such move */
function serviceMove(event: ServiceEvent): (world: World, wanted: Wanted) => Content {
  return (world, wanted) => {
    const subscription = subscriptionOf(world, wanted as With<'subscription_id'>)
    const state = simOf(world, subscription)?.service ?? 'ceased'
    if (can(serviceLifecycle, state, event)) return contentOf(subscription)
    throw new Refusal('wrong-state', `subscription ${subscription.id} is ${state}: it cannot ${event}`, { state, event })
  }
}

// The spec has seen to it that each type comes with the fields it needs.
const makers: Readonly<Record<Order['type'], (world: World, wanted: Wanted) => Content>> = {
  activate_subscription: (world, wanted) => activation(world, wanted as With<'account_id' | 'subscriber' | 'sim_profile'>),
  change_sim_profile(world, wanted) {
    const { sim_profile, ...named } = wanted as With<'subscription_id' | 'sim_profile'>
    return { ...contentOf(subscriptionOf(world, named)), ...profileOf(world, sim_profile) }
  },
  suspend_subscription: serviceMove('suspend'),
  resume_subscription: serviceMove('resume'),
}

/** Keeps an order as pending; nothing of it is there until it settles. @throws Refusal naming the reference that is wrong */
export function place(world: World, wanted: Wanted): Order {
  const { type, reason } = wanted
  const content = makers[type](world, wanted)
  const order: Order = { id: mintId(world, 'order'), status: 'pending', type, ...content, ...(reason === undefined ? {} : { reason }) }
  const due = addDuration(world.now, String(world.settings(SLUG).orderProcessing))
  world.schedule(`${SLUG}/settle-order`, due, { order: order.id })
  return world.in(orders).put(order)
}

/** Does what an order is for; false where it can no longer be done. */
function perform(world: World, order: Order): boolean {
  const { type, account, country = '', msisdn = '', subscriber, sim } = order
  if (subscriber && sim) {
    if (!world.in(subscribers).has(subscriber.id)) world.in(subscribers).put(subscriber)
    const { services = ['voice', 'sms', 'data'], offerings = [] } = world.in(templates).get(order.template ?? '') ?? {}
    const { iccid } = putSim(world, sim, msisdn)
    const fixed = { id: order.subscription, account, subscriber: subscriber.id, iccid, msisdn, country, services }
    subscribe(world, { ...fixed, status: 'active', createdAt: world.now }, offerings)
    return true
  }
  const subscription = world.in(subscriptions).get(order.subscription)
  const profile = subscription && simOf(world, subscription)
  if (subscription?.status !== 'active' || !profile) return false
  if (sim) replaceSim(world, subscription, sim)
  else moveService(world, profile, type === 'suspend_subscription' ? 'suspend' : 'resume')
  return true
}

/** An order's time has come: it is completed, or canceled and leaves nothing. */
export function settle(world: World, task: Task): void {
  const order = world.in(orders).get(task.data.order ?? '')
  if (order?.status !== 'pending') return
  const owner = world.in(subscriptions).get(order.subscription)?.subscriber
  const who = order.subscriber ?? world.in(subscribers).get(owner ?? '')
  const canceled = world.settings(SLUG).orderOutcome === 'canceled' || (who !== undefined && isMagic(who))
  const status = !canceled && perform(world, order) ? 'completed' : 'canceled'
  const settled = world.in(orders).put({ ...order, status })
  if (status === 'completed') deliver(world, settled)
}
