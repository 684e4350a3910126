// Runs the contract suites against copies of the build with one defect each: which do they notice?
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { generatedMutants, sampleOf } from './mutants/generated.js'
import { builtOf, mutants, mutated } from './mutants/list.js'

/** Percent of the mutants of a provider that its suites have to kill. */
const ENOUGH = 90

const USAGE = `npm run mutants -- [--provider SLUG] [--only ID]... [--generated [--all]] [--list] [--jobs 2] [--limit SECONDS]
  --provider  the mutants of this provider alone
  --generated those that are made by rule, in place of those written by hand; of the fields that
              are left out a sample
  --all       with --generated, every one of them
  --only      one mutant, and what its suite said; ID* means each whose id begins so
  --list      tells the mutants, and runs none
  --jobs      how many run at a time
  --limit     how long the suites may take with a mutant, which then counts as killed; five times
              as long as without one, unless told
Exit: 0 at least ${ENOUGH} % of each provider were killed, 1 fewer, 2 could not run.`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Seconds that the suites of a provider may take without a defect. */
const SLOWEST = 1200
/** How many times as long they may take with one. */
const PATIENCE = 5
const SUITES = 'specs/contracts'
/** Within the repository, so that a copy finds `node_modules`; git does not see it. */
const COPIES = '.mutants'

class CannotRun extends Error {}

