// The acts of a history: each with a server started anew, with flags of its own.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { edges } from './edges.js'
import { history, newTown } from './history.js'
import { seededWorlds } from './worlds.js'

/** From how many calls on there is time for the odd things. */
const WIDE = 3000
const TOKEN = 'history-token'

/** The user's own stock, for the act that begins with one. */
const SEED_FILE = `esim-go:
  balance: 2000
  testCredit: 20
  testCreditLifetime: P10D
  savedCard: true
  catalogue:
    - { name: esim_5GB_10D_DE_OWN, countries: [DE], dataAmount: 5000, duration: 10, price: 7.5 }
    - name: own_UL
      countries: [DE, FR]
      unlimited: true
      duration: 3
      price: 9
      description: All
      groups: [Own, Mine]
      speed: [4G, 5G]
  inventory:
    - { bundle: esim_5GB_10D_DE_OWN, quantity: 3 }
  esims:
    - { customerRef: alice, installed: true, msisdn: '4915550100', bundles: [esim_5GB_10D_DE_OWN] }
    - iccid: '8943108170000000013'
      matchingId: OWN-1
      smdpAddress: rsp.own.example
      bundles: [own_UL]
highland:
  products:
    - 1a9a1d8ddc9311f09e024c50dd6c0d86,9001,901,AT+CH,Alps-2GB/14days
  esims:
    - 61007763,8948010000042217613,260010191724652,14254458443,1$sm-dp.example$CODE12346
wholesale:
  cards: ['89014104270000000001']
  esims: ['8901410427000000028']
  reservations: [GRID100=12025550123]
`

/** The act that `--without` leaves out. */
export const SEEDED = 'seeded-worlds'
const share = (calls, part) => Math.max(1, Math.round(calls * part))

/** The odd things first, where there is time for them; then what chance brings. */
function* played(town, calls, wide) {
  if (wide && !town.seeded) yield* edges(town)
  if (town.seeded) yield* seededWorlds(town)
  yield* history(town, Math.max(calls - town.played, 100))
}

/** The acts with their flags and histories; the seed file is laid out in `folder`. */
export function actsOf({ calls, seed, ports, without, folder }) {
  const { main, own, receiver } = ports
  const seedFile = join(folder, 'own.yaml')
  writeFileSync(seedFile, SEED_FILE)
  const common = ['--ephemeral', '--clock', 'frozen', '--callback-timeout', '10s']
  const called = ['--callback-url', `http://127.0.0.1:${receiver}/ok`]
  const all = [
    {
      name: 'main',
      flags: [
        ...common,
        ...called,
        '--port',
        `${main}`,
        '--port',
        `esim-go=${own}`,
        '--token',
        TOKEN,
      ],
      ...{ token: TOKEN, part: 0.92 },
    },
    {
      name: 'own-stock',
      flags: [
        ...[...common, '--port', `${main}`, '--seed-file', seedFile, '--unchecked'],
        ...[
          '--public-url',
          'https://sim.example.test:8443/base/',
          '--callback-allow',
          '192.0.2.0/28',
          '--callback-allow',
          'inside.example',
          '--allowed-hosts',
          'other.example',
        ],
      ],
      ...{ base: '/base', part: 0.045, ports: { ...ports, own: undefined } },
    },
    {
      name: SEEDED,
      flags: [...common, ...called, '--port', `${main}`, '--seed', 'harbour'],
      ...{ seeded: true, part: 0.035, ports: { ...ports, own: undefined } },
    },
  ]
  return all
    .filter(({ name }) => !without.includes(name))
    .map(({ part, ...act }, at) => {
      const town = newTown({ seed: seed * 16 + at, ports, ...act })
      return {
        ...{ ports, ...act, secrets: town.secrets },
        history: () => played(town, share(calls, part), calls >= WIDE),
      }
    })
}
