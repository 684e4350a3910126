// What a user can choose about the wholesale API: what nobody knows, how provisioning goes.
import {
  choice,
  commonSettings,
  confirmationCode,
  defineSettings,
  duration,
  durations,
  texts,
} from '../../state/settings.ts'
import type { SettingMend } from '../simulator.ts'
import { pathProblem, pathsProblem } from './paths.ts'
import { SLUG } from './records.ts'

const paths = texts(
  pathProblem,
  'where operations are served (unknown), a line each: activateSubscription=/sps/v5/activate',
)

export const settings = defineSettings(SLUG, {
  ...commonSettings,
  confirmationCode,
  settlingDelay: duration(
    'PT2S',
    'how long provisioning takes after the acknowledgement (invented)',
  ),
  settlement: choice(
    ['succeed', 'fail'],
    'succeed',
    'how provisioning ends; a transaction id that begins with FAIL- always fails',
  ),
  billCycleDefault: choice(
    ['first', 'activation'],
    'first',
    'the bill day of a line whose activation names none: the 1st (inferred), or the day of the ' +
      'activation, the 28th at most',
  ),
  tokenLifetime: duration('PT1H', "how long a token is good, by the world's clock (invented)"),
  paths: {
    ...paths,
    problem: (value: unknown) => paths.problem(value) ?? pathsProblem(value as readonly string[]),
  },
  signing: choice(
    ['standard-webhooks', 'none'],
    'standard-webhooks',
    'how notifications are signed (unknown)',
  ),
  signingClock: choice(
    ['virtual', 'wall'],
    'virtual',
    "the clock of a signature's timestamp: the world's, or the machine's",
  ),
  retrySchedule: durations(
    ['PT5S', 'PT5M', 'PT30M', 'PT2H', 'PT5H'],
    'delays between attempts at a notification; then it is dead',
  ),
})

/** Which differences to the real endpoint a setting ends. */
export const settingMends: readonly SettingMend[] = [
  { setting: 'settlement', value: 'fail', kind: 'state', theirs: /"?Failed"?$/ },
  { setting: 'settlement', value: 'fail', kind: 'enum', ours: /^"Success"/, theirs: /^"Failed"/ },
  {
    setting: 'settlingDelay',
    value: 'PT0S',
    kind: 'enum',
    ours: /^"InProgress"/,
    theirs: /^"Success"/,
  },
  { setting: 'settlingDelay', value: 'PT1M', kind: 'state', ours: /^InProgress/ },
  { setting: 'settlingDelay', value: 'PT1M', kind: 'state', theirs: /^InProgress/ },
]
