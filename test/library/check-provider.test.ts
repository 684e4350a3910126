// What keeps a provider of one's own from being complete: a sentence each, with what to do.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { pactStates, type RunningSimulator, startSimulator } from '../../src/index.ts'
import { checkProvider, defineProvider } from '../../src/library/provider.ts'
import type { Simulator } from '../../src/simulators/simulator.ts'
import { ROOT } from '../support/source.ts'

const EXAMPLE = `${ROOT}examples/acme-mobile/`
const { default: acme } = (await import(pathToFileURL(`${EXAMPLE}index.js`).href)) as {
  default: Simulator
}

/** The part of an OpenAPI document that is changed here. */
interface Operation {
  'x-effect'?: string
  'x-provenance'?: string
  operationId?: string
  responses: Record<string, object>
}

interface ApiDocument {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  webhooks?: object
}

const api = (): ApiDocument => parse(readFileSync(`${EXAMPLE}openapi.yaml`, 'utf8'))

/** The example with something else about it. */
function other(fields: Partial<Simulator>, change?: (document: ApiDocument) => void): Simulator {
  const document = api()
  change?.(document)
  const { plugin, mounts: _, ...rest } = { ...acme, ...fields }
  const spec = change ? document : new URL('openapi.yaml', pathToFileURL(EXAMPLE))
  const made = defineProvider({
    ...rest,
    mounts: [{ spec, basePath: '/v1' }],
    suites: plugin?.suites ?? [],
  } as never)
  return made
}

const listPlans = ({ paths }: ApiDocument) => paths['/plans']?.get as Operation

test('the example has no problem, its spec in a file or as a document', async () => {
  expect(await checkProvider(other({}))).toEqual([])
  const asDocument = other({ plugin: { api: 1, suites: [] } }, () => {})
  expect((await checkProvider(asDocument)).filter((each) => !each.includes('suite'))).toEqual([])
})

test('a spec that is a document is served', async () => {
  await using sim = await startSimulator({ providers: [other({}, () => {})] })
  const headers = { Authorization: 'Bearer test-acme-mobile-key' }
  const response = await fetch(`${sim.baseUrl('acme-mobile')}/plans`, { headers })
  expect(await response.json()).toMatchObject([{ id: 'europe-1gb' }])
})

const { getEsim: _getEsim, ...withoutGetEsim } = acme.handlers
const callbacks = acme.callbacks as NonNullable<Simulator['callbacks']>

const WRONG: readonly (readonly [Partial<Simulator>, string | RegExp])[] = [
  [{ slug: 'Acme' }, 'its slug "Acme" will not do: slugs are kebab-case letters'],
  [{ slug: 'control' }, 'its slug "control" is a word of the simulator: choose another'],
  [{ handlers: withoutGetEsim }, 'getEsim has no handler: write one, or say in "gaps" why'],
  [{ gaps: { getEsim: 'not yet needed' } }, 'getEsim has a handler and is a gap: take one'],
  [{ handlers: withoutGetEsim, gaps: { getEsim: 'no' } }, 'the gap getEsim does not say why'],
  [{ refusalCodes: ['unauthorized'] }, 'it has no words for the refusal "not-found": add it'],
  [{ advice: {} }, 'nothing is said about the refusal "unknown-plan": add a sentence to "advice"'],
  [
    { refusalReply: () => ({ status: 418, body: { short: true } }) },
    /the refusal "unauthorized" of listPlans breaks the spec \(.*error.*\): mend one of them/,
  ],
  [{ seeds: { empty: () => {} } }, 'it has no seed "default": a new world begins with it'],
  [
    { callbacks: { ...callbacks, seed: 'an eSIM' } },
    'there is no seed "an eSIM" to write callbacks in: it has default, an ordered eSIM',
  ],
  [
    { callbacks: { ...callbacks, compose: () => ({ body: { type: 'esim.ready' } }) } },
    /the callback esim\.ready breaks the spec: .*esim/,
  ],
  [
    {
      seeds: {
        ...acme.seeds,
        broken() {
          throw new Error('no licence')
        },
      },
    },
    'the seed "broken" cannot be laid: no licence',
  ],
  [
    { settings: { ...acme.settings, provider: 'another' } },
    'its settings are those of "another": defineSettings(\'acme-mobile\', ...) makes its own',
  ],
  [
    { settings: { ...acme.settings, table: {} } },
    'it has no setting "strict": put ...commonSettings into its settings',
  ],
  [
    { machines: [{ name: 'esim', says: 'An eSIM.', initial: 'there', states: [], moves: [] }] },
    'its machine "esim" is not its own: give it provider: \'acme-mobile\'',
  ],
  [{ plugin: { api: 1, suites: ['/nowhere.yaml'] } }, 'its suite /nowhere.yaml is not there'],
]

