// What a comparison of two versions came to, as JSON has it: specs/spec-diff.schema.json.
import { defined } from '../../state/defined.ts'
import type { Source } from '../../workflows/sources.ts'
import type { Sides, SpecChange } from './change.ts'
import { compareDocuments } from './compare-documents.ts'
import { openTouches, type TouchedBy, type Touches } from './touches.ts'

export interface ComparedVersion {
  /** The file, URL or name as it was given. */
  readonly source: string
  readonly title?: string
  readonly version?: string
}

export interface TouchingChange extends SpecChange {
  readonly touches: Touches
}

export interface SpecDiff {
  /** Of this document; another number means other fields. */
  readonly format: 1
  readonly old: ComparedVersion
  readonly new: ComparedVersion
  /** Whose statements and handlers were looked at; absent where it is none of our providers. */
  readonly provider?: string
  /** How many changes break a client of the old version, and how many do not. */
  readonly counts: { readonly breaking: number; readonly harmless: number }
  /** Those that break first. */
  readonly changes: readonly TouchingChange[]
}

/** Compares two versions. */
export function specDiff(by: TouchedBy): SpecDiff {
  const { provider, sources } = by
  const touches = openTouches(by)
  const found = compareDocuments(sources).map((change) => ({ ...change, touches: touches(change) }))
  const breaking = found.filter(({ isBreaking }) => isBreaking)
  const harmless = found.filter(({ isBreaking }) => !isBreaking)
  return defined({
    format: 1 as const,
    ...versions(sources),
    provider,
    counts: { breaking: breaking.length, harmless: harmless.length },
    changes: [...breaking, ...harmless],
  })
}

function versions({ old, new: now }: Sides<Source>): Pick<SpecDiff, 'old' | 'new'> {
  return { old: versionOf(old), new: versionOf(now) }
}

function versionOf({ url, document }: Source): ComparedVersion {
  const { info = {} } = document as { readonly info?: { title?: string; version?: string } }
  return defined({ source: url, title: info.title, version: info.version })
}
