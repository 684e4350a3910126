// `esimulator sim`: SIMs of a running simulator, and what their handset does.
import type { ControlClient } from '../control/client.ts'
import type { DeviceShown, SimRow, SimShown, UsedShown } from '../control/sims.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'
import { argument, connect, print } from './connection.ts'
import type { Run } from './program.ts'
import { table } from './table.ts'

/** What one action does with its ICCID and the arguments behind it. */
type Action = (
  control: ControlClient,
  config: Config,
  path: string,
  args: readonly string[],
  provider: string | undefined,
) => Promise<void>

function listText({ total, sims }: { total: number; sims: readonly SimRow[] }): string {
  if (total === 0) return 'there are no SIMs yet: order one from a provider'
  const rows = sims.map(({ provider, iccid, profile, service, country, lastSeenAt }) => [
    provider,
    iccid,
    profile,
    service,
    country,
    lastSeenAt,
  ])
  const more = total > sims.length ? `\n${total - sims.length} more` : ''
  return table(['provider', 'iccid', 'profile', 'service', 'in', 'last seen'], rows) + more
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e4) / 100} MB`

function simText(sim: SimShown): string {
  const where = sim.attached ? `, on ${sim.attached.brandName} in ${sim.attached.country}` : ''
  const bundles = sim.bundles.map(
    ({ id, name, state, unlimited, usedBytes, remainingBytes = 0, endsAt }) => [
      id,
      name,
      state,
      megabytes(usedBytes),
      unlimited ? 'unlimited' : megabytes(remainingBytes),
      endsAt,
    ],
  )
  const parts = [
    `${sim.iccid} of ${sim.provider}: ${sim.profile}, ${sim.service}${where}`,
    `installation code  ${sim.installationCode}`,
    bundles.length > 0
      ? table(['bundle', 'name', 'state', 'used', 'left', 'ends'], bundles)
      : 'no bundles',
    table(
      ['at', 'what'],
      sim.timeline.map(({ at, type, bundle }) => [
        at,
        bundle === undefined ? type : `${type} (${bundle})`,
      ]),
    ),
    ...(sim.callbacks.length > 0
      ? [
          table(
            ['callback', 'type', 'state', 'attempts'],
            sim.callbacks.map(({ id, type, state, attempts }) => [
              id,
              type,
              state,
              attempts.length,
            ]),
          ),
        ]
      : []),
  ]
  return parts.join('\n\n')
}

function deviceText({ sim, events }: DeviceShown): string {
  const where = sim.attached ? ` on ${sim.attached.brandName} in ${sim.attached.country}` : ''
  return `${sim.iccid} is ${sim.profile}${where}: ${events.map(({ type }) => type).join(', ') || 'nothing happened'}`
}

function usedText(used: UsedShown): string {
  const beyond = used.bundles.reduce((left, bundle) => left - bundle.used, used.used)
  const from = [
    ...used.bundles.map((bundle) => `${megabytes(bundle.used)} of ${bundle.name}`),
    ...(beyond > 0 ? [`${megabytes(beyond)} beyond any bundle`] : []),
  ].join(', ')
  const denied = used.denied > 0 ? `\ndenied ${megabytes(used.denied)}: ${used.reason}` : ''
  return `used ${from}${used.attached ? `, first attached in ${used.attached.country}` : ''}${denied}\n${deviceText(used)}`
}

const move =
  (what: string): Action =>
  async (control, config, path, _args, provider) =>
    print(
      config,
      await control.send<DeviceShown>('POST', `${path}/${what}`, undefined, { provider }),
      deviceText,
    )

const actions: Readonly<Record<string, Action>> = {
  show: async (control, config, path, _args, provider) =>
    print(config, await control.get<SimShown>(path, { provider }), simText),
  download: move('download'),
  install: move('install'),
  enable: move('enable'),
  disable: move('disable'),
  delete: move('delete'),
  detach: move('detach'),
  async attach(control, config, path, args, provider) {
    const country = argument(args, 0, 'sim attach ICCID COUNTRY [OPERATOR]')
    const body = { country, ...(args[1] === undefined ? {} : { operator: args[1] }) }
    print(
      config,
      await control.send<DeviceShown>('POST', `${path}/attach`, body, { provider }),
      deviceText,
    )
  },
  async use(control, config, path, args, provider) {
    const amount = argument(args, 0, 'sim use ICCID 500MB')
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(sms|min)$/i.exec(amount) ?? []
    const body =
      number === undefined
        ? { data: amount }
        : { [unit.toLowerCase() === 'sms' ? 'sms' : 'minutes']: Number(number) }
    print(
      config,
      await control.send<UsedShown>('POST', `${path}/use`, body, { provider }),
      number === undefined ? usedText : deviceText,
    )
  },
}

export const sim: Run = async (config, args, flags) => {
  const [name = 'list', ...rest] = args
  const control = connect(config)
  const provider = typeof flags.provider === 'string' ? flags.provider : undefined
  if (name === 'list') {
    print(
      config,
      await control.get<{ total: number; sims: SimRow[] }>('/sims', { provider, limit: 1000 }),
      listText,
    )
    return 0
  }
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!action)
    throw new CannotRun(
      `there is no "sim ${name}"; there are: list, ${Object.keys(actions).join(', ')}`,
    )
  const iccid = argument(rest, 0, `sim ${name} ICCID`)
  await action(control, config, `/sims/${encodeURIComponent(iccid)}`, rest.slice(1), provider)
  return 0
}
