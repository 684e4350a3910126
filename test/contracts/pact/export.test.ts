// Contracts made of contract suites: they verify, and hold no more of a world than a consumer can rely on.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPacts } from '../../../src/library/pact.ts'
import { exportPact } from '../../../src/library/pact-export.ts'

interface Exported {
  readonly interactions: readonly {
    readonly type: string
    readonly description: string
    readonly providerStates: readonly { readonly name: string }[]
    readonly request?: { readonly headers?: object; readonly path: string }
    readonly response?: { readonly status: number; readonly matchingRules?: object }
    readonly metadata?: Readonly<Record<string, string>>
  }[]
}

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esimulator-pact-export-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The first contract of each provider. */
const first = new Map<string, ReturnType<typeof exportedAnew>>()

/** The contract of a provider, written once. */
function exported(provider: string) {
  const written = first.get(provider) ?? exportedAnew(provider)
  first.set(provider, written)
  return written
}

/** The contract of a provider, as it was written. */
async function exportedAnew(provider: string, consumer = 'suite') {
  const { files } = await exportPact({ provider, folder, consumer })
  const file = files[0]?.file ?? ''
  const text = await readFile(file, 'utf8')
  return { file, text, ...(JSON.parse(text) as Exported) }
}

test.each(['highland', 'wholesale'])(
  '%s: the contract of its suite verifies, and is the same at each run',
  async (provider) => {
    const { file, text } = await exported(provider)
    const result = await verifyPacts(file, { provider })
    expect(result.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
    expect(result.cases.length).toBeGreaterThan(15)
    expect((await exportedAnew(provider)).text === text).toBe(true)
  },
  60_000,
)

test('it names its states, and holds neither credentials nor where its worlds were', async () => {
  const { text, interactions } = await exported('wholesale')
  expect(text).not.toMatch(/\/w\/|127\.0\.0\.1:(?!4010)|Bearer (?!wrong)|whsec_/i)
  const names = interactions.flatMap((each) => each.providerStates.map(({ name }) => name))
  expect(names).toContain('an active line')
  expect(new Set(interactions.map(({ description }) => description)).size).toBe(interactions.length)
})

test('its rules come from the document: forms, whole numbers, lists', async () => {
  const { interactions } = await exported('highland')
  const rules = JSON.stringify(interactions.map(({ response }) => response?.matchingRules))
  expect(rules).toMatch(/"match":"regex"/)
  expect(rules).toMatch(/"match":"integer"/)
  expect(rules).toMatch(/"match":"type","min":1/)
})

test('callbacks are messages, with the headers they are signed in', async () => {
  const { interactions } = await exported('wholesale')
  const messages = interactions.filter(({ type }) => type === 'Asynchronous/Messages')
  expect(messages.map(({ description }) => description)).toContain('the callback Activate')
  for (const { metadata } of messages) expect(metadata).toHaveProperty('webhook-signature')
})
