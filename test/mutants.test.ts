// The hand-written mutants: each still fits the source, so that the list does not rot.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { mutants as list, mutated, sourceOf } from '../scripts/mutants/list.js'
import { runnerFiles } from './support/runner-files.ts'

interface Mutant {
  readonly id: string
  readonly provider: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly what: string
}

const mutants: readonly Mutant[] = list

test('a mutant changes what stands exactly once in its source', () => {
  const problems = mutants.flatMap((mutant) => {
    const name = sourceOf(mutant)
    try {
      const text = readFileSync(name, 'utf8')
      return mutated(mutant, text, name) === text ? [`${mutant.id} changes nothing`] : []
    } catch (error) {
      return [String(error)]
    }
  })
  expect(problems).toEqual([])
})

test('what stands twice, or no more, is told', () => {
  const mutant = { id: 'a', find: 'x', replace: 'y' }
  expect(() => mutated(mutant, 'x x', 'file')).toThrow('a: "x" stands 2 times in file, not once')
  expect(() => mutated(mutant, 'z', 'file')).toThrow('0 times')
  expect(mutated(mutant, 'a x', 'file')).toBe('a y')
})

test('a mutant has an id of its own, and says what is wrong with it', () => {
  const ids = mutants.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(mutants.filter(({ id, provider }) => !id.startsWith(`${provider}-`))).toEqual([])
  expect(new Set(mutants.map(({ what }) => what)).size).toBe(ids.length)
})

test('each provider has its share of mutants', () => {
  const of = (slug: string) => mutants.filter(({ provider }) => provider === slug).length
  for (const slug of ['highland', 'wholesale', 'accounts-orders'])
    expect(of(slug)).toBeGreaterThanOrEqual(12)
  expect(of('esim-go')).toBeGreaterThanOrEqual(24)
  expect(mutants.length).toBeGreaterThanOrEqual(60)
})

test('a mutant is in what simulates, and not in what runs the suites', () => {
  const runner = runnerFiles()
  expect(runner).toContain('state/defined')
  for (const { id, file } of mutants) {
    expect(file, id).toMatch(/^(simulators|state|server)\//)
    expect(runner, id).not.toContain(file)
  }
})
