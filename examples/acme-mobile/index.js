// Acme Mobile for esimulator: a provider in a package of its own, in one file.
import { createHmac } from 'node:crypto'
import {
  addDuration,
  assignBundle,
  commonSettings,
  covers,
  defineCollection,
  defineProvider,
  defineSettings,
  defineTask,
  keyAuthentication,
  lpaString,
  machineOf,
  move,
  newestSim,
  newSim,
  queueCallback,
  refusal,
  reply,
  seedKey,
  setting,
  shape,
  simKey,
  sims,
  wordRefusals,
} from 'esimulator/provider'

/**
 * @import { Lifecycle, Operation, World } from 'esimulator/provider'
 * @typedef {{ id: string, countries: string[], bytes: number, days: number }} Plan
 * @typedef {'ordered' | 'active' | 'suspended' | 'closed'} State
 * @typedef {{ iccid: string, plan: string, state: State }} Line
 * @typedef {Line & { activation_code?: string }} Esim
 * @typedef {{
 *   listPlans: Operation<{ reply: Plan[] }>,
 *   orderEsim: Operation<{ body: { plan: string }, reply: Esim }>,
 *   getEsim: Operation<{ path: { iccid: string }, reply: Esim }>,
 *   changeEsim: Operation<{
 *     path: { iccid: string }, body: { action: 'suspend' | 'resume' | 'close' }, reply: Esim
 *   }>,
 * }} Operations
 */

const SLUG = 'acme-mobile'

/** @type {readonly Plan[]} */
const PLANS = [{ id: 'europe-1gb', countries: ['DE', 'FR', 'IT'], bytes: 1e9, days: 30 }]

const settings = defineSettings(SLUG, {
  ...commonSettings,
  provisioning: setting.duration('PT30S', 'how long until an eSIM that was ordered is ready'),
})

const lines = defineCollection({
  name: `${SLUG}.lines`,
  key: (/** @type {Line} */ { iccid }) => iccid,
  shape: shape.fields(
    /** @type {import('esimulator/provider').shape.Fields<Line>} */ ({
      iccid: shape.iccid,
      plan: shape.name,
      state: shape.oneOf('ordered', 'active', 'suspended', 'closed'),
    }),
  ),
})

/** @type {Lifecycle<State, 'provision' | 'suspend' | 'resume' | 'close'>} */
const lifecycle = {
  ordered: { provision: 'active' },
  active: { suspend: 'suspended', close: 'closed' },
  suspended: { resume: 'active', close: 'closed' },
  closed: {},
}

/** @type {typeof machineOf<State, 'provision' | 'suspend' | 'resume' | 'close'>} */
const machine = machineOf

/** The same for people: `GET /_sim/lifecycles`, and the dashboard. */
const machines = [
  machine({
    name: 'esim',
    says: 'An eSIM, from the order on.',
    provider: SLUG,
    table: lifecycle,
    initial: 'ordered',
    states: {
      ordered: 'it is being provisioned',
      active: 'networks serve it',
      suspended: 'no network serves it until it is resumed',
      closed: 'it is gone for good',
    },
    moves: {
      provision: 'provisioning is over',
      suspend: 'the API suspends it',
      resume: 'the API resumes it',
      close: 'the API closes it',
    },
  }),
]

/** @returns {Esim} */
function esim(/** @type {World} */ world, /** @type {Line} */ line) {
  const sim = world.in(sims).get(simKey(SLUG, line.iccid))
  if (line.state === 'ordered' || !sim) return line
  return { ...line, activation_code: lpaString(sim) }
}

function findLine(/** @type {World} */ world, /** @type {string} */ iccid) {
  const line = world.in(lines).get(iccid)
  if (!line) throw refusal('not-found', `there is no eSIM ${iccid}`)
  return line
}

