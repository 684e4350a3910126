// What a history asks of accounts-orders: lists page by page, orders, SMS, usage, tokens.
import { recall } from '../memory.js'
import { tokenRequest } from './tokens.js'

export const TOKEN_PATH = '/auth/realms/enterprise-apis/protocol/openid-connect/token'

const samples = {
  acc: 'acc_01HTQ8VBN4DEJP5S8BPV4657VG',
  otpl: 'otpl_A00ABCDRT1F00AVRPTAQ5XQFUT',
  sub: 'sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y',
  sbr: 'sbr_01HTQ8Z5HR26EN2HE797W5SZP9',
  prod: 'prod_01HTJA47C93ABKKR58T05JBAJB',
  order: 'order_01HTJA47C93ABKKR58T05JBAJB',
}

function idOf(memory, dice, kind) {
  if (dice.chance(0.05)) return dice.pick([`${kind}_1`, 'nothing', `${kind}_01htja47`, '%2e%2e'])
  return dice.chance(0.25) ? samples[kind] : recall(memory, kind, dice, samples[kind])
}

const limits = (dice) =>
  dice.some({ limit: dice.pick(['1', '2', '3', '7', '25', '100', '0', '101', 'many']) }, 0.5)
const cursors = (dice) => dice.some({ cursor: dice.pick(['nonsense', 'AAAA', '']) }, 0.04)

function prefer(dice) {
  const names = 'subscriber;account;sim_profile;phone_numbers;services'.split(';')
  const some = names.filter(() => dice.chance(0.5)).join(';')
  const Prefer = dice.pick([
    `transclude="${some}"`,
    `transclude=${some || 'account'}`,
    'return=minimal, transclude="account;colour"',
    'transclude=""',
    'respond-async',
  ])
  return dice.some({ Prefer }, 0.5)
}

/** A list: from its beginning, or by the link to its next page. */
const listed = (path, more = () => ({}), headers = () => ({})) =>
  function list(memory, dice) {
    const next = recall(memory, 'next page', dice, '')
    if (dice.chance(0.4) && next.includes(path))
      return { method: 'GET', link: next, headers: headers(dice) }
    const query = { ...limits(dice), ...cursors(dice), ...more(memory, dice) }
    return { method: 'GET', path: `/enterprise${path}`, query, headers: headers(dice) }
  }

const one = (path, kind, end = '', headers = () => ({})) =>
  function single(memory, dice) {
    const id = idOf(memory, dice, kind)
    return { method: 'GET', path: `/enterprise${path}/${id}${end}`, headers: headers(dice) }
  }

function sendSms(memory, dice) {
  const from = recall(memory, 'msisdn', dice, '447700900000')
  const json = {
    from: dice.weighted([
      [5, `+${from}`],
      [3, from],
      [1, '15550100'],
      [0.3, 'me'],
    ]),
    to: dice.weighted([
      [6, ['+447700900123']],
      [2, ['447700900124', '+33612345678']],
      [0.5, []],
      [0.3, ['you']],
      [0.1, Array.from({ length: 700 }, (_, at) => `4477009${10_000 + at}`)],
    ]),
    text: dice.pick(['Your car is waiting', 'Grüße 👋', 'x'.repeat(500), 'x'.repeat(501), '']),
  }
  return { method: 'POST', path: '/enterprise/sms', json }
}

function simProfile(dice) {
  const delivery = dice.weighted([
    [4, { type: 'email', to: ['ada@bank.example'] }],
    [2, { type: 'email', to: ['ada@bank.example', 'b@bank.example'], cc: ['boss@bank.example'] }],
    [3, { type: 'api' }],
    [0.4, { type: 'email' }],
    [0.3, { type: 'pigeon', to: ['x'] }],
  ])
  return { sim_type: dice.chance(0.96) ? 'esim' : 'card', delivery }
}

function subscriber(dice) {
  const who = dice.whole(1, 40)
  return {
    first_name: dice.pick(['Ada', 'Zoë', 'Ben']),
    last_name: dice.pick(['Byron', 'Abbott', 'X']),
    ...dice.some(
      {
        email: dice.weighted([
          [8, `person${who}@bank.example`],
          [1, 'cancel@bank.example'],
          [1, 'Cancel+x@bank.example'],
          [2, 'ada.abbott@northgate.example'],
          [1, 'BEN.byrne@northgate.example'],
          [0.3, 'nowhere'],
        ]),
      },
      0.9,
    ),
    ...dice.some(
      {
        employee_id: dice.weighted([
          [6, `E${1000 + dice.whole(0, 40)}`],
          [1, 'CANCEL'],
        ]),
      },
      0.3,
    ),
    ...dice.some({ group: 'Desk 4' }, 0.3),
  }
}

