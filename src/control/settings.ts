// A provider's settings, shown and changed.
import { unknownName } from '../server/nearest.ts'
import { reply } from '../simulators/call.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { checkSettings, chosenSettings, type SettingForm } from '../state/settings.ts'
import type { World } from '../state/world.ts'
import { type ControlHandlers, providerOf } from './call.ts'
import type { SettingShown } from './wire.ts'

function formShown(form: SettingForm | undefined): SettingShown['form'] {
  if (form?.kind !== 'choice') return form
  return { kind: 'choice', options: [...form.options] }
}

function settingsShown({ slug, settings }: Simulator, world: World) {
  const values = world.settings(settings)
  const rows: Record<string, SettingShown> = {}
  for (const [name, { fallback, description, form }] of Object.entries(settings.table)) {
    const value = values[name] ?? fallback
    rows[name] = defined({ value, default: fallback, says: description, form: formShown(form) })
  }
  return { provider: slug, settings: rows }
}

export const settingHandlers = {
  listSettings({ server, hosted }) {
    const known = [...server.providers.values()]
    const providers = known.map(({ simulator }) => settingsShown(simulator, hosted.world))
    return reply(200, { providers })
  },
  getSettings({ server, hosted, path }) {
    const { simulator } = providerOf(server, path.slug)
    return reply(200, settingsShown(simulator, hosted.world))
  },
  changeSettings(call) {
    const { simulator } = providerOf(call.server, call.path.slug)
    const { slug, settings } = simulator
    const { world } = call.hosted
    const values = Object.entries(call.body).map(([name, value]) => [
      name,
      value === null ? settings.table[name]?.fallback : value,
    ])
    const changes: Readonly<Record<string, unknown>> = Object.fromEntries(values)
    const known = Object.keys(settings.table)
    const unknown = Object.keys(changes).find((name) => !known.includes(name))
    if (unknown !== undefined)
      throw new Refusal('invalid-request', unknownName('no setting', unknown, known))
    checkSettings(settings, changes)

    world.transaction(() => {
      const chosen = new Map(Object.entries(world.in(chosenSettings).get(slug)?.values ?? {}))
      for (const [name, value] of Object.entries(changes)) {
        if (call.body[name] === null) chosen.delete(name)
        else chosen.set(name, value)
      }
      world.in(chosenSettings).put({ provider: slug, values: Object.fromEntries(chosen) })
    })
    return reply(200, settingsShown(simulator, world))
  },
} satisfies Partial<ControlHandlers>
