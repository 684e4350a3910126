// The changes of two versions in rows for people: the same change of several operations is one.

import { operationTitle } from './change.ts'
import type { SpecDiff } from './result.ts'
import type { Touches } from './touches.ts'

export interface Row {
  /** Titles of its operations; `the whole API` where it is of none. */
  readonly operations: readonly string[]
  /** The part and the field: `response 200 bundles[].speed`. */
  readonly where: string
  readonly says: string
}

/**
 * The rows of changes that break, or that do not.
 * @param isApart gives each operation rows of its own
 */
export function rowsOf({ changes }: SpecDiff, isBreaking: boolean, isApart = false): Row[] {
  const rows = new Map<string, { operations: string[]; where: string; says: string }>()
  for (const each of changes) {
    if (each.isBreaking !== isBreaking) continue
    const { operation, where, field, says } = each
    const place = field === undefined ? where : `${where} ${field}`
    const title = operation ? operationTitle(operation) : 'the whole API'
    const key = JSON.stringify([place, says, isApart ? title : ''])
    const row = rows.get(key) ?? { operations: [], where: place, says }
    if (!row.operations.includes(title)) row.operations.push(title)
    rows.set(key, row)
  }
  return [...rows.values()]
}

/** A few operations by name, many by their number. */
export function operationsText({ operations }: Row): string {
  return operations.length > 3 ? `${operations.length} operations` : operations.join(', ')
}

/** What is touched by changes that break, or by all, each operation once; without those that touch nothing. */
export function touchedBy({ changes }: SpecDiff, isAll: boolean): [string, Touches][] {
  const touched = new Map<string, Touches>()
  for (const { operation, touches, isBreaking } of changes)
    if (operation && (isBreaking || isAll)) touched.set(operationTitle(operation), touches)
  return [...touched].filter(([, { cases, statements, handlers }]) =>
    [cases, statements, handlers].some((list) => list.length > 0),
  )
}

/** `3 breaking changes, 1 other`. */
export function countsText({ counts: { breaking, harmless } }: SpecDiff): string {
  const changes = breaking === 1 ? '1 breaking change' : `${breaking} breaking changes`
  return `${changes}, ${harmless} ${harmless === 1 ? 'other' : 'others'}`
}

/** The first few names and how many more there are. */
export function someOf(names: readonly string[], most: number): string {
  const more = names.length - most
  const first = names.slice(0, more > 0 ? most : names.length).join(', ')
  return more > 0 ? `${first} +${more}` : first
}