function createOrder(memory, dice) {
  const path = '/enterprise/orders'
  const subscription_id = idOf(memory, dice, 'sub')
  const account = dice.some({ account_id: idOf(memory, dice, 'acc') }, 0.2)
  const changes = (type, rest = {}) => ({ type, subscription_id, ...account, ...rest })
  const template = idOf(memory, dice, 'otpl')
  const json = dice.weighted([
    [
      5,
      {
        type: 'activate_subscription',
        account_id: dice.chance(0.4) ? samples.acc : idOf(memory, dice, 'acc'),
        subscriber: subscriber(dice),
        sim_profile: simProfile(dice),
        ...dice.some(
          { template_id: dice.chance(0.1) ? template.replace('otpl', 'otlp') : template },
          0.7,
        ),
      },
    ],
    [2, changes('suspend_subscription')],
    [2, changes('resume_subscription')],
    [
      2,
      changes('change_sim_profile', {
        sim_profile: simProfile(dice),
        reason: dice.weighted([
          [5, 'lost_or_stolen'],
          [1, 'Lost!'],
        ]),
      }),
    ],
    [0.3, { type: 'terminate_subscription', subscription_id }],
  ])
  return { method: 'POST', path, json }
}

function usageFilters(memory, dice) {
  const day = (days) => new Date(Date.parse(memory.now) - days * 86_400_000).toISOString()
  return dice.some(
    {
      'from-date': dice
        .pick([day(90), day(30), day(1), day(-5), day(-5), '2026-02-31'])
        .slice(0, dice.pick([10, 10, 24])),
      'to-date': dice.pick([day(60), day(0), day(-1), '2026-02-30', 'never']).slice(0, 10),
      'account-id': idOf(memory, dice, 'acc'),
      'subscription-id': idOf(memory, dice, 'sub'),
      'subscriber-id': idOf(memory, dice, 'sbr'),
      msisdn: recall(memory, 'msisdn', dice, '447700900000'),
      type: dice.pick([['voice'], ['data', 'sms'], ['fax']]),
      direction: dice.pick(['inbound', 'outbound', 'sideways']),
      'cost-type': dice.pick([['free'], ['in_bundle', 'out_of_bundle'], ['cheap']]),
    },
    0.16,
  )
}

const byStatus = (_memory, dice) =>
  dice.some({ status: dice.pick(['active', 'terminated', 'asleep']) }, 0.3)

/** By operation: how often it is asked, and how. */
export const moves = {
  issueToken: [0.6, (memory, dice) => tokenRequest(memory, dice, 'accounts-orders', TOKEN_PATH)],
  listAccounts: [1, listed('/accounts')],
  getAccount: [1, one('/accounts', 'acc')],
  sendSms: [2.5, sendSms],
  createOrder: [7, createOrder],
  getOrder: [3, one('/orders', 'order')],
  listOrderTemplates: [1, listed('/order-templates')],
  getOrderTemplate: [1, one('/order-templates', 'otpl')],
  listProducts: [
    2,
    listed('/products', (memory, dice) => ({
      ...dice.some({ account_id: idOf(memory, dice, 'acc') }, 0.3),
      ...byStatus(memory, dice),
    })),
  ],
  getProduct: [1.5, one('/products', 'prod')],
  listSubscribers: [1.5, listed('/subscribers')],
  getSubscriber: [1.5, one('/subscribers', 'sbr')],
  listSubscriptions: [2.5, listed('/subscriptions', byStatus, prefer)],
  getSubscription: [2.5, one('/subscriptions', 'sub', '', prefer)],
  listPhoneNumbers: [1.5, one('/subscriptions', 'sub', '/phone-numbers')],
  listServices: [1.5, one('/subscriptions', 'sub', '/services')],
  getSimProfile: [1.5, one('/subscriptions', 'sub', '/sim-profile')],
  listUsageItems: [4, listed('/usage/items', usageFilters)],
}
