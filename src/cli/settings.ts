// `esimulator settings` and `set`: how the providers of a running simulator behave.
import type { SettingShown, SettingValue } from '../control/wire.ts'
import type { WorldClient } from '../control/world-client.ts'
import { unknownName } from '../server/nearest.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'
import { namedTexts, typedValue } from './typed-value.ts'

type Shown = Readonly<Record<string, SettingShown>>

/** A value in a word; a list as the items it has. */
function valueText(value: SettingValue): string {
  return Array.isArray(value) ? value.join(', ') || '(none)' : String(value)
}

function settingsText(settings: Shown): string {
  const rows = Object.entries(settings).map(([name, { value, default: fallback, says }]) => {
    const isChosen = JSON.stringify(value) !== JSON.stringify(fallback)
    return [name, valueText(value), isChosen ? valueText(fallback) : undefined, says]
  })
  return table(['setting', 'value', 'default', 'what it is for'], rows)
}

function allText(all: Readonly<Record<string, Shown>>): string {
  return Object.entries(all)
    .map(([slug, settings]) => `${slug}\n${settingsText(settings)}`)
    .join('\n\n')
}

export const settings: Run = async (config, [slug]) => {
  const client = connect(config)
  if (slug === undefined) print(config, await client.allSettings(), allText)
  else print(config, await client.settings(slug), settingsText)
  return 0
}

/** What a text stands for in the place of a value: a text stays one. */
function valueFor({ default: fallback }: SettingShown, text: string): SettingValue | null {
  if (text === 'null' || text === 'default') return null
  if (typeof fallback === 'string') return text
  if (Array.isArray(fallback) && !text.startsWith('['))
    return text === '' ? [] : text.split(',').map((each) => each.trim())
  // What it stands for is checked by the provider.
  return typedValue(text) as SettingValue
}

/** @throws CannotRun for a setting there is not */
function changeIn(known: Shown, name: string, text: string): [string, SettingValue | null] {
  const setting = Object.hasOwn(known, name) ? known[name] : undefined
  if (!setting) throw new CannotRun(unknownName('no setting', name, Object.keys(known)))
  return [name, valueFor(setting, text)]
}

async function changed(client: WorldClient, slug: string, changes: readonly string[]) {
  const known = await client.settings(slug)
  const texts = namedTexts(changes, 'rateLimit=10')
  const values = Object.fromEntries(texts.map(([name, text]) => changeIn(known, name, text)))
  await client.set(slug, values)
  const now = await client.settings(slug)
  return Object.fromEntries(Object.entries(now).filter(([name]) => Object.hasOwn(values, name)))
}

export const set: Run = async (config, args) => {
  const usage = 'set PROVIDER NAME=VALUE..., as in set esim-go rateLimit=10'
  const slug = argument(args, 0, usage)
  argument(args, 1, usage)
  print(config, await changed(connect(config), slug, args.slice(1)), settingsText)
  return 0
}
