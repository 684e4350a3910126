// What a workflow needs and may not be given: where it lacks, the workflow is skipped.
import type { ReadWorkflow } from './program.ts'

/** What `x-esimulator.needs` knows: an input, as an expression names it. */
const INPUT = /^\$inputs\.(.+)$/

/** The name of the input that is needed; `undefined` for words that mean nothing here. */
export function neededInput(need: string): string | undefined {
  return INPUT.exec(need)?.[1]
}

/**
 * Why a workflow cannot be run, where it is not given what it needs.
 * @param given the inputs it would be run with
 */
export function lacking(
  { extension, inputs }: ReadWorkflow,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  const { values } = inputs.complete(given)
  for (const need of extension.needs ?? []) {
    const name = neededInput(need) ?? need
    if ((values[name] ?? '') !== '') continue
    const { description } = inputs.properties.get(name) ?? {}
    const what = description === undefined ? '' : `, ${description}`
    return `it is given no input "${name}"${what}`
  }
  return undefined
}
