// The generated mutants: each changes the build in one place, and none is left out without a reason.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { exceptions as listed } from '../scripts/mutants/generated/exceptions.js'
// @ts-expect-error: a script without types
import * as generated from '../scripts/mutants/generated.js'
// @ts-expect-error: a script without types
import { builtOf, mutated } from '../scripts/mutants/list.js'
import { runnerFiles } from './support/runner-files.ts'

const { everyGenerated, exceptionOf, generatedMutants, sampleOf } = generated

interface Mutant {
  readonly id: string
  readonly provider: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly what: string
}

const every: readonly Mutant[] = everyGenerated()
const run = every.filter((each) => exceptionOf(each) === undefined)
const exceptions: readonly [string, RegExp, string][] = listed
const sampled: readonly Mutant[] = sampleOf(run)

const PROVIDERS = ['highland', 'wholesale', 'accounts-orders', 'esim-go']

const kindOf = ({ id, provider }: Mutant) => id.slice(provider.length + 1).split('-')[0] ?? ''

const withId = (id: string) => every.find((each) => each.id === id)

test('a generated mutant changes what stands exactly once in the build', () => {
  const problems = every.flatMap((mutant) => {
    const name: string = builtOf(mutant)
    try {
      const text = readFileSync(name, 'utf8')
      return mutated(mutant, text, name) === text ? [`${mutant.id} changes nothing`] : []
    } catch (error) {
      return [String(error)]
    }
  })
  expect(problems).toEqual([])
})

test('a generated mutant has an id of its own, which begins with its provider', () => {
  expect(new Set(every.map(({ id }) => id)).size).toBe(every.length)
  expect(every.filter(({ id, provider }) => !id.startsWith(`${provider}-`))).toEqual([])
})

test('a generated mutant is in what simulates, and not in what runs the suites', () => {
  const runner = runnerFiles()
  for (const { id, file } of every) {
    expect(file, id).toMatch(/^(simulators|state|server)\//)
    expect(runner, id).not.toContain(file)
  }
})

test('the rules make the same list each time', () => {
  expect(everyGenerated()).toEqual(every)
  expect(sampleOf(run)).toEqual(sampled)
})

test('each provider has mutants of every kind', () => {
  for (const provider of PROVIDERS) {
    const kinds = new Set(run.filter((each) => each.provider === provider).map(kindOf))
    for (const kind of ['bundle', 'service', 'refusal', 'setting', 'time', 'field'])
      expect([...kinds], provider).toContain(kind)
  }
})

test('a sample leaves out fields alone, and has some of each provider', () => {
  const left = run.filter((each) => !sampled.includes(each))
  expect(new Set(left.map(kindOf))).toEqual(new Set(['field']))
  for (const provider of PROVIDERS)
    expect(sampled.some((each) => each.provider === provider && kindOf(each) === 'field')).toBe(
      true,
    )
})

test('each exception leaves something out, and says why', () => {
  for (const [provider, pattern, why] of exceptions) {
    const left = every.filter(
      (each) =>
        (provider === '*' || provider === each.provider) &&
        pattern.test(each.id.slice(each.provider.length + 1)),
    )
    expect(left.length, String(pattern)).toBeGreaterThan(0)
    expect(why).toMatch(/\w+ \w+/)
  }
})

test('what is left out is what an exception names', () => {
  expect(generatedMutants()).toEqual(run)
  expect(exceptionOf(withId('highland-refusal-internal-status'))).toContain('mistake')
  expect(exceptionOf(withId('highland-refusal-unknown-company-words'))).toBeUndefined()
})

test.each([
  ['wholesale-refusal-unknown-plan-status', "'unknown-plan': [422"],
  ['wholesale-refusal-unknown-plan-words', "'Something else'"],
  ['wholesale-service-suspended-resume-not', "suspended: { cease: 'ceased' }"],
  ['wholesale-service-suspended-resume-elsewhere', "resume: 'suspended'"],
  ['wholesale-service-ceased-suspend-allowed', "suspend: 'suspended'"],
  ['esim-go-setting-refundWindow-longer', 'P60DT1S'],
  ['esim-go-setting-inventoryLifetime-shorter', 'P6M'],
  ['esim-go-setting-queuedKeepsEsim-another', 'false'],
  ['highland-field-getUsage-status', "'getUsage'"],
])('%s puts %s into the build', (id, text) => {
  const mutant = withId(id)
  expect(mutant?.replace).toContain(text)
  expect(mutant?.find).not.toContain(text)
})
