// What an editor shows of the library: every function that a user can call has an example.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as library from '../../src/index.ts'
import { ROOT } from '../support/source.ts'

const index = readFileSync(`${ROOT}src/index.ts`, 'utf8')

/** The functions that are exported, each with the file it is written in. */
const functions = [...index.matchAll(/export \{([^}]*)\} from '\.\/([^']+)'/g)].flatMap(
  ([, names = '', file = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => !name.startsWith('type ') && isFunction(name))
      .map((name) => ({ name, file })),
)

/** Whether it is called, and not made with `new`. */
function isFunction(name: string): boolean {
  const value: unknown = Object.entries(library).find(([own]) => own === name)?.[1]
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
}

test.each(functions)('$name has an example', ({ name, file }) => {
  const source = readFileSync(`${ROOT}src/${file}`, 'utf8')
  const [, said] =
    new RegExp(String.raw`(/\*\*(?:(?!\*/)[^])*\*/)\nexport (?:async )?function ${name}\b`).exec(
      source,
    ) ?? []
  expect(said).toContain('@example')
})

test('the functions there are have been found', () => {
  expect(functions.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'startSimulator',
      'startReceiver',
      'connect',
      'createApp',
      'pactStates',
    ]),
  )
})