const PROBLEMS = WRONG.map(([fields, why]) => ({ fields, why, says: String(why) }))

test.each(PROBLEMS)('it is told: $says', async ({ fields, why }) => {
  const problems = await checkProvider(other(fields))
  expect(problems.join('\n')).toMatch(why)
})

test.each([
  [
    'no mark of where it comes from',
    (document: ApiDocument) => delete listPlans(document)['x-provenance'],
    'listPlans does not say where it comes from: give it x-provenance: documented | public',
  ],
  [
    'a mark of what it does that is none',
    (document: ApiDocument) => {
      listPlans(document)['x-effect'] = 'looks'
    },
    'listPlans does not say what it does: give it x-effect: reads | changes | spends',
  ],
  [
    'no operationId',
    (document: ApiDocument) => delete listPlans(document).operationId,
    'has no operationId at GET /plans',
  ],
  [
    'another version of OpenAPI',
    (document: ApiDocument) => {
      document.openapi = '2.0'
    },
    'is no OpenAPI 3.0 or 3.1 document: "openapi" must begin so',
  ],
  [
    'no webhook',
    (document: ApiDocument) => delete document.webhooks,
    'the callback esim.ready is not in the spec: add it to "webhooks"',
  ],
] as const)('a spec with %s', async (_what, change, why) => {
  const problems = await checkProvider(other({}, (document) => void change(document)))
  expect(problems.join('\n')).toContain(why)
})

test('what is due, its states, its magic values and its uses are shown in its own words', async () => {
  const magicValues = [{ where: 'a plan', value: 'moon', says: '404' }]
  const uses = [{ at: 0, bytes: 7, country: 'DE' }]
  const device = { ...acme.device, usesOf: () => uses }
  await using sim = await startSimulator({ providers: [other({ magicValues, device })] })
  await sim.calls.make({
    provider: 'acme-mobile',
    operation: 'orderEsim',
    body: { plan: 'europe-1gb' },
  })
  const [{ iccid } = { iccid: '' }] = await sim.sims('acme-mobile')
  const { upcoming } = await sim.clock.upcoming()
  expect(upcoming).toMatchObject([{ kind: 'sim', says: 'the eSIM is ready', iccid }])
  const own = (await sim.lifecycles()).filter(({ provider }) => provider === 'acme-mobile')
  expect(own).toMatchObject([{ name: 'esim', initial: 'ordered' }])
  expect(await sim.magic()).toEqual([{ provider: 'acme-mobile', ...magicValues[0] }])
  expect((await sim.simPage({ search: 'EUROPE-1' })).sims).toMatchObject([{ iccid }])
  expect((await sim.simPage({ search: 'asia' })).total).toBe(0)
  expect((await sim.device(iccid).show()).uses).toMatchObject([{ bytes: 7, country: 'DE' }])
})

test('a file that is named by a relative path is refused, with what to write', () => {
  const mounts = [{ spec: './openapi.yaml', basePath: '' }]
  expect(() => defineProvider({ ...acme, mounts } as never)).toThrow(
    '"./openapi.yaml" is not absolute: write new URL(',
  )
})

test('providers of one slug are served side by side, and the one that is closed is named no longer', async () => {
  const plan = { id: 'world-1gb', countries: ['DE'], bytes: 1, days: 1 }
  const handlers = { ...acme.handlers, listPlans: () => ({ status: 200, body: [plan] }) }
  const seeds = { ...acme.seeds, 'a second shop': acme.seeds.default }
  const plansOf = async (sim: RunningSimulator<string>) => {
    const headers = { Authorization: 'Bearer test-acme-mobile-key' }
    const response = await fetch(`${sim.baseUrl('acme-mobile')}/plans`, { headers })
    return ((await response.json()) as { id: string }[]).map(({ id }) => id)
  }
  const named = () => pactStates('acme-mobile').map(({ name }) => name)

  await using first = await startSimulator({ providers: [other({})] })
  const second = await startSimulator({ providers: [other({ handlers, seeds } as never)] })
  expect(await plansOf(first)).toEqual(['europe-1gb'])
  expect(await plansOf(second)).toEqual(['world-1gb'])
  expect(named()).toContain('a second shop')
  await second.close()
  expect(await plansOf(first)).toEqual(['europe-1gb'])
  expect(named()).not.toContain('a second shop')
})
