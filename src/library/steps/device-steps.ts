// Steps that no provider is asked for: what a handset does with a SIM, and time that goes by.
import fc from 'fast-check'
import { ControlError } from '../../control/client.ts'
import type { SimRow } from '../../control/wire.ts'
import { type ProfileEvent, profileLifecycle } from '../../state/sim-lifecycle.ts'
import { type PlayModel, type Step, type StepKind, stepOf } from './step.ts'

/** The one of several that a number stands for. */
export function picked<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % from.length]
}

const pick = fc.nat(99)

/** SIMs of a provider in whose state something may be done. */
const simsIn = async (model: PlayModel, slug: string, may: (sim: SimRow) => boolean) =>
  (await model.sims(slug)).filter(may)

interface HandsetStep<Value> {
  readonly name: string
  readonly value: fc.Arbitrary<Value>
  readonly may: (sim: SimRow) => boolean
  readonly act: (device: Handset, value: Value) => Promise<unknown>
  /** True where the network may say no. */
  readonly mayFail?: boolean
}

type Handset = ReturnType<Parameters<StepKind<never, never>['act']>[0]['sim']['device']>

function handsetStep<Client, Value>(
  slug: string,
  { name, value, may, act, mayFail = false }: HandsetStep<Value>,
): fc.Arbitrary<Step<Client>> {
  const told = (drawn: Value, chosen: SimRow | undefined) =>
    `${name}${drawn === undefined ? '' : ` ${drawn}`} (${chosen?.iccid})`
  return stepOf<Client, { readonly pick: number; readonly value: Value }>({
    name,
    of: fc.record({ pick, value }),
    when: async (model) => (await simsIn(model, slug, may)).length > 0,
    reads: async (drawn, model) =>
      told(drawn.value, picked(await simsIn(model, slug, may), drawn.pick)),
    async act({ sim }, drawn, model) {
      const chosen = picked(await simsIn(model, slug, may), drawn.pick)
      if (!chosen) return undefined
      try {
        await act(sim.device(chosen.iccid, slug), drawn.value)
        return undefined
      } catch (error) {
        // Without a bundle that covers the country the handset has no service, and nothing happens.
        if (!(error instanceof ControlError) || !mayFail || error.status !== 409) throw error
        return `${told(drawn.value, chosen)} without success: ${error.message}`
      }
    },
  })
}

const nothing = fc.constant(undefined)
const can = (event: ProfileEvent) => (sim: SimRow) =>
  profileLifecycle[sim.profile][event] !== undefined
const isOnAir = ({ country }: SimRow) => country !== undefined

const ONCE: readonly HandsetStep<undefined>[] = [
  { name: 'enable', value: nothing, may: can('enable'), act: (device) => device.enable() },
  { name: 'disable', value: nothing, may: can('disable'), act: (device) => device.disable() },
  { name: 'delete', value: nothing, may: can('delete'), act: (device) => device.delete() },
  { name: 'detach', value: nothing, may: isOnAir, act: (device) => device.detach() },
]

/** What a handset does with the SIMs of a provider, weighted so that much of it is used. */
export function deviceSteps<Client>(
  slug: string,
  countries: readonly string[],
): fc.Arbitrary<Step<Client>>[] {
  const country = fc.constantFrom(...countries)
  const attach: HandsetStep<string> = {
    name: 'attach',
    value: country,
    may: ({ profile }) => profile === 'enabled',
    act: (device, where) => device.attach(where),
    mayFail: true,
  }
  const use: HandsetStep<string> = {
    name: 'use',
    value: fc
      .record({ megabytes: fc.integer({ min: 1, max: 900 }), country })
      .map(({ megabytes, country: where }) => `${megabytes}MB in ${where}`),
    may: ({ profile }) => profile === 'enabled',
    async act(device, drawn) {
      const [amount = '', where = ''] = drawn.split(' in ')
      await device.attach(where)
      await device.use(amount)
    },
    mayFail: true,
  }
  // The code of an eSIM may have expired, which no list of SIMs tells.
  const install: HandsetStep<undefined> = {
    name: 'install',
    value: nothing,
    may: can('download'),
    act: (device) => device.install(),
    mayFail: true,
  }
  const installing = handsetStep<Client, undefined>(slug, install)
  const using = handsetStep<Client, string>(slug, use)
  return [
    ...ONCE.map((each) => handsetStep<Client, undefined>(slug, each)),
    handsetStep<Client, string>(slug, attach),
    installing,
    installing,
    using,
    using,
  ]
}

/** Time that goes by, and whatever comes due in it. */
export function timeStep<Client>(): fc.Arbitrary<Step<Client>> {
  return stepOf<Client, string>({
    name: 'advance',
    of: fc.constantFrom('PT1S', 'PT1M', 'PT10M', 'PT1H', 'P1D', 'P8D', 'P31D'),
    async act({ sim }, by) {
      const { fired } = await sim.clock.advance(by)
      const happened = fired.length === 0 ? '' : `, in which ${fired.length} things happened`
      return `advance ${by}${happened}`
    },
  })
}
