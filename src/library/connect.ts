// A client of a simulator that runs elsewhere: in a container, in CI, on a shared instance.
import type { ProviderSlug } from '../simulators/index.ts'
import { checkOptions, mustBeText, OptionError } from './option-checks.ts'
import { openClient, type SimulatorClient } from './simulator-client.ts'

export interface ConnectOptions {
  /** What the simulator was started with, where it was. */
  readonly token?: string
  /** The world that is spoken to; `default` unless given. */
  readonly world?: string
}

/**
 * Connects to a simulator that runs, with the methods that `startSimulator` gives: all but closing
 * it, `fetch` in process and `clock.now()`, for which there is `clock.show()`. Nothing has to be
 * closed here.
 *
 * @example
 * const sim = await connect('http://127.0.0.1:4010', { token: process.env.ESIMULATOR_TOKEN })
 * const world = await sim.worlds.create({ name: 'my-test', given: 'an assigned bundle' })
 * const esimGo = world.baseUrl('esim-go')
 *
 * @throws OptionError for a URL that is none; NoAnswer where nothing answers there; ControlError
 *   for a world there is not, and a token that does not let in
 */
export async function connect<Slug extends string = ProviderSlug>(
  url: string | URL,
  options: ConnectOptions = {},
): Promise<SimulatorClient<Slug>> {
  checkOptions('connect', options, { token: mustBeText, world: mustBeText })
  const { href } = URL.canParse(String(url)) ? new URL(url) : { href: '' }
  if (!/^https?:/.test(href)) {
    const how = 'give that of a simulator, as in http://127.0.0.1:4010'
    throw new OptionError(`connect: "${url}" is no URL of HTTP: ${how}`)
  }
  return openClient<Slug>({ ...options, url: href })
}
