// Highland: a wholesaler's API of eSIMs and data products; a thin provider, known from one page.
import { bundlesOf } from '../../state/bundles.ts'
import { Refusal } from '../../state/refusal.ts'
import { findNetwork } from '../countries.ts'
import type { Handler, HeaderOf, SettingValues, Simulator } from '../simulator.ts'
import { word } from './errors.ts'
import { handlers } from './handlers.ts'
import { SLUG } from './records.ts'
import { seeds, stock } from './seeds.ts'
import { settings } from './settings.ts'

/** Only a world's settings say which header it is: a credential does not choose the world here. */
function presented(header: HeaderOf, values?: SettingValues): string | undefined {
  return values?.auth === 'header' ? header(String(values.authHeader).toLowerCase()) : undefined
}

export const highland: Simulator = {
  slug: SLUG,
  title: 'Highland',
  mounts: [{ spec: 'highland.yaml', basePath: '' }],
  settings,
  // Each handler is typed by its operation; the server calls all of them alike, with what the spec has validated.
  handlers: handlers as unknown as Record<string, Handler>,
  gaps: {},
  refusalReply: word,
  credentialIn: presented,
  authenticate(header, world) {
    const values = world.settings(SLUG)
    if (values.auth !== 'header' || presented(header, values) === values.authValue) return
    throw new Refusal(
      'unauthorized',
      `the header ${values.authHeader} has not the value of the setting authValue`,
    )
  },
  seeds,
  applySeedFile: stock,
  tasks: {},
  react: () => {},
  usage: {
    covers: (_world, { extra }, country) =>
      extra?.countries === '*' || extra?.countries?.split('+').includes(country) === true,
    thresholds: [],
    itemized: true,
  },
  homeCountry(world, { iccid }) {
    const next = bundlesOf(world, SLUG, iccid).find(
      ({ state }) => state === 'active' || state === 'queued',
    )
    return next?.extra?.countries?.replace('*', 'US').slice(0, 2)
  },
  network: findNetwork,
  /** None is known. */
  callbacks: { sign: () => ({}), schedule: () => [], versions: [] },
}
