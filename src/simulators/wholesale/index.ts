// The wholesale subscription API: every request is acknowledged now, provisioned later, and notified then.
import { clientAuthentication } from '../client-credentials.ts'
import { defineSimulator } from '../simulator.ts'
import { renew } from './billing.ts'
import { secret, sign } from './callbacks.ts'
import { refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { pathOf, tokenPath } from './paths.ts'
import { dataProduct } from './plans.ts'
import { settle } from './provisioning.ts'
import { lines, SLUG } from './records.ts'
import { seeds, stock } from './seeds.ts'
import { settings } from './settings.ts'
import type { operations } from './spec.d.ts'

export const wholesale = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Wholesale',
  mounts: [{ spec: 'wholesale.yaml', basePath: '' }],
  settings,
  handlers,
  refusalReply,
  auth: clientAuthentication(SLUG, tokenPath),
  requests: { pathOf },
  seeds,
  applySeedFile: stock,
  tasks: [settle, renew],
  device: {
    usage: {
      covers(world, { iccid, extra }, country) {
        const line = world.in(lines).get(iccid)
        const carriesData =
          line?.products.some(({ productId }) => productId === dataProduct(line.plan)) === true
        return carriesData && extra?.countries?.split('+').includes(country) === true
      },
      thresholds: [],
    },
    homeCountry: () => 'US',
  },
  callbacks: {
    sign,
    secret,
    schedule: (world) => world.settings(settings).retrySchedule,
    versions: [1],
  },
})
