// How an organisation is read: accounts, templates, subscribers, subscriptions with their SIMs, products.
import { defined } from '../../state/defined.ts'
import type { ImportContext, ImportPlan, Outcome, ReadItem } from '../import-plan.ts'
import type { Schemas } from './records.ts'

const idIn = (item: unknown) => (item as { readonly id: string }).id

/** The id that a link ends in. */
function linkedId(link: { readonly href: string } | undefined): string {
  return link?.href.split('/').at(-1) ?? ''
}

function account({ item }: ReadItem, { nameOf }: ImportContext): readonly Outcome[] {
  const { id, reference_code, name, country, status } = item as Schemas['Account']
  const told = {
    reference_code: nameOf('reference', reference_code),
    name: nameOf('company', name),
  }
  return [{ part: 'accounts', value: { id, ...told, country, status } }]
}

function template({ item }: ReadItem): readonly Outcome[] {
  const { id, description, products } = item as Schemas['OrderTemplate']
  const offerings = products.flatMap(({ _embedded }) => _embedded['product-offering'] ?? [])
  return [{ part: 'templates', value: { id, description, offerings: offerings.map(offering) } }]
}

function offering({ id, type, name }: Schemas['ProductOffering']) {
  return { id, type, name }
}

function subscriber({ item }: ReadItem, { nameOf }: ImportContext): readonly Outcome[] {
  const { id, first_name, last_name, email, employee_id, group } = item as Schemas['Subscriber']
  const told = defined({
    email: email && nameOf('email', email),
    employee_id: employee_id && nameOf('reference', employee_id),
    group: group && nameOf('reference', group),
  })
  const names = {
    first_name: nameOf('first name', first_name),
    last_name: nameOf('last name', last_name),
  }
  return [{ part: 'subscribers', value: { id, ...names, ...told } }]
}

/** The subscriptions that are in the seed file. */
const TAKEN = 'subscriptions taken over'

function subscription({ item }: ReadItem, context: ImportContext): readonly Outcome[] {
  const { id, status, created_at, terminated_at, _links } = item as Schemas['Subscription']
  const { _embedded = {} } = item as Schemas['Subscription']
  const { sim_profile, phone_numbers, services } = _embedded
  const numbers = phone_numbers?._embedded.phone_numbers ?? []
  const primary = numbers.find(({ is_primary }) => is_primary) ?? numbers[0]
  if (!sim_profile || !primary)
    return [{ left: `subscription ${id}`, why: 'its SIM profile or its number is not told' }]
  const account = linkedId(_links.account)
  const subscriber = linkedId(_links.subscriber)
  if (!context.isKnown('accounts', account) || !context.isKnown('subscribers', subscriber))
    return [{ left: `subscription ${id}`, why: 'its account or its subscriber is not listed' }]
  context.know(TAKEN, id)
  const on = (services?._embedded.services ?? [])
    .filter(({ enabled }) => enabled)
    .map(({ type }) => type)
  const value = {
    id,
    account,
    subscriber,
    iccid: sim_profile.iccid,
    msisdn: context.nameOf('phone number', String(primary.msisdn)),
    country: primary.country,
    ...defined({ services: on.length > 0 ? on : undefined }),
    status,
    // While it is suspended nothing is on: which services it has, nobody tells.
    ...defined({ suspended: on.length === 0 && status === 'active' ? true : undefined }),
    createdAt: created_at,
    ...defined({ terminatedAt: terminated_at ?? undefined }),
  }
  const more = numbers.length - 1
  const others = {
    left: `${more} more numbers of ${id}`,
    why: 'a subscription has one number here',
  }
  return more > 0 ? [{ part: 'subscriptions', value }, others] : [{ part: 'subscriptions', value }]
}

function product({ item }: ReadItem, { isKnown }: ImportContext): readonly Outcome[] {
  const { id, status, activated_at, terminates_at, _embedded, _links } = item as Schemas['Product']
  const subscription = linkedId(_links.subscription)
  if (!isKnown(TAKEN, subscription))
    return [{ left: `product ${id}`, why: 'its subscription is not taken over' }]
  const value = {
    id,
    subscription,
    offering: offering(_embedded.product_offering),
    status,
    activatedAt: activated_at,
    ...defined({ terminatesAt: terminates_at ?? undefined }),
  }
  return [{ part: 'products', value }]
}

const EMBEDDED = 'transclude="sim_profile;phone_numbers;services"'
const one = (operation: string) => () => [{ operation }]

export const importPlan: ImportPlan = {
  reads: [
    { name: 'accounts', calls: one('listAccounts'), key: idIn, outcomes: account },
    { name: 'order templates', calls: one('listOrderTemplates'), key: idIn, outcomes: template },
    { name: 'subscribers', calls: one('listSubscribers'), key: idIn, outcomes: subscriber },
    {
      name: 'subscriptions',
      calls: () => [{ operation: 'listSubscriptions', headers: { prefer: EMBEDDED } }],
      key: idIn,
      outcomes: subscription,
    },
    { name: 'products', calls: one('listProducts'), key: idIn, outcomes: product },
  ],
  parts: [
    { name: 'replace', form: 'constant', value: true },
    { name: 'accounts', form: 'list' },
    { name: 'templates', form: 'list' },
    { name: 'subscribers', form: 'list' },
    { name: 'subscriptions', form: 'list' },
    { name: 'products', form: 'list' },
  ],
  left: {
    'data, countries and days of offerings':
      'the API tells their names alone: add bytes, countries and days to the templates, as in a seed file of your own',
    'services and countries of templates': 'the API does not tell: they have all services',
    'orders, idempotency keys, usage': 'a seed file holds what there is, not how it came about',
    'activation codes, and what is in handsets': 'the API does not tell: profiles are enabled',
  },
}
