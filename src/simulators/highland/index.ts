// Highland: a wholesaler's API of eSIMs and data products; a thin provider, known from one page.
import { bundlesOf } from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { covers } from '../../state/coverage.ts'
import { credentialOf, credentials } from '../../state/credentials.ts'
import { Refusal } from '../../state/refusal.ts'
import { chosenSettings } from '../../state/settings.ts'
import type { Sim } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import type { HeaderOf } from '../call.ts'
import { defineSimulator, type SettingValues } from '../simulator.ts'
import { advice, refusalCodes, refusalReply } from './errors.ts'
import { countriesOf, startWhereConnected } from './esims.ts'
import { handlers } from './handlers.ts'
import { machines } from './lifecycles.ts'
import { companies, esims, ownRules, SLUG } from './records.ts'
import { applySeedFile, stockShown } from './seed-file.ts'
import { seeds, seedTexts } from './seeds.ts'
import { settingMends, settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { states } from './states.ts'

/** What stands in a header, with or without the scheme in front. */
function withoutScheme(value = ''): string {
  return value.replace(/^Bearer +/i, '')
}

/**
 * Only a world's settings say which header it is: before they are known, the
 * one it is mostly.
 */
function credentialIn(header: HeaderOf, values?: SettingValues): string | undefined {
  if (!values) return withoutScheme(header('authorization'))
  if (values.auth !== 'header') return undefined
  return withoutScheme(header(String(values.authHeader).toLowerCase()))
}

/**
 * Where a user chose keys, one of them has to be there, else the value of the setting.
 * @throws Refusal `unauthorized`
 */
function authenticate(header: HeaderOf, world: World): void {
  const { auth, authHeader, authValue } = world.settings(settings)
  if (auth !== 'header') return
  const value = header(authHeader.toLowerCase()) ?? ''
  const keys = world.in(credentials)
  if (credentialOf(world, SLUG, 'api-key')) {
    if (keys.has(`${SLUG}/${value}`) || keys.has(`${SLUG}/${withoutScheme(value)}`)) return
    throw new Refusal(
      'unauthorized',
      `the header ${authHeader} has no key of the world "${world.name}": ` +
        `--key ${SLUG}=... chooses one`,
    )
  }
  if (value === authValue) return
  throw new Refusal(
    'unauthorized',
    `the header ${authHeader} has not the value of the setting authValue`,
  )
}

function secretsIn({ auth, authValue }: SettingValues): readonly string[] {
  return auth === 'header' ? [withoutScheme(String(authValue))] : []
}

/** Chosen keys are asked for, unless the user said otherwise. */
function demand(world: World): void {
  const values = world.in(chosenSettings).get(SLUG)?.values
  if (values?.auth !== undefined) return
  world.in(chosenSettings).put({ provider: SLUG, values: { ...values, auth: 'header' } })
}

/** The first country of the product in use, or to be used next. */
function homeCountry(world: World, { iccid }: Sim): string | undefined {
  const product = bundlesOf(world, SLUG, iccid).find(
    ({ state }) => state === 'active' || state === 'queued',
  )
  return product && countriesOf(product).replace('*', 'US').slice(0, 2)
}

/** The numbers of its eSIM, and the company that has it. */
function searchedBy(world: World, { iccid }: Sim): (string | undefined)[] {
  const [esim] = world.in(esims).matching('iccid', iccid + SEPARATOR)
  return [esim?.simId, world.in(companies).get(esim?.company ?? '')?.name]
}

export const highland = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Highland',
  mounts: [{ spec: 'highland.yaml', basePath: '' }],
  settings,
  settingMends,
  collections: [companies, esims],
  narrower: ownRules,
  handlers,
  refusalReply,
  refusalCodes,
  advice,
  auth: { kind: 'api-key', credentialIn, authenticate, secretsIn, demand },
  seeds,
  seedTexts,
  states,
  applySeedFile,
  stockShown,
  importPlan: async () => (await import('./import.ts')).importPlan,
  device: {
    usage: {
      covers: (_world, bundle, country) => covers(countriesOf(bundle), country),
      thresholds: [],
      itemized: true,
    },
    homeCountry,
  },
  machines,
  searchedBy,
  // Connecting, being put on an eSIM, and what ends another product: each may be the moment.
  react: ({ iccid }, world) => startWhereConnected(world, iccid),
})
