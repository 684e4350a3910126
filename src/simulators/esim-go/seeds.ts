// What exists at the start: the organisation, its key and money; and named states to start from.
import { credentials } from '../../state/credentials.ts'
import { addDuration } from '../../state/duration.ts'
import { HEX, openRandom } from '../../state/random.ts'
import { install, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { addLot } from './bundles/inventory.ts'
import { putOnEsim } from './bundles/put-on-esim.ts'
import { findBundle } from './catalogue/on-sale.ts'
import { mintEsim } from './esims/esims.ts'
import { type Account, accounts, SLUG } from './records.ts'

const DEFAULT_KEY = 'test-esim-go-key'
/** US cents. */
const FIRST_BALANCE = 100_000
const FIRST_CREDIT = 5_000
const CREDIT_LIFETIME = 'P30D'
const A_BUNDLE = 'esim_1GB_7D_GB_V2'

/** The key of a world: fixed in `default`, elsewhere from its name and seed. */
function keyOf({ identity: { name, seed } }: World): string {
  return name === 'default'
    ? DEFAULT_KEY
    : `esimgo-${openRandom(`${name}/${seed}/${SLUG}`).text(32, HEX)}`
}

/** The organisation with its money, and nothing bought yet. */
function organisation(
  world: World,
  money: Partial<Pick<Account, 'balance' | 'testCredit' | 'cardless'>> = {},
): void {
  world.in(credentials).put({ provider: SLUG, kind: 'api-key', secret: keyOf(world) })
  world.in(accounts).put({
    id: 'account',
    balance: FIRST_BALANCE,
    testCredit: FIRST_CREDIT,
    testCreditExpiresAt: addDuration(world.now, CREDIT_LIFETIME),
    ...money,
  })
}

/** An installed eSIM with one unused 1 GB bundle for the United Kingdom. */
function assignedBundle(world: World): void {
  const { iccid } = mintEsim(world)
  const reference = `${world.random.uuid()}-0`
  putOnEsim(world, iccid, findBundle(world, A_BUNDLE), { reference })
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (sim) install(world, sim)
}

/** States by name; each begins from an empty world. */
export const seeds = {
  default: (world) => organisation(world),
  'an empty account': (world) => organisation(world, { balance: 0, testCredit: 0 }),
  'an account without a card': (world) => organisation(world, { balance: 0, cardless: true }),
  'bundles in the inventory': (world) => {
    organisation(world)
    const bundle = findBundle(world, A_BUNDLE)
    addLot(world, bundle, 5, bundle.price)
  },
  'an assigned bundle': (world) => {
    organisation(world)
    assignedBundle(world)
  },
  'an eSIM with an older profile': (world) => {
    organisation(world)
    mintEsim(world, { platform: 'older' })
  },
} satisfies Readonly<Record<string, (world: World) => void>>

/** What each holds, and what to do next in it. */
export const seedTexts: Readonly<Record<keyof typeof seeds, string>> = {
  default: 'an organisation with money, a saved card and the catalogue, and no eSIM: order one',
  'an empty account':
    'an organisation without money: what costs something is refused until there is a balance',
  'an account without a card':
    'an organisation without a balance and without a saved card, with its test credit',
  'bundles in the inventory': '5 bundles bought and not applied: apply one to an eSIM',
  'an assigned bundle':
    'an eSIM in a handset, enabled, with an unused bundle: attach it or use data; it need not be installed',
  'an eSIM with an older profile':
    'an eSIM in a handset whose profile is an older one: ask whether a bundle is compatible',
}
