// What is taken for a secret, and what is not: mixtures of spellings, names of fields, cut texts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isCredentialName,
  isCredentialParameter,
  type TextKind,
} from '../../src/server/redaction/credential-names.ts'
import { namesOnly } from '../../src/server/redaction/redactor.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { simulators } from '../../src/simulators/index.ts'
import { isAccessToken, newAccessToken } from '../../src/state/access-token.ts'
import { openRandom } from '../../src/state/random.ts'

const hex = (character: string, digits: number) =>
  character.charCodeAt(0).toString(16).padStart(digits, '0')

const twice = (character: string) => `%25${hex(character, 2)}`
const asItIs = (character: string) => character

/** Escapes of one character. */
const ESCAPES: readonly ((character: string) => string)[] = [
  (character) => `%${hex(character, 2)}`,
  (character) => `%${hex(character, 2).toUpperCase()}`,
  twice,
  (character) => `%u${hex(character, 4)}`,
  (character) => `\\u${hex(character, 4)}`,
  (character) => `\\u{${hex(character, 2)}}`,
  (character) => `\\x${hex(character, 2)}`,
  (character) => `&#${character.charCodeAt(0)};`,
  (character) => `&#X${hex(character, 3)};`,
  asItIs,
]

test('a secret is found whichever of its characters are escaped, each in a way of its own', () => {
  const secret = fc.stringMatching(/^[!-~]{8,30}$/)
  const escapes = fc.array(fc.nat(ESCAPES.length - 1), { minLength: 30, maxLength: 30 })
  const kinds = fc.constantFrom<TextKind>('url', 'body', 'sentence')
  const holds = (meant: string, which: number[], kind: TextKind) => {
    // Of a text that has escapes of its own only one layer can be undone without touching them.
    const ways = /[\\%&]/.test(meant) ? ESCAPES.filter((way) => way !== twice) : ESCAPES
    const spelled = Array.from(meant, (character, at) => {
      const chosen = ways[(which[at] ?? 0) % ways.length]
      // What begins an escape has to be one, or it means something else.
      const own = '\\%&'.includes(character) && chosen === asItIs
      return (own ? ESCAPES[0] : chosen)?.(character)
    }).join('')
    const knowing = namesOnly.with([meant])
    expect(knowing.redacted(`see ${spelled} there`, kind)).toBe('see [redacted] there')
    const within = Buffer.from(`client:${spelled}`).toString('base64')
    expect(knowing.redacted(within, kind)).toMatch(/^Y2xpZW50O\[redacted\]=*$/)
  }
  fc.assert(fc.property(secret, escapes, kinds, holds), { numRuns: 2000 })
})

/** Every name that a document has for a property or a parameter. */
function namesIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  const { properties, in: place, name } = part as Readonly<Record<string, unknown>>
  const own = typeof place === 'string' && typeof name === 'string' ? [name] : []
  const fields = typeof properties === 'object' ? Object.keys(properties ?? {}) : []
  return [...own, ...fields, ...Object.values(part).flatMap(namesIn)]
}

test('of all fields and parameters of the providers only those of credentials count as such', () => {
  const mounts = simulators.flatMap((simulator) => simulator.mounts)
  const names = new Set(mounts.flatMap(({ spec }) => namesIn(readSpec(spec))))
  expect(names.size).toBeGreaterThan(200)
  const found = [...names].filter(isCredentialName).toSorted()
  expect(found).toEqual(['Authorization', 'X-API-Key', 'access_token', 'apiKey', 'client_secret'])
})

test.each([
  'nextPageToken',
  'page_token',
  'next-token',
  'continuationToken',
  'Idempotency-Key',
  'Sec-WebSocket-Key',
  'X-Signature-SHA256',
  'token_type',
  'tokenUrl',
  'password_hint',
  'invalid_token',
  'compass',
  'monkey',
  'matchingId',
])('%s is no name of a credential', (name) => {
  expect(isCredentialParameter(name)).toBe(false)
})

test.each([
  ['a credential of another world: https://example.com/?x=1'],
  ['Bearer realm="api", error="invalid_token"'],
  ['the token is none of the world "x"; those that ended are forgotten'],
  ['listSims knows no ?token=; it knows provider, limit'],
  ['this simulator was started with a token: send it as "Authorization: Bearer <token>"'],
  ['nothing is served at /x: base URLs are http://127.0.0.1:4010/esim-go/v2.4'],
  ['the client "ada@bank.example" and its secret are none of the world "w"'],
])('the sentence %j stays as it is', (sentence) => {
  expect(namesOnly.with(['test-esim-go-key']).redacted(sentence, 'sentence')).toBe(sentence)
})

test.each([
  ['{"password":1234,"x":[1]}', '{"password":"[redacted]","x":[1]}'],
  ['{"tokens":["a",{"b":"]"}],"x":1}', '{"tokens":"[redacted]","x":1}'],
  ['{"secret": {"value": -1.5e3}}', '{"secret": "[redacted]"}'],
  ['{"api_key": null, "token": true}', '{"api_key": null, "token": true}'],
  ['{"pass":"a\\"b","pwd":""}', '{"pass":"[redacted]","pwd":""}'],
])('what is left of %j is JSON still', (body, expected) => {
  expect(namesOnly.redacted(body, 'body')).toBe(expected)
})

test.each([
  ['the text ends in it', 'see the-secret-of-a', 'see [redacted]'],
  ['it was cut as a name is', '?the-secret-of-a...', '?[redacted]...'],
  [
    'base64 ends in it',
    `x ${btoa('client:the-secret-of-a').slice(0, 24)}`,
    'x Y2xpZW50O[redacted]',
  ],
])('most of a secret is struck out, too, where %s', (_where, text, expected) => {
  const knowing = namesOnly.with(['the-secret-of-all'])
  expect(knowing.redacted(text, 'sentence')).toBe(expected)
})

test('access tokens are known by their looks, whoever gave them out, in any spelling', () => {
  const random = openRandom('some other simulator')
  for (let count = 0; count < 50; count += 1) {
    const token = newAccessToken(random)
    expect(isAccessToken(token)).toBe(true)
    for (const text of [`x=${token}`, `ab${token}cd`, btoa(`:${token}`)])
      expect(namesOnly.redacted(text, 'url')).not.toContain(text.slice(4, -4))
    const altered = (token.startsWith('A') ? 'B' : 'A') + token.slice(1)
    expect(namesOnly.redacted(`x=${altered}`, 'url')).toBe(`x=${altered}`)
  }
})

test('a table with a quote that nobody closes is redacted, however long it is', () => {
  const text = `name;token\nada;secret-of-ada\n"${'and so on '.repeat(1_000_000)}`
  expect(namesOnly.redacted(text, 'body')).not.toContain('secret-of-ada')
})
