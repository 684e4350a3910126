// What the control API says to values that will not do: plain sentences, whatever rule of its spec they break.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { FORMATS, PATTERNS } from '../../src/control/plain-words.ts'
import { startSimulator } from '../../src/index.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { call, expectProblem } from '../support/control.ts'

/** Every value of a keyword in the spec. */
function valuesOf(keyword: string): string[] {
  const found = new Set<string>()
  JSON.stringify(readSpec('control.yaml'), (key, value) => {
    if (key === keyword && typeof value === 'string') found.add(value)
    return value
  })
  return [...found].toSorted()
}

test('every pattern and format of the spec has a sentence, and there is no other', () => {
  expect(Object.keys(PATTERNS).toSorted()).toEqual(valuesOf('pattern'))
  expect(Object.keys(FORMATS).toSorted()).toEqual(valuesOf('format'))
})

const ICCID = '8943108170000000013'

const SLOW = { provider: 'esim-go', kind: 'delay' }
const TOLD = { provider: 'esim-go', type: 'FirstUse' }

test('each is told what will do', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const told: readonly (readonly [path: string, json: unknown, sentence: RegExp])[] = [
    ['/_sim/sims/abc/install', {}, /^"abc" is no ICCID: 10 to 22 digits; `esimulator sim list`/],
    [
      `/_sim/sims/${ICCID}/use`,
      { mb: 5 },
      /^the body knows no "mb"; it knows data, bytes, sms, minutes/,
    ],
    [`/_sim/sims/${ICCID}/attach`, { country: 'Germany' }, /"Germany" is no country: .* as in DE/],
    ['/_sim/clock/advance', { for: 'P1D' }, /knows no "for": did you mean to\? It knows by, to/],
    ['/_sim/clock/advance', { by: 86400 }, /^by must be a text in quotes, and is 86400$/],
    [
      '/_sim/clock/advance',
      { by: 'P1D', maxWall: true },
      /^maxWall must be a whole number, or a text in quotes, and is true$/,
    ],
    ['/_sim/clock/advance', { by: '3' }, /^"3" is not a duration: write ISO 8601/],
    [
      '/_sim/faults',
      { ...SLOW, delay: { uniform: ['1s'] } },
      /^delay.uniform must have at least 2 entries$/,
    ],
    [
      '/_sim/faults',
      { ...SLOW, delay: { logNormal: 1 } },
      /^delay.logNormal must be a JSON object, .* and is 1$/,
    ],
    [
      '/_sim/faults',
      { ...SLOW, delay: 5 },
      /^delay must be a text in quotes, or a JSON object, as in {"name": "value"}, and is 5$/,
    ],
    [
      '/_sim/callbacks',
      { ...TOLD, type: 'FirstUs' },
      /^there is no callback of eSIM Go "FirstUs": did you mean FirstUse\? There are: /,
    ],
    [
      '/_sim/callbacks',
      { ...TOLD, fields: { nope: 1 } },
      /^this is no callback FirstUse of eSIM Go: it knows no "nope"\. Put right in "fields"/,
    ],
    [
      '/_sim/callbacks',
      { ...TOLD, fields: { bundle: null } },
      /: bundle is missing\. Put right in "fields"/,
    ],
    [
      '/_sim/callbacks',
      { ...TOLD, fields: { bundle: 5 } },
      /: bundle must be a JSON object, as in {"name": "value"}\. Put right/,
    ],
    ['/_sim/clock/advance', [], /^the body must be a JSON object/],
    ['/_sim/clock/resume', { rate: 0 }, /^rate must be more than 0, and is 0$/],
    ['/_sim/callbacks/1/redeliver', {}, /^"1" is no id of a callback/],
    ['/_sim/worlds', { name: 'a b' }, /^"a b" is no name of a world: 1 to 64/],
    ['/_sim/worlds', {}, /^name is missing$/],
  ]
  for (const [path, json, sentence] of told)
    expectProblem(await call(sim.url, path, { json }), 400, sentence)
  expectProblem(
    await call(sim.url, '/_sim/journal?refused=yes'),
    400,
    /^refused must be true or false, and is "yes"$/,
  )
  expectProblem(await call(sim.url, '/_sim/journal?refuse=true'), 400, /did you mean \?refused=\?/)
  expectProblem(await call(sim.url, '/w/defalt/_sim/clock'), 404, /did you mean default\?/)
})

test('a body that a program sends without a type, or as curl does, is read as JSON', async () => {
  await using sim = await startSimulator()
  const url = `${sim.url}/_sim/clock/freeze`
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  // Not by fetch, which sends what tells a browser.
  const asked = (headers: Readonly<Record<string, string>>, raw = '{}') =>
    new Promise<number>((done, fail) => {
      const sent = request(url, { method: 'POST', headers, agent: false }, (answer) => {
        answer.resume().on('end', () => done(answer.statusCode ?? 0))
      })
      sent.on('error', fail).end(raw)
    })
  expect(await asked(form)).toBe(200)
  expect(await asked({})).toBe(200)
  expect(await asked(form, 'at=now')).toBe(400)
  // A page's form has the same type, and its browser marks it.
  for (const mark of ['Origin', 'Referer'])
    expect(await asked({ ...form, [mark]: 'http://evil.example' })).toBeGreaterThan(400)
  expect(await asked({ ...form, 'Accept-Language': 'de' })).toBe(415)
  expect(await asked({ ...form, 'Sec-Fetch-Site': 'cross-site' })).toBe(403)
  expect(await asked({ 'Content-Type': 'text/plain' })).toBe(415)
})
