// What the workflows say they prove: each number is that of a sentence in specs/statements.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ArazzoDocument } from '../../src/workflows/language.ts'
import { readStatements } from '../support/statements.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const statements = (await readStatements(`${root}/specs`)).flatMap((file) => file.statements)
const ids = new Set(statements.map(({ id }) => id))

/** `workflow: number` of what is proven and stated nowhere. */
function unstated({ workflows }: ArazzoDocument): string[] {
  return workflows.flatMap(({ workflowId, 'x-esimulator': extension }) =>
    (extension?.proves ?? []).filter((id) => !ids.has(id)).map((id) => `${workflowId}: ${id}`),
  )
}

test('every number under proves, in suites and scenarios, is that of a sentence', () => {
  const files = globSync('{specs/contracts,scenarios}/*.arazzo.yaml', { cwd: root, absolute: true })
  const documents = files.map((file) => parse(readFileSync(file, 'utf8')) as ArazzoDocument)
  expect(documents.length).toBeGreaterThan(0)
  expect(documents.flatMap(unstated)).toEqual([])
})

test('a number that no sentence has is found', () => {
  const workflow = { workflowId: 'buys', steps: [], 'x-esimulator': { proves: ['ESG-999'] } }
  expect(unstated({ workflows: [workflow] } as unknown as ArazzoDocument)).toEqual([
    'buys: ESG-999',
  ])
})
