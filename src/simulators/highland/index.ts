// Highland: a wholesaler's API of eSIMs and data products; a thin provider, known from one page.
import { bundlesOf } from '../../state/bundles.ts'
import { Refusal } from '../../state/refusal.ts'
import type { HeaderOf } from '../call.ts'
import { defineSimulator, type SettingValues } from '../simulator.ts'
import { refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { SLUG } from './records.ts'
import { seeds, stock } from './seeds.ts'
import { settings } from './settings.ts'
import type { operations } from './spec.d.ts'

/** Only a world's settings say which header it is: a credential does not choose the world here. */
function credentialIn(header: HeaderOf, values?: SettingValues): string | undefined {
  return values?.auth === 'header' ? header(String(values.authHeader).toLowerCase()) : undefined
}

export const highland = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Highland',
  mounts: [{ spec: 'highland.yaml', basePath: '' }],
  settings,
  handlers,
  refusalReply,
  auth: {
    credentialIn,
    authenticate(header, world) {
      const values = world.settings(settings)
      if (values.auth !== 'header' || credentialIn(header, values) === values.authValue) return
      throw new Refusal(
        'unauthorized',
        `the header ${values.authHeader} has not the value of the setting authValue`,
      )
    },
  },
  seeds,
  applySeedFile: stock,
  device: {
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
  },
})
