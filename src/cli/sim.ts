// `esimulator sim`: SIMs of a running simulator, and what their handset does.
import type {
  DeviceShown,
  LifecycleShown,
  SimPageShown,
  SimShown,
  UsedShown,
} from '../control/wire.ts'
import type { Device, SimFilter } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import { unknownAction } from './actions.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config, Flags } from './config.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'
import { wholeNumber } from './whole-number.ts'

/** What one action does with the device of a SIM and the arguments behind its ICCID. */
type Action = (config: Config, device: Device, args: readonly string[]) => Promise<void>

const listText =
  (filter: SimFilter) =>
  ({ total, sims }: SimPageShown): string => {
    if (total === 0 && isNarrow(filter)) return 'no SIM fits: `esimulator sim list` lists all'
    if (total === 0) return 'there are no SIMs yet: order one from a provider'
    const rows = sims.map(({ provider, iccid, profile, service, country, lastSeenAt }) => [
      provider,
      iccid,
      profile,
      service,
      country,
      lastSeenAt,
    ])
    const left = total - sims.length - (filter.offset ?? 0)
    const more = left > 0 ? `\n${left} more (--limit, --offset)` : ''
    return table(['provider', 'iccid', 'profile', 'service', 'in', 'last seen'], rows) + more
  }

const megabytes = (bytes: number) => `${Math.round(bytes / 1e4) / 100} MB`

function simText(sim: SimShown): string {
  const where = sim.attached ? `, on ${sim.attached.brandName} in ${sim.attached.country}` : ''
  const parts = [
    `${sim.iccid} of ${sim.provider}: ${sim.profile}, ${sim.service}${where}`,
    `installation code  ${sim.installationCode}`,
    bundlesText(sim),
    timelineText(sim),
  ]
  if (sim.callbacks.length > 0) parts.push(callbacksText(sim))
  return parts.join('\n\n')
}

function bundlesText({ bundles }: SimShown): string {
  if (bundles.length === 0) return 'no bundles'
  const rows = bundles.map(
    ({ id, name, state, unlimited, usedBytes, remainingBytes = 0, endsAt }) => [
      id,
      name,
      state,
      megabytes(usedBytes),
      unlimited ? 'unlimited' : megabytes(remainingBytes),
      endsAt,
    ],
  )
  return table(['bundle', 'name', 'state', 'used', 'left', 'ends'], rows)
}

function timelineText({ timeline }: SimShown): string {
  const rows = timeline.map(({ at, type, bundle }) => [
    at,
    bundle === undefined ? type : `${type} (${bundle})`,
  ])
  return table(['at', 'what'], rows)
}

function callbacksText({ callbacks }: SimShown): string {
  const rows = callbacks.map(({ id, type, state, attempts, earlierAttempts = 0 }) => [
    id,
    type,
    state,
    earlierAttempts + attempts.length,
  ])
  return table(['callback', 'type', 'state', 'attempts'], rows)
}

function deviceText({ sim, events }: DeviceShown): string {
  const where = sim.attached ? ` on ${sim.attached.brandName} in ${sim.attached.country}` : ''
  const happened = events.map(({ type }) => type).join(', ') || 'nothing happened'
  return `${sim.iccid} is ${sim.profile}${where}: ${happened}`
}

function usedText(used: UsedShown): string {
  const sources = used.bundles.map((bundle) => `${megabytes(bundle.used)} of ${bundle.name}`)
  const overage = used.bundles.reduce((left, bundle) => left - bundle.used, used.used)
  if (overage > 0) sources.push(`${megabytes(overage)} beyond any bundle`)

  const where = used.attached ? `, first attached in ${used.attached.country}` : ''
  const denied = used.denied > 0 ? `\ndenied ${megabytes(used.denied)}: ${used.reason}` : ''
  return `used ${sources.join(', ')}${where}${denied}\n${deviceText(used)}`
}

type Move = 'enable' | 'disable' | 'delete' | 'detach'

const move =
  (name: Move): Action =>
  async (config, device) =>
    print(config, await device[name](), deviceText)

