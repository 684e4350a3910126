// The text of a base: what is read is what was written, also where somebody has edited it.
import { expect, test } from 'vitest'
import type { Records } from '../../src/state/collection.ts'
import { viewOf } from '../../src/state/record-view.ts'
import { parseBase, renderBase } from '../../src/stores/base-text.ts'
import { StoreError } from '../../src/stores/store.ts'

const many = Array.from({ length: 1234 }, (_, at): [string, object] => [
  `key/${at}`,
  { at, text: `a line\n      "${at}": {},\n    }` },
])
const records: Records = new Map([
  ['world', new Map<string, object>([['clock', { at: 1 }]])],
  ['many "quoted" \\ things', new Map(many)],
  ['__proto__', new Map<string, object>([['__proto__', { constructor: 1 }]])],
  ['empty', new Map()],
])
const kept = (base: { records: Records }) =>
  [...base.records].map(([name, byKey]) => [name, [...byKey]])
const text = written()

/** The bytes a base is written as. */
function written(): string {
  const pieces = renderBase('1.2.3', { world: 'a "world"', logged: 7 }, viewOf(records))
  const bytes: Buffer[] = []
  for (let next = pieces.next(); ; next = pieces.next()) {
    if (!next.done) bytes.push(next.value)
    else {
      const whole = Buffer.concat(bytes)
      whole.write(next.value.digits, next.value.at)
      return whole.toString()
    }
  }
}

const parsed = (edited: string) => parseBase('file', [Buffer.from(edited)])

test('a base is read as it was written; collections without records are left out', async () => {
  const base = await parsed(text)
  expect([base.world, base.logged, base.isAsWritten]).toEqual(['a "world"', 7, true])
  expect(kept(base)).toEqual(kept({ records }).slice(0, 3))
})

test.each([
  ['on one line', () => JSON.stringify(JSON.parse(text))],
  ['indented otherwise', () => JSON.stringify(JSON.parse(text), null, 4)],
  ['with a blank line', () => text.replace('\n    "world"', '\n\n    "world"')],
  ['without its last line break', () => text.trimEnd()],
  ['with the line breaks of Windows', () => text.replaceAll('\n', '\r\n')],
])('a base that somebody saved %s is read all the same', async (_how, edited) => {
  expect(kept(await parsed(edited()))).toEqual(kept(await parsed(text)))
})

test.each([
  [
    'a list as a collection',
    text.replace(/"world": \{\n[^\n]*\n {4}\}/, '"world": [{}]'),
    /collection "world" is no object/,
  ],
  ['a text as a record', text.replace('{"at":1}', '"at"'), /"clock" in "world" is no record/],
  ['half of it', text.slice(0, text.length / 2), /is not JSON/],
  ['a record cut short', text.replace('{"at":1}', '{"at":1'), /is not JSON/],
  ['nothing', '', /is not JSON/],
])('a base with %s is refused', async (_what, broken, why) => {
  await expect(parsed(broken)).rejects.toThrow(why)
})

test('a changed byte is noticed, wherever it is; only the checksum can be taken out', async () => {
  const step = Math.ceil(text.length / 500)
  for (let at = 0; at < text.length; at += step) {
    const bytes = Buffer.from(text)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    try {
      expect((await parseBase('file', [bytes])).isAsWritten, String(at)).toBe(false)
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError)
    }
  }
  expect((await parsed(text.replace(/ {2}"checksum".*\n/, ''))).isAsWritten).toBe(true)
})
