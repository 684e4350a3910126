// The wholesale subscription API: acknowledged now, provisioned later, notified then.
import { clientAuthentication } from '../client-credentials.ts'
import { defineSimulator } from '../simulator.ts'
import { isCarried, renew } from './billing.ts'
import { compose, otherSecret, secret, sign } from './callbacks.ts'
import { advice, refusalCodes, refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { machines } from './lifecycles.ts'
import { magicValues } from './magic-values.ts'
import { pathOf, servedAt, tokenPath } from './paths.ts'
import { settle } from './provisioning.ts'
import { ACTIONS, lines, reservations, SLUG, stockSims, transactions } from './records.ts'
import { applySeedFile, stockShown } from './seed-file.ts'
import { seeds, seedTexts } from './seeds.ts'
import { settingMends, settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { states } from './states.ts'

export const wholesale = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Wholesale',
  mounts: [{ spec: 'wholesale.yaml', basePath: '' }],
  settings,
  settingMends,
  collections: [stockSims, reservations, lines, transactions],
  handlers,
  refusalReply,
  refusalCodes,
  advice,
  auth: clientAuthentication(SLUG, tokenPath),
  requests: { pathOf, servedAt },
  seeds,
  seedTexts,
  states,
  applySeedFile,
  stockShown,
  importPlan: async () => (await import('./import.ts')).importPlan,
  tasks: [settle, renew],
  machines,
  magicValues,
  searchedBy(world, { iccid }) {
    const line = world.in(lines).get(iccid)
    return line ? [line.gpsi, line.subscriberId, line.node, line.eid] : []
  },
  device: {
    usage: { covers: isCarried, thresholds: [] },
    homeCountry: () => 'US',
  },
  callbacks: {
    types: ACTIONS,
    seed: 'an active line',
    compose,
    sign,
    signsTime: true,
    secret,
    otherSecret,
    schedule: (world) => world.settings(settings).retrySchedule,
    versions: [1],
  },
})
