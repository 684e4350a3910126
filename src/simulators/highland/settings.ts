// What a user can choose about Highland: what nobody knows of it, and the products of a partner.
import {
  choice,
  commonSettings,
  confirmationCode,
  defineSettings,
  duration,
  text,
  texts,
} from '../../state/settings.ts'
import type { SettingMend } from '../simulator.ts'
import { productProblem } from './product-line.ts'
import { SLUG } from './records.ts'

export const settings = defineSettings(SLUG, {
  ...commonSettings,
  confirmationCode,
  auth: choice(
    ['none', 'header'],
    'none',
    'how a partner proves itself (unknown): not at all, or by a header and its value; ' +
      'a key of your own (`--key`) turns it on',
  ),
  authHeader: text(
    /^[A-Za-z0-9-]{1,64}$/,
    'the name of a header',
    'Authorization',
    'with `auth: header`, which header',
  ),
  authValue: text(
    /^\S(.*\S)?$/,
    'a text',
    'Bearer test-highland-key',
    'with `auth: header` and no key of your own (`--key`), its value',
  ),
  failureStatus: choice(
    [200, 400, 403, 404, 409, 422, 500],
    200,
    'HTTP status of a refusal by the rules (unknown)',
  ),
  installationCodeLifetime: duration(
    'P3D',
    'how long after the acquire an installation code and its bar code are good ' +
      '(documented: 3 days)',
  ),
  products: texts(
    productProblem,
    'products of partners, a line each: company_id,id,market_id,DE+AT,Alps-5GB/30days',
  ),
})

/** Which differences to the real endpoint a setting ends. */
export const settingMends: readonly SettingMend[] = [
  {
    setting: 'failureStatus',
    value: Number,
    kind: 'status',
    ours: /^200$/,
    theirs: /^(?:400|403|404|409|422|500)$/,
  },
  { setting: 'auth', value: 'header', kind: 'status', theirs: /^401$/ },
]
