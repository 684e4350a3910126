// Writes the seed file of an import, out of what its part file has: never more of it at once than an item.
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ImportPlan, SeedPart } from '../../simulators/import-plan.ts'
import { editorComment, schemaPath } from '../../workflows/editor-comment.ts'
import { outcomesIn } from './part-file.ts'

/** What was not taken over, for one reason. */
export interface LeftOut {
  readonly why: string
  readonly count: number
  /** The first of them. */
  readonly examples: readonly string[]
}

/** What a seed file came to. */
export interface Written {
  /** How many entries each part has. */
  readonly taken: Readonly<Record<string, number>>
  readonly left: readonly LeftOut[]
}

export interface SeedToWrite {
  readonly provider: string
  readonly plan: ImportPlan
  /** The part file. */
  readonly from: string
  readonly to: string
  /** The first line of the comment at its head. */
  readonly title: string
}

const MOST_EXAMPLES = 3

/**
 * The file is there whole, or not at all. It is JSON below a comment, which is YAML, too, and is read
 * much faster.
 */
export async function writeSeed(seed: SeedToWrite): Promise<Written> {
  const left = await leftOut(seed)
  const taken: Record<string, number> = {}
  const half = `${seed.to}.half`
  await pipeline(Readable.from(pieces(seed, left, taken)), createWriteStream(half))
  await rename(half, seed.to)
  return { taken, left }
}

/** Reasons are few, however much is left out. */
async function leftOut({ from, plan }: SeedToWrite): Promise<LeftOut[]> {
  const byReason = new Map<string, { count: number; examples: string[] }>()
  for (const [what, why] of Object.entries(plan.left))
    byReason.set(why, { count: 1, examples: [what] })
  for await (const outcome of outcomesIn(from, (line) => line.includes('"left":'))) {
    if (!('left' in outcome)) continue
    const found = byReason.get(outcome.why) ?? { count: 0, examples: [] }
    byReason.set(outcome.why, found)
    found.count += 1
    if (found.examples.length < MOST_EXAMPLES) found.examples.push(outcome.left)
  }
  return [...byReason].map(([why, found]) => ({ why, ...found }))
}

/** What was left out, as a sentence. */
export function leftText({ why, count, examples }: LeftOut): string {
  const more = count > examples.length ? ` and ${count - examples.length} more` : ''
  return `${examples.join(', ')}${more}: ${why}`
}

async function* pieces(
  seed: SeedToWrite,
  left: readonly LeftOut[],
  taken: Record<string, number>,
): AsyncGenerator<string> {
  // JSON has no comments.
  if (!seed.to.endsWith('.json')) {
    yield `${editorComment(schemaPath('seed-file', seed.to))}\n`
    yield comment(seed.title)
    yield comment('Could not be taken over:')
    for (const each of left) yield comment(`- ${leftText(each)}`)
  }
  yield `{\n"${seed.provider}": {`
  let isFirst = true
  for (const part of seed.plan.parts) {
    for await (const piece of partPieces(seed, part, taken)) {
      if (!isFirst && piece.isBeginning) yield ','
      isFirst = false
      yield piece.text
    }
  }
  yield '\n}\n}\n'
}

/** A name may have a line break in it, which would end the comment. */
function comment(text: string): string {
  return `# ${text.replaceAll(/\s+/g, ' ')}\n`
}

interface Piece {
  readonly text: string
  readonly isBeginning: boolean
}

async function* partPieces(
  { from }: SeedToWrite,
  part: SeedPart,
  taken: Record<string, number>,
): AsyncGenerator<Piece> {
  const begin = (text: string) => ({ text: `\n  "${part.name}": ${text}`, isBeginning: true })
  if (part.form === 'constant') return yield begin(JSON.stringify(part.value))
  const mark = `"part":"${part.name}"`
  const values = outcomesIn(from, (line) => line.includes(mark))
  if (part.form === 'value') {
    let latest: unknown
    for await (const each of values)
      if ('part' in each && each.part === part.name) latest = each.value
    if (latest !== undefined) yield begin(JSON.stringify(latest))
    return
  }
  yield begin(part.form === 'replacement' ? `{ "replace": true, "${part.list}": [` : '[')
  let count = 0
  for await (const each of values) {
    if (!('part' in each) || each.part !== part.name) continue
    yield { text: `${count > 0 ? ',' : ''}\n    ${JSON.stringify(each.value)}`, isBeginning: false }
    count += 1
  }
  taken[part.name] = count
  yield { text: part.form === 'replacement' ? '\n  ] }' : '\n  ]', isBeginning: false }
}
