// A provider's settings, shown and changed.
import { type Reply, reply } from '../simulators/call.ts'
import { checkSettings, chosenSettings, type SettingValue } from '../state/settings.ts'
import { type ControlCall, type ControlHandlers, providerOf } from './call.ts'

export interface SettingShown {
  readonly value: SettingValue
  readonly default: SettingValue
  readonly says: string
}

function shown({ server, hosted, path }: ControlCall): Reply {
  const { simulator } = providerOf(server, String(path.slug))
  const values = hosted.world.settings(simulator.settings)
  const rows = Object.entries(simulator.settings.table).map(
    ([name, { fallback, description: says }]): [string, SettingShown] => [
      name,
      { value: values[name] ?? fallback, default: fallback, says },
    ],
  )
  return reply(200, { provider: simulator.slug, settings: Object.fromEntries(rows) })
}

export const settingHandlers: ControlHandlers = {
  getSettings: shown,
  changeSettings(call) {
    const { simulator } = providerOf(call.server, String(call.path.slug))
    const { world } = call.hosted
    const changes = Object.entries(call.body as Record<string, SettingValue | null>)
    const withDefaults = changes.map(([name, value]) => [
      name,
      value === null ? simulator.settings.table[name]?.fallback : value,
    ])
    checkSettings(simulator.settings, Object.fromEntries(withDefaults))
    world.transaction(() => {
      const kept = new Map(
        Object.entries(world.in(chosenSettings).get(simulator.slug)?.values ?? {}),
      )
      for (const [name, value] of changes) {
        if (value === null) kept.delete(name)
        else kept.set(name, value)
      }
      world.in(chosenSettings).put({ provider: simulator.slug, values: Object.fromEntries(kept) })
    })
    return shown(call)
  },
}
