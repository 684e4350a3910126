// What a user can choose about eSIM Go, where its sources conflict or leave something open.
import {
  choice,
  commonSettings,
  confirmationCode,
  defineSettings,
  duration,
  durations,
  flag,
  texts,
  whole,
} from '../../state/settings.ts'
import type { SettingMend } from '../simulator.ts'
import type { Handlers } from '../typed-handlers.ts'
import { SLUG } from './records.ts'
import type { operations } from './spec.d.ts'
import { parseUuid } from './uuid.ts'

export const settings = defineSettings(SLUG, {
  ...commonSettings,
  confirmationCode,
  wire: choice(
    ['public', 'documented'],
    'public',
    'shapes of lists: as recorded from the real API, or as the document has them',
  ),
  regionalBundles: choice(
    ['area', 'countries'],
    'area',
    'base countries of a regional bundle: its area as one, with the real ones under ' +
      'roamingEnabled (public), or the real ones',
  ),
  groups: choice(
    ['auto', 'array', 'object'],
    'auto',
    'GET /organisation/groups: by version, or always an array as v2.4 documents it or {groups} ' +
      'as v2.5 has it',
  ),
  processingDelay: duration(
    'PT0S',
    'how long a bundle stays in processing after it was applied (documented: usually instant, ' +
      'up to PT10M)',
  ),
  deliveryDelay: duration(
    'PT0S',
    'how long an order takes to be delivered (documented: up to PT5M in some cases)',
  ),
  yearMonths: choice(
    ['consecutive', 'from-use'],
    'consecutive',
    'the months of a one-year bundle: they follow one another from its first use (inferred), or ' +
      'each begins with its own first use',
  ),
  idleDeletion: duration(
    'P180D',
    'how long an eSIM may be idle before its deletion is scheduled (public); PT0S: for ever. ' +
      'What is set counts from the next look at an eSIM',
  ),
  queuedKeepsEsim: flag(
    true,
    'an unused bundle keeps its eSIM from being deleted as idle (inferred); else only one in ' +
      'use does',
  ),
  consumptionBilling: flag(
    true,
    'the organisation is billed by consumption, so that GET /catalogue/prices answers it; ' +
      'else that is 403',
  ),
  asyncApplyDelay: duration(
    'PT10S',
    'how long bundles stay in processing where one call applies more than 5 (public: ' +
      'asynchronously; time invented)',
  ),
  inventoryLifetime: duration(
    'P1Y',
    'how long bundles bought into the inventory may be applied (public: 12 months)',
  ),
  refunds: choice(
    ['enabled', 'disabled'],
    'enabled',
    'whether the organisation is given refunds (public: the provider switches them on by ' +
      'request; that ours has them is invented)',
  ),
  refundWindow: duration(
    'P60D',
    'how long after its purchase an unused bundle may be refunded (documented: typically 60 days)',
  ),
  revokePick: choice(
    ['auto', 'latest', 'oldest-unused'],
    'auto',
    'which of several bundles of one name DELETE /esims/{iccid}/bundles/{name} takes: by ' +
      'version, or always the latest as v2.4 documents it or the oldest unused as v2.5 has it',
  ),
  returnsDelay: duration(
    'P4D',
    'least time after which an eSIM in the returns process comes back if it is installed ' +
      '(documented: at least 4 days)',
  ),
  lapseAfter: duration(
    'P12M',
    'how long a bundle may be queued and idle before it lapses (public: 12 months)',
  ),
  topUpMinimum: whole(
    1,
    1_000_000,
    1000,
    'the smallest amount of POST /organisation/balance (public)',
  ),
  topUpMaximum: whole(
    1,
    1_000_000,
    5000,
    'the most that POST /organisation/balance takes in a day (public), from midnight UTC (invented)',
  ),
  balanceShown: choice(
    ['with-credit', 'without'],
    'with-credit',
    'the balance of the organisation and of a top-up: with the usable test credit (public: ' +
      '"balance plus test credit"), or without',
  ),
  lowBalance: whole(
    0,
    1_000_000,
    100,
    'a payment that takes balance and test credit down to this, in USD, or to 75, 50 or 10 % of ' +
      'it is told as LowBalance (public); 0: never',
  ),
  rateLimit: whole(
    0,
    100_000,
    0,
    "requests a second of the world's clock from one address; 0: no limit (public: 10)",
  ),
  refreshOutage: duration('PT1M', 'how long a refresh keeps an eSIM off its network (invented)'),
  msisdns: choice(
    ['every', 'none'],
    'every',
    'which new eSIMs have a number for POST /esims/{iccid}/sms (invented)',
  ),
  smsSenders: texts(
    (line) =>
      /^[\w .-]{1,11}$/.test(line)
        ? undefined
        : 'must have 1 to 11 letters, digits, spaces, dots, dashes or underscores',
    'senders of SMS your organisation was given besides eSIM',
  ),
  assignmentsJson: choice(
    ['auto', 'array', 'object'],
    'auto',
    'GET /esims/assignments as JSON: an object for one eSIM and an array for several, or ' +
      'always one of them (`object`: the first)',
  ),
  ordersList: choice(
    ['array', 'object'],
    'array',
    'GET /orders: an array as documented, or {orders, pageCount, rows, pageSize} as a client was ' +
      'seen to read it',
  ),
  brandingProfiles: texts(
    (line) => (parseUuid(line).uuid === undefined ? 'must be a UUID' : undefined),
    'branding profiles there are, for profileID of POST /orders by v2.5; where none is named, ' +
      'every UUID is one',
  ),
  signatureEncoding: choice(
    ['base64', 'hex'],
    'base64',
    'X-Signature-SHA256: base64 as documented, hex as one public guide has it',
  ),
  retrySchedule: durations(
    ['PT5S', 'PT5M'],
    'delays between attempts at a callback; after the last it is dead (invented)',
  ),
})