function optionsGiven() {
  const { values } = parseArgs({
    options: {
      provider: { type: 'string' },
      only: { type: 'string', multiple: true },
      generated: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      list: { type: 'boolean' },
      jobs: { type: 'string', default: '2' },
      limit: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const { jobs, limit, ...rest } = values
  const numbers = { jobs: Number(jobs), limit: limit === undefined ? undefined : Number(limit) }
  if (!(numbers.jobs >= 1) || (limit !== undefined && !(numbers.limit > 0)))
    throw new CannotRun('--jobs and --limit are numbers above 0')
  return { ...rest, ...numbers }
}

function isNamed({ id }, name) {
  return name.endsWith('*') ? id.startsWith(name.slice(0, -1)) : id === name
}

/** Those written by hand, or those made by rule; one that is named is looked for in all of them. */
function listed({ only, generated, all }) {
  if (only !== undefined) return [...mutants, ...generatedMutants()]
  if (!generated) return mutants
  return all ? generatedMutants() : sampleOf(generatedMutants())
}

/** The mutants that are asked for. */
function chosen(options) {
  const { provider, only } = options
  const found = listed(options).filter(
    (each) =>
      (provider === undefined || each.provider === provider) &&
      (only === undefined || only.some((name) => isNamed(each, name))),
  )
  if (found.length > 0) return found
  throw new CannotRun('no mutant is called so: --list tells them all')
}

/** The suites of a provider: those of its other versions have its slug in front. */
function suitesOf(provider) {
  const names = existsSync(ROOT + SUITES) ? readdirSync(ROOT + SUITES) : []
  const ofProvider = names.filter(
    (name) =>
      name === `${provider}.arazzo.yaml` ||
      (name.startsWith(`${provider}-v`) && name.endsWith('.arazzo.yaml')),
  )
  if (ofProvider.length === 0) throw new CannotRun(`${SUITES} has no suite of ${provider}`)
  return ofProvider.map((name) => `${SUITES}/${name}`)
}

/** Hard links to all of a folder, which must not be written to: a file is replaced as a whole. */
function linked(from, to) {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`]
    if (entry.isDirectory()) linked(source, target)
    else linkSync(source, target)
  }
}

/** A copy of the build with the defect in it. @returns its folder, from the root */
function copyWith(mutant, copies) {
  const name = builtOf(mutant)
  const text = mutated(mutant, readFileSync(ROOT + name, 'utf8'), name)
  const folder = `${copies}/${mutant.id}`
  for (const part of ['build', 'specs']) linked(ROOT + part, `${ROOT}${folder}/${part}`)
  cpSync(`${ROOT}package.json`, `${ROOT}${folder}/package.json`)
  // Removed first: a write would go through the link, into the build itself.
  rmSync(`${ROOT}${folder}/${name}`)
  mkdirSync(dirname(`${ROOT}${folder}/${name}`), { recursive: true })
  writeFileSync(`${ROOT}${folder}/${name}`, text)
  return folder
}

/** How a case begins that failed, in the text of a run. */
const FAILED = /^\u2717 .*/m

/**
 * Runs suites by a build, up to the first case that fails: the rest of them has nothing to add.
 * @returns the exit status, `undefined` where it was ended; what it printed, from the first case that failed on
 */
function run(main, suites, limit) {
  return new Promise((done) => {
    const args = [main, 'run', ...suites, '--jobs', '1']
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let said = ''
    let isLate = false
    const end = () => child.kill('SIGKILL')
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
      if (FAILED.test(out)) end()
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-2000)
    })
    const alarm = setTimeout(() => {
      isLate = true
      end()
    }, limit * 1000)
    child.on('close', (status) => {
      clearTimeout(alarm)
      const from = out.search(FAILED)
      done({ status, isLate, failure: from < 0 ? undefined : out.slice(from).trim(), said })
    })
  })
}

/**
 * How a run ended: `killed` by the case in `failure`, `timed out`, `survived`, or `error` with what
 * it said: nothing was run, so that nothing was noticed.
 */
function verdictOf({ status, isLate, failure, said }) {
  if (failure !== undefined) return { end: 'killed', failure }
  if (isLate) return { end: 'timed out' }
  return status === 0 ? { end: 'survived' } : { end: 'error', said: said.trim() }
}

/** Tries a mutant, and leaves nothing of it. */
async function tried(mutant, copies, limit) {
  const folder = copyWith(mutant, copies)
  try {
    const suites = suitesOf(mutant.provider)
    return { mutant, ...verdictOf(await run(`${folder}/build/cli/main.js`, suites, limit)) }
  } finally {
    rmSync(ROOT + folder, { recursive: true, force: true })
  }
}

/** `act` for each, so many at a time, in any order of ending. */
async function each(list, jobs, act) {
  const waiting = list.values()
  const results = []
  const work = async () => {
    for (const item of waiting) results.push(await act(item))
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return results
}

/**
 * Without a defect the suites have to be green: else nothing can be said of any.
 * @returns by provider how many seconds its suites may take
 */
async function soundness(providers, { limit = SLOWEST }) {
  const limits = new Map()
  for (const provider of providers) {
    const begun = performance.now()
    const { end, failure, said } = verdictOf(
      await run('build/cli/main.js', suitesOf(provider), limit),
    )
    if (end !== 'survived') {
      const why = failure ?? said ?? `they take more than ${limit} s`
      throw new CannotRun(`the suites of ${provider} are not green without a defect: ${why}`)
    }
    limits.set(provider, Math.max(60, (PATIENCE * (performance.now() - begun)) / 1000))
  }
  return limits
}

function tell({ mutant: { id, what }, end, failure, said }, isWhole) {
  const more = isWhole ? failure : failure?.split('\n', 1)[0]
  console.log(`${end.padEnd(9)} ${id}: ${more ?? said ?? what}`)
}

/** A rule may make what does not even start: no suite is asked about that, so it does not count. */
const isCounted = ({ mutant, end }) => !(mutant.isGenerated && end === 'error')

/** @returns true where enough were killed */
function tellProvider(provider, results) {
  const counted = results.filter(isCounted)
  const killed = counted.filter(({ end }) => end === 'killed' || end === 'timed out')
  const percent = counted.length === 0 ? 100 : (100 * killed.length) / counted.length
  console.log(`\n${provider}: ${killed.length}/${counted.length} killed (${percent.toFixed(1)} %)`)
  for (const { mutant, end } of results)
    if (end !== 'killed') console.log(`  ${end} ${mutant.id}: ${mutant.what}`)
  return percent >= ENOUGH
}

async function main() {
  const options = optionsGiven()
  if (options.help) return console.log(USAGE)
  const list = chosen(options)
  if (options.list) return console.log(list.map(({ id, what }) => `${id}: ${what}`).join('\n'))

  const providers = [...new Set(list.map(({ provider }) => provider))]
  // Before anything runs: a list that does not fit the build is of no use.
  for (const mutant of list)
    mutated(mutant, readFileSync(ROOT + builtOf(mutant), 'utf8'), builtOf(mutant))
  const limits = await soundness(providers, options)

  mkdirSync(ROOT + COPIES, { recursive: true })
  const copies = mkdtempSync(`${ROOT}${COPIES}/`).slice(ROOT.length)
  try {
    const results = await each(list, options.jobs, async (mutant) => {
      const limit = options.limit ?? limits.get(mutant.provider)
      const result = await tried(mutant, copies, limit)
      tell(result, list.length === 1)
      return result
    })
    const ofProvider = (slug) => results.filter(({ mutant }) => mutant.provider === slug)
    const enough = providers.map((slug) => tellProvider(slug, ofProvider(slug)))
    if (enough.includes(false)) process.exitCode = 1
  } finally {
    rmSync(ROOT + copies, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof CannotRun ? error.message : error)
  process.exitCode = 2
}
