// Mutants made by rule: over each row of the life cycles and refusals, each setting, time and field.
import { createHash } from 'node:crypto'
import { errorMutants } from './generated/errors.js'
import { exceptions } from './generated/exceptions.js'
import { fieldMutants } from './generated/fields.js'
import { lifecycleMutants } from './generated/lifecycles.js'
import { settingMutants } from './generated/settings.js'
import { timeMutants } from './generated/times.js'

const PROVIDERS = [
  { provider: 'highland', hasTokens: false },
  { provider: 'wholesale', hasTokens: true },
  { provider: 'accounts-orders', hasTokens: true },
  { provider: 'esim-go', hasTokens: false },
]

/** Why a mutant is left out; `undefined` where it is not. */
export function exceptionOf({ id, provider }) {
  const rest = id.slice(provider.length + 1)
  const found = exceptions.find(
    ([of, pattern]) => (of === '*' || of === provider) && pattern.test(rest),
  )
  return found?.[2]
}

/** All that the rules make, with those that are left out, in an order that stays. */
export function everyGenerated() {
  return PROVIDERS.flatMap(({ provider, hasTokens }) =>
    [
      ...lifecycleMutants(provider),
      ...errorMutants(provider, { hasTokens }),
      ...settingMutants(provider),
      ...timeMutants(provider, { hasTokens }),
      ...fieldMutants(provider),
    ].map((each) => ({ ...each, provider, isGenerated: true })),
  )
}

/** Those that are run. */
export const generatedMutants = () =>
  everyGenerated().filter((mutant) => exceptionOf(mutant) === undefined)

/** How many of the mutants of fields a sample has: one of so many. */
const ONE_OF = 6

/** The same part of them each time: all but those of fields, which are many and much alike. */
export function sampleOf(mutants) {
  const isChosen = ({ id }) =>
    createHash('sha256').update(id).digest().readUInt32BE(0) % ONE_OF === 0
  return mutants.filter((mutant) => !mutant.id.includes('-field-') || isChosen(mutant))
}