const actions: Readonly<Record<string, Action>> = {
  show: async (config, device) => print(config, await device.show(), simText),
  download: async (config, device, [code]) =>
    print(config, await device.download(code), deviceText),
  install: async (config, device, [code]) => print(config, await device.install(code), deviceText),
  enable: move('enable'),
  disable: move('disable'),
  delete: move('delete'),
  detach: move('detach'),
  async attach(config, device, args) {
    const country = argument(args, 0, 'sim attach ICCID COUNTRY [OPERATOR]')
    print(config, await device.attach(country, args[1]), deviceText)
  },
  async use(config, device, args) {
    const amount = argument(args, 0, 'sim use ICCID 500MB')
    const [, number, unit] = /^(\d+(?:\.\d+)?) ?(sms|min)$/i.exec(amount) ?? []
    if (number === undefined) print(config, await device.use(amount), usedText)
    else
      print(config, await device.use(serviceUse(Number(number), unit)), (used) => {
        const where = used.attached ? `, first attached in ${used.attached.country}` : ''
        return `used ${number} ${unit === 'min' ? 'minutes' : 'SMS'}${where}\n${deviceText(used)}`
      })
  },
}

function serviceUse(number: number, unit = ''): { sms: number } | { minutes: number } {
  return unit.toLowerCase() === 'sms' ? { sms: number } : { minutes: number }
}

export const simFlags: readonly OwnFlag[] = [
  { usage: '--search <TEXT>', says: 'list: only those with this in a number, name or reference' },
  { usage: '--profile <STATE>', says: 'list: only those whose profile is released, enabled, ...' },
  { usage: '--service <STATE>', says: 'list: only those whose service is active, suspended, ...' },
  { usage: '--order <oldest|newest>', says: 'list: which come first (oldest)' },
  { usage: '--limit <N>', says: 'list: how many (1000)' },
  { usage: '--offset <N>', says: 'list: how many are passed over (0)' },
]

/** How many are listed unless told: as many as a page has at most. */
const LISTED = 1000

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** What is no state is refused by the simulator, which knows them. @throws CannotRun */
function filterOf(flags: Flags): SimFilter {
  const limit = text(flags.limit)
  const offset = text(flags.offset)
  return defined({
    provider: text(flags.provider),
    search: text(flags.search),
    profile: text(flags.profile) as SimFilter['profile'],
    service: text(flags.service) as SimFilter['service'],
    order: text(flags.order) as SimFilter['order'],
    limit: limit === undefined ? LISTED : wholeNumber('--limit', limit),
    offset: offset === undefined ? undefined : wholeNumber('--offset', offset),
  })
}

function lifecyclesText(lifecycles: readonly LifecycleShown[]): string {
  const texts = lifecycles.map(({ name, provider, says, initial, moves }) => {
    const rows = moves.map(({ from, by, to, says: why }) => [from, by, to, why])
    const whose = provider === undefined ? '' : ` of ${provider}`
    const head = `${name}${whose}, from ${initial}: ${says}`
    return `${head}\n${table(['from', 'by', 'to', 'what it is'], rows)}`
  })
  return texts.join('\n\n')
}

/** Whether less than all SIMs are asked for. */
const isNarrow = ({ search, profile, service }: SimFilter) =>
  (search ?? profile ?? service) !== undefined

export const sim: Run = async (config, args, flags) => {
  const [name = 'list', ...rest] = args
  const client = connect(config)
  const provider = typeof flags.provider === 'string' ? flags.provider : undefined
  if (name === 'list') {
    const filter = filterOf(flags)
    print(config, await client.simPage(filter), listText(filter))
    // What is looked for may be in one of these.
    const { notOpened = {} } = await client.control.call('getHealth')
    for (const sentence of Object.values(notOpened)) console.error(`esimulator: ${sentence}`)
    return 0
  }

  if (name === 'lifecycles') {
    const all = await client.lifecycles()
    // Those of no provider are of all.
    const isOf = (each: LifecycleShown) => (each.provider ?? provider) === provider
    print(config, provider === undefined ? all : all.filter(isOf), lifecyclesText)
    return 0
  }

  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!action) throw unknownAction('sim', name)
  const iccid = argument(rest, 0, `sim ${name} ICCID`)
  await action(config, client.device(iccid, provider), rest.slice(1))
  return 0
}
