// What Pact's own verifier makes of our server: a state that fails there fails the interaction, whatever the provider would answer.
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import {
  addressesOf,
  type Served,
  startFrontServer,
} from '../../../src/contracts/pact/front-server.ts'
import { placeAt, textAt } from '../../../src/contracts/pact/json-text.ts'
import { findPact, PactMissing } from '../../../src/contracts/pact/load-pact.ts'
import { verifyNatively } from '../../../src/contracts/pact/native-verifier.ts'
import { pactFile, pactText } from '../../support/pact-files.ts'

const ANSWER = { status: 200, headers: {}, body: Buffer.from('') }

/** A provider that always answers as the contract wants it. */
const obliging = (prepare: Served['prepare']): Served => ({
  prepare,
  answer: async () => ANSWER,
  message: async () => ({ body: '', contentType: 'text/plain', metadata: {} }),
})

/** What the verifier says of an interaction with one state. */
async function verdictOn(served: Served): Promise<string> {
  const request = { method: 'GET', path: '/' }
  const interaction = { description: 'asks', request, response: { status: 200 } }
  const interactions = [{ ...interaction, providerState: 'a state' }]
  await using file = await pactFile({ interactions })
  const front = await startFrontServer([served])
  const job = { provider: 'p', pactUrls: [file.path], timeout: 5000, ...addressesOf(front, 0) }
  const [verdict] = await verifyNatively([job], { core: findPact(), parallel: 1 })
  await front.close()
  return verdict && 'text' in verdict ? verdict.text : String(verdict?.error)
}

test('a state that can be had leaves the verdict to the answer', async () => {
  expect(JSON.parse(await verdictOn(obliging(async () => ({}))))).toMatchObject({ result: true })
})

test('a state that fails fails the interaction, though the answer is as it should be', async () => {
  const failing = obliging(async () => {
    throw new Error('there is no such state')
  })
  const verdict = await verdictOn(failing)
  expect(JSON.parse(verdict)).toMatchObject({ result: false })
  expect(verdict).toMatch(/setup state change handlers has failed/)
})

test('what the verifier cannot read is told, and hinders no other verification', async () => {
  const front = await startFrontServer([obliging(async () => ({}))])
  await using good = await pactFile({ interactions: [] })
  await using bad = await pactFile({})
  await writeFile(bad.path, 'no contract')
  const job = { provider: 'p', timeout: 5000, ...addressesOf(front, 0) }
  const jobs = [bad.path, good.path].map((path) => ({ ...job, pactUrls: [path] }))
  const verdicts = await verifyNatively(jobs, { core: findPact(), parallel: 2 })
  await front.close()
  expect(verdicts).toHaveLength(2)
  expect(verdicts[1]).toMatchObject({ text: expect.stringContaining('"result":true') })
})

test('a package that is nowhere is told with the command that installs it', () => {
  expect(() => findPact(['/nowhere/package.json'])).toThrow(PactMissing)
  expect(() => findPact(['/nowhere/package.json'])).toThrow(/npm install --save-dev @pact-found/)
})

test('values of a JSON text are found where they stand, and as they are written', () => {
  const text = '{ "a": [1.0, {"b\\"}": "x]"}],\n  "c": {} }'
  expect(textAt(text, ['a', 0])).toBe('1.0')
  expect(textAt(text, ['a', 1, 'b"}'])).toBe('"x]"')
  expect(textAt(text, ['a', 7])).toBeUndefined()
  expect(placeAt('f', text, ['c'])).toEqual({ file: 'f', line: 2, column: 8 })
  expect(placeAt('f', text, ['c', 'd'])).toEqual({ file: 'f', line: 2, column: 8 })
  const whole = pactText({ interactions: [] })
  expect(textAt(whole, ['metadata'])).toBe('{"pactSpecification":{"version":"3.0.0"}}')
})
