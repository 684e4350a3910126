// Random secrets and personal data, at random places and in random spellings of what a run exchanged: no cassette has one.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { makeCassette } from '../../src/contracts/cassettes/write.ts'
import type { RecordedCase, RecordedExchange } from '../../src/contracts/recording.ts'
import { compileText } from '../../src/workflows/compile.ts'
import { planned } from '../../src/workflows/runner.ts'
import { SPELLINGS, type Spelling } from '../support/spellings.ts'
import { HEAD } from '../support/workflows.ts'

const TITLE = 'test.looks'
const program = await compileText(
  'test.arazzo.yaml',
  `${HEAD}  - workflowId: looks
    steps: [{ stepId: look, operationId: $sourceDescriptions.go.listEsims }]
`,
)

interface Parts {
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly replyHeaders?: Readonly<Record<string, string>>
  readonly reply?: string | Buffer
}

function exchange(parts: Parts): RecordedExchange {
  const { url = '/esims', headers = {}, body, replyHeaders = {}, reply = '{}' } = parts
  return {
    step: { id: 'look', within: ['looks'], attempt: 1 },
    source: 'esim-go',
    operation: 'GET /esims',
    request: { method: 'POST', url: `http://api.example${url}`, headers, body },
    answer: { status: 200, headers: replyHeaders, body: Buffer.from(reply) },
  }
}

async function cassetteOf(exchanges: readonly RecordedExchange[], secrets: readonly string[]) {
  const taken: RecordedCase = {
    title: TITLE,
    inputs: {},
    outcome: 'passed',
    exchanges,
    bases: {},
    secrets,
  }
  const { text } = await makeCassette({
    planned: planned([program], {}),
    cases: [taken],
    target: 'sim',
    isReal: false,
    recordedAt: 0,
    addresses: {},
  })
  return text
}

