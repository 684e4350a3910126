// Highland: a wholesaler's API of eSIMs and data products; a thin provider, known from one page.
import { bundlesOf } from '../../state/bundles.ts'
import { covers } from '../../state/coverage.ts'
import { Refusal } from '../../state/refusal.ts'
import type { Sim } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import type { HeaderOf } from '../call.ts'
import { defineSimulator, type SettingValues } from '../simulator.ts'
import { refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { companies, esims, ownRules, SLUG } from './records.ts'
import { applySeedFile } from './seed-file.ts'
import { seeds } from './seeds.ts'
import { settings } from './settings.ts'
import type { operations } from './spec.d.ts'

/**
 * Only a world's settings say which header it is: here no credential chooses
 * the world.
 */
function credentialIn(header: HeaderOf, values?: SettingValues): string | undefined {
  return values?.auth === 'header' ? header(String(values.authHeader).toLowerCase()) : undefined
}

/** @throws Refusal `unauthorized` */
function authenticate(header: HeaderOf, world: World): void {
  const values = world.settings(settings)
  if (values.auth !== 'header' || credentialIn(header, values) === values.authValue) return
  throw new Refusal(
    'unauthorized',
    `the header ${values.authHeader} has not the value of the setting authValue`,
  )
}

/** The first country of the product in use, or to be used next. */
function homeCountry(world: World, { iccid }: Sim): string | undefined {
  const product = bundlesOf(world, SLUG, iccid).find(
    ({ state }) => state === 'active' || state === 'queued',
  )
  return product?.extra?.countries?.replace('*', 'US').slice(0, 2)
}

export const highland = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Highland',
  mounts: [{ spec: 'highland.yaml', basePath: '' }],
  settings,
  collections: [companies, esims],
  narrower: ownRules,
  handlers,
  refusalReply,
  auth: { credentialIn, authenticate },
  seeds,
  applySeedFile,
  device: {
    usage: {
      covers: (_world, { extra }, country) => covers(extra?.countries ?? '', country),
      thresholds: [],
      itemized: true,
    },
    homeCountry,
  },
})
