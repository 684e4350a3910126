// What `specs/evidence.json` is made of beside a run, and what is wrong in it.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { numbersIn, testFiles } from './test-names.js'

export const EVIDENCE = 'specs/evidence.json'
const SUITES = 'specs/contracts'
const STATEMENTS = 'specs/statements'

const ABOUT =
  'What is proven of which operation, by which case of specs/contracts, at which target, and since when. ' +
  'Made by npm run evidence. The target simulator says that the simulator does as documented, and not that the provider does.'

const yamlIn = (root, folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => `${folder}/${name}`)

/** Files that evidence is made of, with the sums of what is in them. */
export function sumsOf(root) {
  const files = ['specs', SUITES, STATEMENTS].flatMap((folder) => yamlIn(root, folder))
  const sum = (file) =>
    createHash('sha256')
      .update(readFileSync(join(root, file)))
      .digest('hex')
  return Object.fromEntries(files.map((file) => [file, sum(file).slice(0, 16)]))
}

/** By case, as in `highland.arazzo.yaml#onboarding`: the statements that it says it proves. */
export function citationsIn(root) {
  const cases = yamlIn(root, SUITES).flatMap((file) => {
    const { workflows } = parse(readFileSync(join(root, file), 'utf8'))
    const name = file.slice(SUITES.length + 1)
    return workflows.map((each) => [
      `${name}#${each.workflowId}`,
      each['x-esimulator']?.proves ?? [],
    ])
  })
  return Object.fromEntries(cases)
}

/** Every statement with its provider, in the order of their numbers. */
export function statementsIn(root) {
  const all = yamlIn(root, STATEMENTS).flatMap((file) => {
    const provider = file.slice(STATEMENTS.length + 1).replace(/(-v[0-9.]+)?\.yaml$/, '')
    const statements = parse(readFileSync(join(root, file), 'utf8'))
    return statements.map((each) => ({ ...each, provider }))
  })
  return all.toSorted((a, b) => Number(a.id > b.id) - Number(a.id < b.id))
}

/** By statement: the test files that have its number in the name of a test. */
export function testsOf(root) {
  const proving = new Map()
  for (const { file, names } of testFiles(join(root, 'test')))
    for (const id of new Set(numbersIn(names)))
      proving.set(id, [...(proving.get(id) ?? []), `test/${file}`])
  const known = statementsIn(root).filter(({ id }) => proving.has(id))
  return Object.fromEntries(known.map(({ id }) => [id, proving.get(id)]))
}

/** Evidence with everything about it that needs no run. */
export function completed(root, { format, providers }) {
  const held = new Set(entriesOf(providers).flatMap(({ statements }) => statements))
  const all = statementsIn(root)
  const counted = Object.keys(providers).map((provider) => {
    const own = all.filter((each) => each.provider === provider)
    return [provider, { all: own.length, proven: own.filter(({ id }) => held.has(id)).length }]
  })
  return {
    format,
    about: ABOUT,
    madeOf: sumsOf(root),
    statements: Object.fromEntries(counted),
    statementsWithoutCase: all.filter(({ id }) => !held.has(id)).map(({ id }) => id),
    citedInVain: citedInVain(root, providers),
    providers,
    tests: testsOf(root),
  }
}

/** What cases say they prove without an exchange with an operation that the statement names. */
function citedInVain(root, providers) {
  const held = new Set(
    entriesOf(providers).flatMap(({ name, statements }) => statements.map((id) => `${name} ${id}`)),
  )
  return Object.entries(citationsIn(root)).flatMap(([name, ids]) =>
    ids.map((id) => `${name} ${id}`).filter((each) => !held.has(each)),
  )
}

/** One by one: provider, operation, target, case, statements. */
function entriesOf(providers) {
  return Object.entries(providers).flatMap(([provider, operations]) =>
    Object.entries(operations).flatMap(([operation, { evidence }]) =>
      evidence.flatMap(({ target, cases }) =>
        Object.entries(cases).map(([name, statements]) => ({
          provider,
          operation,
          target,
          name,
          statements,
        })),
      ),
    ),
  )
}

/** What evidence says that the suites and the statements do not: a sentence each. */
export function unfounded(root, { providers }) {
  const citations = citationsIn(root)
  const about = new Map(statementsIn(root).map(({ id, operations }) => [id, operations]))
  return entriesOf(providers).flatMap(({ operation, name, statements }) => {
    const cited = citations[name]
    if (!cited) return [`there is no case ${name}`]
    return statements.flatMap((id) => [
      ...(cited.includes(id) ? [] : [`${name} does not say that it proves ${id}`]),
      ...(about.get(id)?.includes(operation) ? [] : [`${id} does not name ${operation}`]),
    ])
  })
}

/** Evidence from real endpoints without what the suites do not say any more, and what that was. */
export function founded(root, { format, providers }) {
  const citations = citationsIn(root)
  const lost = entriesOf(providers)
    .filter(({ target, name }) => target !== 'simulator' && !citations[name])
    .map(({ target, name, operation }) => `${target}: ${operation} by ${name}`)
  const casesOf = (cases) =>
    Object.entries(cases).flatMap(([name, ids]) => {
      const still = ids.filter((id) => citations[name]?.includes(id))
      return citations[name] && (still.length > 0 || ids.length === 0) ? [[name, still]] : []
    })
  const kept = (entry) => {
    const cases = Object.fromEntries(casesOf(entry.cases))
    return entry.target === 'simulator' ? [entry] : notEmpty({ ...entry, cases })
  }
  const operations = (all) =>
    mapped(all, (each) => ({ ...each, evidence: each.evidence.flatMap(kept) }))
  return { lost, evidence: { format, providers: mapped(providers, operations) } }
}

const notEmpty = (entry) => (Object.keys(entry.cases).length > 0 ? [entry] : [])

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, each]) => [name, change(each)]))
