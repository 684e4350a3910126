// Providers in packages of their own: those that this process knows, and the specs they bring as documents.
import type { Simulator } from './simulator.ts'

/**
 * The contract between this version and a provider in a package of its own. It grows by one where such
 * a provider has to be changed.
 */
export const PLUGIN_API = 1

const known = new Map<string, Simulator>()
const documents = new Map<string, object>()

/** The providers of packages that were loaded or served in this process, by slug the latest. */
export function knownPlugins(): readonly Simulator[] {
  return [...known.values()]
}

/** Lets workflows, suites and seed files name these providers; built-in ones are passed over. */
export function makeKnown(simulators: readonly Simulator[]): void {
  for (const simulator of simulators) if (simulator.plugin) known.set(simulator.slug, simulator)
}

/** The name under which a spec that stands in no file is read; of no other spec. */
export function nameOfDocument(of: string, document: object): string {
  for (const [name, each] of documents) if (each === document) return name
  const name = `document:${of}/${documents.size + 1}`
  documents.set(name, document)
  return name
}

/** The spec that such a name stands for. */
export function documentNamed(name: string): object | undefined {
  return documents.get(name)
}
