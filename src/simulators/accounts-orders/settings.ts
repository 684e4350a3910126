// What a user can choose about accounts-orders: what nobody knows of it, and how long things take.
import { choice, commonSettings, defineSettings, duration } from '../../state/settings.ts'
import type { SettingMend } from '../simulator.ts'
import { SLUG } from './records.ts'

export const settings = defineSettings(SLUG, {
  ...commonSettings,
  tokenLifetime: duration('PT5M', 'how long an access token is good (public: 5 minutes)'),
  orderProcessing: duration('PT2M', 'how long an order is pending (public: usually a few minutes)'),
  orderOutcome: choice(
    ['completed', 'canceled'],
    'completed',
    'what becomes of orders, but for those of magic subscribers',
  ),
  usageDelay: duration(
    'PT0S',
    'how long after its end a use is processed and listed (documented: near real-time)',
  ),
  idempotencyLifetime: duration(
    'P1D',
    'how long what a request under an Idempotency-Key was answered is kept (nobody says)',
  ),
  msisdnType: choice(
    ['number', 'text'],
    'number',
    'how usage items write phone numbers (documented: a number; public: a text)',
  ),
  smsIdField: choice(
    ['sms_id', 'id'],
    'sms_id',
    'name of the id that POST /sms answers (documented: sms_id; public: id)',
  ),
})

/** Which differences to the real endpoint a setting ends. */
export const settingMends: readonly SettingMend[] = [
  { setting: 'msisdnType', value: 'text', kind: 'type', pointer: '_msisdn', theirs: /^text/ },
  { setting: 'msisdnType', value: 'number', kind: 'type', pointer: '_msisdn', theirs: /^number/ },
  {
    setting: 'smsIdField',
    value: 'id',
    kind: 'presence',
    operation: 'POST /enterprise/sms',
    pointer: '/sms_id',
  },
  {
    setting: 'orderOutcome',
    value: 'canceled',
    kind: 'state',
    pointer: '/status',
    theirs: /canceled$/,
  },
  {
    setting: 'orderProcessing',
    value: 'PT0S',
    kind: 'enum',
    pointer: '/status',
    ours: /^"pending"/,
    theirs: /^"completed"/,
  },
  { setting: 'orderProcessing', value: 'PT5M', kind: 'state', pointer: '/status' },
]
