// Files as large as a world: read in chunks and lines, wherever a chunk ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { realDisk } from '../../src/stores/disk.ts'
import { linesIn, readInChunks } from '../../src/stores/file-chunks.ts'
import { StoreError } from '../../src/stores/store.ts'

const home = mkdtempSync(join(tmpdir(), 'esimulator-chunks-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Bytes in pieces of a size. */
async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** The lines of a text, cut into pieces of a size. */
async function lines(text: string, size: number) {
  const found: [string, number, boolean, boolean][] = []
  for await (const { bytes, end, isWhole, isLast } of linesIn(inPieces(Buffer.from(text), size)))
    found.push([bytes.toString(), end, isWhole, isLast])
  return found
}

test.each([1, 2, 3, 7, 100])('lines are the same in pieces of %i bytes', async (size) => {
  expect(await lines('é\n\nthird\n', size)).toEqual([
    ['é', 3, true, false],
    ['', 4, true, false],
    ['third', 10, true, true],
  ])
  expect(await lines('whole\ntorn €', size)).toEqual([
    ['whole', 6, true, false],
    ['torn €', 14, false, true],
  ])
  expect(await lines('', size)).toEqual([])
})

test('a file larger than a chunk comes back as it is, and no chunk holds all of it', async () => {
  const file = join(home, 'large')
  const written = Buffer.alloc(2_500_000, 'abcdefg')
  writeFileSync(file, written)
  const chunks: Buffer[] = []
  for await (const chunk of (await readInChunks(realDisk, file)) ?? []) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(written)).toBe(true)
  expect(Math.max(...chunks.map(({ buffer }) => buffer.byteLength))).toBe(1_048_576)
})

test('where there is no file there is nothing; what is no file is refused', async () => {
  expect(await readInChunks(realDisk, join(home, 'none'))).toBeUndefined()
  await expect(readInChunks(realDisk, '/dev/zero')).rejects.toThrow(StoreError)
})
