// Providers in packages of their own: those that this process knows, and the specs they bring as documents.
import type { Simulator } from './simulator.ts'

/**
 * The contract between this version and a provider in a package of its own. It grows by one where such
 * a provider has to be changed.
 */
export const PLUGIN_API = 1

const known = new Map<string, Simulator>()
/** Those that are being served, the latest last. */
const served: { readonly simulator: Simulator }[] = []
const documents = new Map<string, object>()

/**
 * The providers of packages that were loaded or served in this process. Of several with one slug it is
 * the latest, but none that is served no longer while another still is.
 */
export function knownPlugins(): readonly Simulator[] {
  return [...known.values()]
}

/** Lets workflows, suites and seed files name these providers; built-in ones are passed over. */
export function makeKnown(simulators: readonly Simulator[]): void {
  for (const simulator of simulators) if (simulator.plugin) known.set(simulator.slug, simulator)
}

/**
 * Makes providers known while a server serves them. Each server answers by its own, whatever others in
 * this process serve under the same slug.
 * @returns ends that
 */
export function makeKnownWhileServed(simulators: readonly Simulator[]): () => void {
  makeKnown(simulators)
  const added = simulators.filter(({ plugin }) => plugin).map((simulator) => ({ simulator }))
  served.push(...added)
  return () => {
    for (const each of added.splice(0)) {
      served.splice(served.indexOf(each), 1)
      const { slug } = each.simulator
      const other = served.findLast(({ simulator }) => simulator.slug === slug)
      if (other && known.get(slug) === each.simulator) known.set(slug, other.simulator)
    }
  }
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