/** Which differences to the real endpoint a setting ends. */
export const settingMends: readonly SettingMend[] = [
  {
    setting: 'ordersList',
    value: 'object',
    kind: 'type',
    operation: 'GET /orders',
    pointer: '',
    theirs: /^object/,
  },
  {
    setting: 'groups',
    value: (seen) => (seen === 'list' ? 'array' : 'object'),
    kind: 'type',
    operation: 'GET /organisation/groups',
    pointer: '',
    theirs: /^(?:list|object)/,
  },
  {
    setting: 'assignmentsJson',
    value: (seen) => (seen === 'list' ? 'array' : 'object'),
    kind: 'type',
    operation: 'GET /esims/assignments',
    pointer: '',
    theirs: /^(?:list|object)/,
  },
  {
    setting: 'wire',
    value: (seen) => (seen === 'list' ? 'documented' : 'public'),
    kind: 'type',
    pointer: '',
    theirs: /^(?:list|object)/,
  },
  { setting: 'wire', value: 'documented', kind: 'presence', pointer: '/rows', theirs: /^missing/ },
  {
    setting: 'wire',
    value: 'documented',
    kind: 'presence',
    pointer: '/pageCount',
    theirs: /^missing/,
  },
  { setting: 'rateLimit', value: 10, kind: 'status', theirs: /^429$/ },
  {
    setting: 'refunds',
    value: 'disabled',
    kind: 'status',
    operation: 'POST /inventory/refund',
    ours: /^200$/,
    theirs: /^403$/,
  },
  {
    setting: 'consumptionBilling',
    value: false,
    kind: 'status',
    operation: 'GET /catalogue/prices',
    ours: /^200$/,
    theirs: /^403$/,
  },
  {
    setting: 'deliveryDelay',
    value: 'PT5M',
    kind: 'enum',
    operation: 'POST /orders',
    ours: /^"completed"/,
    theirs: /^"processing"/,
  },
  { setting: 'processingDelay', value: 'PT10M', kind: 'state', theirs: /^processing/ },
  { setting: 'processingDelay', value: 'PT10M', kind: 'enum', theirs: /^"processing"/ },
]

/**
 * What every file of handlers has: operations of the spec, called with these
 * settings.
 */
export type EsimGoHandlers = Handlers<operations, typeof settings.table>
