// Reads a cassette: what is broken in it, or is none, is told in one sentence.
import { readFile } from 'node:fs/promises'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { jsonOf } from '../../state/json-of.ts'
import { readSchema } from '../../workflows/schema-files.ts'
import {
  type CaseLine,
  type Cassette,
  type ExchangeLine,
  FORMAT,
  type HeadLine,
  type RecordedTake,
} from './lines.ts'

/** What names a cassette as a target. */
export const CASSETTE = 'cassette:'

/** Why a cassette cannot be used; the message says what to do. */
export class CassetteError extends Error {}

/** @throws CassetteError */
export async function readCassette(file: string): Promise<Cassette> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'is not there' : `cannot be read (${error.code})`
    throw new CassetteError(`the cassette ${file} ${why}: record one with run --record ${file}`)
  })
  const [first = '', ...rest] = text.split('\n')
  const head = headOf(file, first)
  const takes = new Map<string, { line: CaseLine; exchanges: ExchangeLine[] }>()
  for (const [at, each] of rest.entries()) {
    if (each.trim() === '') continue
    const broken = (why: string) =>
      new CassetteError(`${file}:${at + 2}: this line of the cassette ${why}: record it again`)
    const line = jsonOf(each)
    if (line === undefined) throw broken('is no JSON')
    if (checks().exchange(line)) {
      const take = takes.get(line.case)
      if (!take) throw broken(`is of the case "${line.case}", which no line before it begins`)
      take.exchanges.push(line)
    } else if (checks().case(line)) takes.set(line.case, { line, exchanges: [] })
    else throw broken('is neither a case nor an exchange')
  }
  return { file, head, cases: takes satisfies ReadonlyMap<string, RecordedTake> }
}

function headOf(file: string, first: string): HeadLine {
  const head = jsonOf(first)
  const format = (head as { readonly format?: unknown } | undefined)?.format
  if (typeof format !== 'string' || !format.startsWith('esimulator cassette'))
    throw new CassetteError(`${file} is no cassette: run --record FILE writes one`)
  if (format !== FORMAT)
    throw new CassetteError(
      `${file} is of the format "${format}", and this esimulator reads "${FORMAT}": record it again`,
    )
  if (!checks().head(head) || Number.isNaN(Date.parse(head.recordedAt)))
    throw new CassetteError(`${file}:1: the first line of the cassette is broken: record it again`)
  return head
}

interface Checks {
  readonly head: ValidateFunction<HeadLine>
  readonly case: ValidateFunction<CaseLine>
  readonly exchange: ValidateFunction<ExchangeLine>
}

let compiled: Checks | undefined

/** Compiled when they are first needed. */
function checks(): Checks {
  if (compiled) return compiled
  const ajv = new Ajv2020({ strict: false })
  ajv.addSchema(readSchema('cassette'), 'cassette')
  const check = <T>(name: string) =>
    ajv.compile<T>({ $ref: `cassette#/$defs/${name}` }) as ValidateFunction<T>
  compiled = { head: check('head'), case: check('case'), exchange: check('exchange') }
  return compiled
}
