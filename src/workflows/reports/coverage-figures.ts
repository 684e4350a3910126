// Coverage in figures: how many statuses, fields and statements there are, and how many were seen.
import type { CoverageResult, OperationCoverage } from '../result.ts'

/** So many of so many. */
export interface Part {
  readonly seen: number
  readonly all: number
}

export interface CoverageFigures {
  /** Without `default`, which stands for many. */
  readonly statuses: Part
  /** Of good replies. */
  readonly fields: Part
  /** Of the providers' documents. */
  readonly statements: Part
}

export function coverageFigures({ operations, statements }: CoverageResult): CoverageFigures {
  const statuses = operations.flatMap((each) => countsOf(each))
  const fields = operations.map(fieldsOf)
  const proven = statements.filter(({ provenBy }) => provenBy.length > 0)
  return {
    statuses: { seen: statuses.filter((count) => count > 0).length, all: statuses.length },
    fields: { seen: sum(fields.map(({ seen }) => seen)), all: sum(fields.map(({ all }) => all)) },
    statements: { seen: proven.length, all: statements.length },
  }
}

export function fieldsOf({ fields, unseenFields }: OperationCoverage): Part {
  return { seen: fields - unseenFields.length, all: fields }
}

export function statementsOf({ statements, unprovenStatements }: OperationCoverage): Part {
  return { seen: statements - unprovenStatements.length, all: statements }
}

/** Percent, rounded down: 100 is all of them. */
export function percentOf({ seen, all }: Part): number {
  return all === 0 ? 0 : Math.floor((100 * seen) / all)
}

function countsOf({ statuses: { default: _, ...named } }: OperationCoverage): number[] {
  return Object.values(named)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