const inUrl = (text: string) => text.replaceAll(/[\s?#&]/g, encodeURIComponent)

/** Where a text can stand in an exchange. */
const PLACES = {
  path: (text) => ({ url: `/esims/${inUrl(text).replaceAll('/', '%2F')}` }),
  query: (text) => ({ url: `/esims?note=${inUrl(text)}&x=1` }),
  header: (text) => ({ headers: { 'x-note': `see ${text}.` } }),
  json: (text) => ({ body: JSON.stringify({ note: `see ${text} there`, x: [1] }) }),
  'name of a member': (text) => ({ body: JSON.stringify({ [text]: 1 }) }),
  form: (text) => ({ body: `a=1&note=${inUrl(text)}` }),
  'header of the answer': (text) => ({ replyHeaders: { location: `http://h.example/${text}` } }),
  'json of the answer': (text) => ({ reply: JSON.stringify({ list: [{ deep: { note: text } }] }) }),
  'json in json': (text) => ({ reply: JSON.stringify({ data: JSON.stringify({ note: text }) }) }),
  'no json': (text) => ({ reply: `{"broken": ${text}` }),
  csv: (text) => ({ reply: `id,note\n1,"${text}"\n2,other\n` }),
  xml: (text) => ({ reply: `<a><note>${text}</note></a>` }),
  text: (text) => ({ reply: `It is ${text}.\n` }),
  gzip: (text) => ({
    reply: gzipSync(`{"note":${JSON.stringify(text)}}`),
    replyHeaders: { 'content-encoding': 'gzip' },
  }),
  zip: (text) => ({ reply: Buffer.from(zipSync({ 'a.txt': Buffer.from(`it is ${text}.`) })) }),
  binary: (text) => ({ reply: Buffer.concat([Buffer.from([0x89, 0, 255]), Buffer.from(text)]) }),
} satisfies Readonly<Record<string, (text: string) => Parts>>

const keysOf = <T extends object>(of: T) => Object.keys(of) as (keyof T)[]

/** Fails where a cassette has one of these, in any spelling. */
function expectWithout(cassette: string, values: readonly string[]) {
  for (const value of values)
    for (const spelling of keysOf(SPELLINGS)) {
      const spelled = SPELLINGS[spelling](value)
      expect(cassette).not.toContain(spelled)
      expect(cassette).not.toContain(JSON.stringify(spelled).slice(1, -1))
    }
}

/** As users choose them: visible ASCII, of the forms that generators of keys make. */
const key = fc.oneof(
  fc.stringMatching(/^[!-~]{8,40}$/),
  fc.stringMatching(/^[A-Za-z0-9+/]{20,30}={0,2}$/),
  fc.stringMatching(/^sk_live_[A-Za-z0-9]{16,24}$/),
  fc.uuid(),
)

const where = {
  place: fc.constantFrom(...keysOf(PLACES)),
  spelling: fc.constantFrom(...(keysOf(SPELLINGS) as Spelling[])),
}
const placed = fc.record(where)

/** What has looks of its own: it is known wherever it stands. */
const personal = fc.oneof(
  fc.stringMatching(/^89[1-9]\d{16,17}$/),
  fc.stringMatching(/^89049[1-9]\d{26}$/),
  fc.stringMatching(/^\+[1-9]\d{9,12}$/),
  fc.stringMatching(/^[a-z]{3,10}\.[a-z]{3,10}@[a-z]{3,10}\.(com|co\.uk)$/),
)

const RUNS = Number(process.env.SECRET_RUNS ?? 40)

test('a credential is in no cassette, wherever and however it was sent', async () => {
  const places = fc.array(placed, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(key, places, async (secret, all) => {
      const exchanges = all.map(({ place, spelling }) =>
        exchange(PLACES[place](SPELLINGS[spelling](secret))),
      )
      expectWithout(await cassetteOf(exchanges, [secret]), [secret])
    }),
    { numRuns: RUNS },
  )
}, 120_000)

test('what leads to a SIM or a person by its looks is in no cassette', async () => {
  const places = fc.array(placed, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(personal, places, async (value, all) => {
      const exchanges = all.map(({ place, spelling }) =>
        exchange(PLACES[place](SPELLINGS[spelling](value))),
      )
      expectWithout(await cassetteOf(exchanges, []), [value.replace('+', '')])
    }),
    { numRuns: RUNS },
  )
}, 120_000)

/** Names of fields, and values that nothing but the name tells. */
const NAMED: Readonly<Record<string, fc.Arbitrary<string>>> = {
  imsi: fc.stringMatching(/^[2-7]\d{14}$/),
  msisdn: fc.stringMatching(/^[1-9]\d{9,12}$/),
  phoneNumber: fc.stringMatching(/^0[1-9]\d{3} \d{6}$/),
  matchingId: fc.stringMatching(/^[A-Z]{3}\d-[A-Z]{5}\d-[A-Z]{3}\d{2}$/),
  first_name: fc.stringMatching(/^[A-Z][a-zäöü]{5,10}$/),
  lastName: fc.stringMatching(/^[A-Z][a-z]{3,8} [A-Z][a-z]{3,8}$/),
  addressLine1: fc.stringMatching(/^[1-9]\d{0,2} [A-Z][a-z]{4,10} Road$/),
  accessToken: fc.stringMatching(/^[A-Za-z0-9]{16,40}$/),
}

const SHAPES: readonly ((name: string, value: string) => Parts)[] = [
  (name, value) => ({ body: JSON.stringify({ person: { [name]: value } }) }),
  (name, value) => ({ reply: JSON.stringify([{ [name]: [value] }], null, 2) }),
  (name, value) => ({ url: `/esims?${new URLSearchParams({ [name]: value })}` }),
  (name, value) => ({ body: `x=1&${new URLSearchParams({ [name]: value })}` }),
  (name, value) => ({ reply: `id,${name},z\n1,${value},z\n` }),
  (name, value) => ({ reply: `<a><${name}>${value}</${name}></a>` }),
]

/** Where it stands again, under no name of its own. */
const AGAIN: readonly ((value: string) => Parts)[] = [
  (value) => ({ reply: JSON.stringify({ message: `of ${value}.` }) }),
  (value) => ({ url: `/esims/${encodeURIComponent(value)}/x` }),
  (value) => ({ headers: { 'x-note': value } }),
]

const named = fc.constantFrom(...Object.keys(NAMED)).chain((name) =>
  fc.record({
    name: fc.constant(name),
    value: NAMED[name] ?? fc.string(),
    shape: fc.constantFrom(...SHAPES),
    again: fc.constantFrom(...AGAIN),
  }),
)

test('what leads to a person by the name of its field is in no cassette, and nowhere else in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(named, { minLength: 1, maxLength: 4 }), async (all) => {
      const exchanges = all.flatMap(({ name, value, shape, again }) => [
        exchange(again(value)),
        exchange(shape(name, value)),
      ])
      const values = all.map(({ value }) => value)
      expectWithout(await cassetteOf(exchanges, []), values)
    }),
    { numRuns: RUNS },
  )
}, 120_000)

test('the same value has the same stand-in everywhere, of its form', async () => {
  const iccid = '8944501234567890123'
  const text = await cassetteOf(
    [
      exchange({ url: `/esims/${iccid}`, reply: JSON.stringify({ iccid }) }),
      exchange({ body: `x=${iccid}`, reply: `iccid,y\n${iccid},1\n` }),
      exchange({ reply: Buffer.from(Buffer.from(`{"iccid":"${iccid}"}`).toString('base64')) }),
    ],
    [],
  )
  const [standIn = ''] = /8944501\d{12}/.exec(text) ?? []
  expect(text.split(standIn)).toHaveLength(5)
  const inBase64 = Buffer.from(`{"iccid":"${standIn}"}`).toString('base64')
  expect(text).toContain(inBase64)
  expect(isLuhn(standIn)).toBe(true)
})

function isLuhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const value = at % 2 === 1 ? Number(digit) * 2 : Number(digit)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
