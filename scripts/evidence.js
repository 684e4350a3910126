// Runs every contract suite against the simulator, and writes what that proves into specs/evidence.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { evidenceText, NO_EVIDENCE, SIMULATOR, withRun } from '../build/contracts/evidence.js'
import { openContract, suiteFiles } from '../build/library/contracts.js'
import { planWorkflows, runPlanned } from '../build/library/workflows.js'
import { simulators } from '../build/simulators/index.js'
import { completed, EVIDENCE, founded } from './evidence/parts.js'

const USAGE = `npm run evidence -- [--check]
  --check  write nothing, and fail where something would be written
Exit: 0 it is as it should be, 1 a case failed or something is stale, 2 could not run.`

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The suites of a provider; of one that has none nothing is proven, and that is said. */
function filesOf(slug) {
  try {
    return suiteFiles(slug)
  } catch (error) {
    console.error(error.message)
    return []
  }
}

/** Runs the suites of a provider. @returns the cases it ran, what they have proven, and what failed */
async function provenOf(slug, today) {
  const files = filesOf(slug)
  if (files.length === 0) return { ran: [], proofs: [], failed: [] }
  const cases = await planWorkflows(files)
  const contract = await openContract({ target: 'sim', isSuite: false })
  const result = await runPlanned(cases, { inspect: contract.inspect })
  const failed = result.cases.filter(({ outcome }) => outcome === 'failed')
  const { ran, proofs } = contract.evidence(result, today)
  return { ran, proofs, failed }
}

async function main() {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) return console.log(USAGE)
  const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
  const runs = []
  // One after the other: each has as many cases at a time as there are processors.
  for (const { slug } of simulators) runs.push(await provenOf(slug, today))
  const failed = runs.flatMap((each) => each.failed)
  for (const { file, workflow, reason } of failed)
    console.error(`${file} ${workflow} failed${reason ? `: ${reason}` : ''}`)
  if (failed.length > 0) {
    console.error('nothing is written while a case fails')
    process.exitCode = 1
    return
  }
  const known = existsSync(ROOT + EVIDENCE)
    ? JSON.parse(readFileSync(ROOT + EVIDENCE))
    : NO_EVIDENCE
  const { evidence: before, lost } = founded(ROOT, known)
  for (const each of lost) console.error(`no longer evidence, since the case is gone: ${each}`)
  const run = {
    target: SIMULATOR,
    today,
    ran: runs.flatMap(({ ran }) => ran),
    proofs: runs.flatMap(({ proofs }) => proofs),
    isWhole: true,
  }
  const evidence = completed(ROOT, withRun(before, run))
  written(EVIDENCE, evidenceText(evidence), values.check)
}

function written(file, text, isCheck) {
  const isSame = existsSync(ROOT + file) && readFileSync(ROOT + file, 'utf8') === text
  if (isSame) return console.log(`${file} is up to date`)
  if (isCheck) {
    console.error(`${file} is stale: run npm run evidence`)
    process.exitCode = 1
    return
  }
  writeFileSync(ROOT + file, text)
  console.log(`${file} is written`)
}

try {
  await main()
} catch (error) {
  console.error(error)
  process.exitCode = 2
}