function order(/** @type {World} */ world, /** @type {string} */ wanted) {
  const plan = PLANS.find(({ id }) => id === wanted)
  if (!plan) throw refusal('unknown-plan', `there is no plan ${wanted}`)
  const { iccid } = newSim(world, { provider: SLUG })
  return world.in(lines).put({ iccid, plan: plan.id, state: 'ordered' })
}

/** An eSIM that was ordered is ready: its plan is on it, and the shop is told. */
const provision = defineTask({
  provider: SLUG,
  name: 'provision',
  shownAs: { kind: 'sim', says: 'the eSIM is ready' },
  perform(world, /** @type {{ iccid: string }} */ { iccid }) {
    const line = findLine(world, iccid)
    const ready = world.in(lines).put({ ...line, state: move(lifecycle, line.state, 'provision') })
    const plan = PLANS.find(({ id }) => id === line.plan)
    if (!plan) return
    const bundle = { id: iccid, provider: SLUG, iccid, name: plan.id, reference: plan.id }
    const extra = { countries: plan.countries.join('+') }
    const size = { unlimited: false, initialBytes: plan.bytes, duration: `P${plan.days}D` }
    assignBundle(world, { ...bundle, ...size, extra }, 'PT0S')
    const body = { type: 'esim.ready', esim: esim(world, ready) }
    queueCallback(world, { provider: SLUG, type: 'esim.ready', iccid, body })
  },
})

/** What callbacks are signed with; another one in each world. */
const secret = (/** @type {World} */ { name }) => `acme-mobile-secret-${name}`

/** @type {typeof defineProvider<Operations, typeof settings.table>} */
const define = defineProvider

export default define({
  slug: SLUG,
  title: 'Acme Mobile',
  mounts: [{ spec: new URL('./openapi.yaml', import.meta.url), basePath: '/v1' }],
  suites: [new URL('./suite.arazzo.yaml', import.meta.url)],
  settings,
  collections: [lines],
  tasks: [provision],
  machines,
  searchedBy: (world, { iccid }) => [world.in(lines).get(iccid)?.plan],
  auth: keyAuthentication(SLUG),
  ...wordRefusals({ 'unknown-plan': 404 }, ({ code, message }) => ({ error: code, message })),
  advice: { 'unknown-plan': 'order a plan that GET /plans lists' },
  seeds: {
    default: (world) => seedKey(world, SLUG),
    'an ordered eSIM'(world) {
      seedKey(world, SLUG)
      provision.perform(world, { iccid: order(world, 'europe-1gb').iccid })
    },
  },
  device: {
    usage: {
      covers: (_world, { extra }, country) => covers(extra?.countries ?? '', country),
      thresholds: [],
    },
    homeCountry: () => 'DE',
  },
  handlers: {
    listPlans: () => reply(200, [...PLANS]),
    orderEsim({ body, now, settings: { provisioning } }, world) {
      const line = order(world, body.plan)
      world.schedule(provision, addDuration(now, provisioning), { iccid: line.iccid })
      return reply(201, esim(world, line))
    },
    getEsim: ({ path }, world) => reply(200, esim(world, findLine(world, path.iccid))),
    changeEsim({ path, body }, world) {
      const line = findLine(world, path.iccid)
      const state = move(lifecycle, line.state, body.action)
      return reply(200, esim(world, world.in(lines).put({ ...line, state })))
    },
  },
  callbacks: {
    types: ['esim.ready'],
    seed: 'an ordered eSIM',
    compose(world, { type, iccid: wanted }) {
      const iccid = wanted ?? newestSim(world, SLUG)?.iccid
      if (iccid === undefined) throw refusal('wrong-state', 'there is no eSIM: order one')
      return { iccid, body: { type, esim: esim(world, findLine(world, iccid)) } }
    },
    sign: ({ body }, world, { secret: key = secret(world) }) => ({
      'x-acme-signature': createHmac('sha256', key).update(body).digest('hex'),
    }),
    secret,
    otherSecret: () => 'another-secret',
    schedule: () => ['PT1M', 'PT10M'],
    versions: [1],
  },
})
