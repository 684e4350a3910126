// Folders of a test file, each a new one, which go with the last of its tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Paths of folders below one of the file's own; none is made yet. @param name of the file's, short */
export function foldersOf(name: string): () => string {
  const home = mkdtempSync(join(tmpdir(), `esimulator-${name}-`))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  let folders = 0
  return () => {
    folders += 1
    return join(home, String(folders))
  }
}
