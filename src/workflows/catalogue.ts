// The workflows there are to run: those of the package and those of a user's folder, and what is wrong in other files.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { glob } from 'tinyglobby'
import type { WorkflowShown, WorkflowsShown } from '../control/workflow-runs.ts'
import { unknownName } from '../server/nearest.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { packageFile } from '../state/shipped-files.ts'
import { compileFile } from './compile.ts'
import type { ArazzoDocument } from './language.ts'
import { MistakesError } from './mistakes.ts'
import type { Program, ReadStep, ReadWorkflow } from './program.ts'

/** A file that may hold workflows. */
export interface WorkflowFile {
  /** What it is called: below the user's folder, or `esimulator:` and its name in the package. */
  readonly name: string
  readonly path: string
  readonly source: 'shipped' | 'folder'
}

type Problem = WorkflowsShown['problems'][number]

/** What one file has. */
interface Listed {
  readonly workflows: readonly WorkflowShown[]
  readonly problems: readonly Problem[]
}

/** Files of a folder at most: more is the wrong folder. */
export const MOST_FILES = 500
/** Bytes of a file at most. */
export const LARGEST_FILE = 1_048_576
/** What is told of one file that is wrong everywhere. */
const MOST_PROBLEMS = 20

const SHIPPED = 'esimulator:'
/** The ending of a file that says itself what it is. */
const NAMED = /\.arazzo\.(?:ya?ml|json)$/
/** What begins a document of workflows, in whatever file. */
const FIRST_KEY = /^[\s{]*["']?arazzo["']?\s*:/m

/** The files of the package do not change while it runs. */
const listedOfPackage = new Map<string, Promise<Listed>>()

/** @param folder the user's; none unless given */
export async function workflowsIn(folder: string | undefined): Promise<WorkflowsShown> {
  const { files, problems } = await filesIn(folder)
  const listed: Listed[] = []
  for (const file of files) listed.push(await listedIn(file))
  return defined({
    folder,
    workflows: listed.flatMap((each) => each.workflows),
    problems: [...problems, ...listed.flatMap((each) => each.problems)],
  })
}

/**
 * The file of a name, and what it holds.
 * @throws Refusal `not-found` where there is none, `invalid-request` for one that cannot be run
 */
export async function programNamed(
  name: string,
  folder: string | undefined,
): Promise<{ readonly file: WorkflowFile; readonly program: Program }> {
  const { files } = await filesIn(folder)
  const file = files.find((each) => each.name === name)
  if (!file) {
    const names = files.map((each) => each.name)
    throw new Refusal('not-found', unknownName('no file of workflows', name, names))
  }
  try {
    return { file, program: await compileFile(file.path) }
  } catch (error) {
    const lines = problemsOf(file, error).map(({ file, line, says }) => `${file}:${line}: ${says}`)
    throw new Refusal('invalid-request', `it cannot be run: ${lines.join('; ')}`)
  }
}

async function filesIn(
  folder: string | undefined,
): Promise<{ readonly files: readonly WorkflowFile[]; readonly problems: readonly Problem[] }> {
  const shipped = await shippedFiles()
  if (folder === undefined) return { files: shipped, problems: [] }
  const problems: Problem[] = []
  const tell = (file: string, says: string) => void problems.push({ file, line: 1, says })
  const found = await namesBelow(folder).catch((error: unknown) => {
    tell('.', `the folder ${folder} cannot be read: ${reasonOf(error)}`)
    return []
  })
  if (found.length > MOST_FILES)
    tell(
      '.',
      `it has ${found.length} files of YAML or JSON, and the first ${MOST_FILES} are looked at`,
    )
  const files: WorkflowFile[] = []
  for (const name of found.slice(0, MOST_FILES)) {
    const path = join(folder, name)
    const problem = await isOfWorkflows(path).catch((error: unknown) => reasonOf(error))
    if (typeof problem === 'string') tell(name, `it cannot be read: ${problem}`)
    else if (problem) files.push({ name, path, source: 'folder' })
  }
  return { files: [...shipped, ...files], problems }
}

async function shippedFiles(): Promise<WorkflowFile[]> {
  const folder = fileURLToPath(packageFile('scenarios/'))
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => NAMED.test(name))
    .toSorted()
    .map((name) => ({ name: SHIPPED + name, path: join(folder, name), source: 'shipped' as const }))
}

/** Names of files below a folder, with slashes, in order. @throws Error where there is no such folder */
async function namesBelow(folder: string): Promise<string[]> {
  if (!(await stat(folder)).isDirectory()) throw new Error('it is no folder')
  const ignore = ['**/node_modules/**']
  const found = await glob('**/*.{yaml,yml,json}', { cwd: folder, ignore, dot: false })
  return found.map((name) => name.replaceAll('\\', '/')).toSorted()
}

/** @throws Error where it cannot be read, or is too large to be one */
async function isOfWorkflows(path: string): Promise<boolean> {
  const isNamed = NAMED.test(path)
  const { size } = await stat(path)
  if (size > LARGEST_FILE) {
    if (isNamed)
      throw new Error(`it has ${size} bytes, and the largest that is read ${LARGEST_FILE}`)
    return false
  }
  return isNamed || FIRST_KEY.test(await readFile(path, 'utf8'))
}

function listedIn(file: WorkflowFile): Promise<Listed> {
  if (file.source === 'folder') return readListed(file)
  const known = listedOfPackage.get(file.path) ?? readListed(file)
  listedOfPackage.set(file.path, known)
  return known
}

async function readListed(file: WorkflowFile): Promise<Listed> {
  try {
    const program = await compileFile(file.path)
    const own = [...program.workflows.values()].filter(({ isCalled }) => !isCalled)
    return { workflows: own.map((each) => workflowShown(file, each)), problems: [] }
  } catch (error) {
    return { workflows: [], problems: problemsOf(file, error) }
  }
}

function problemsOf({ name, path }: WorkflowFile, error: unknown): Problem[] {
  if (!(error instanceof MistakesError)) return [{ file: name, line: 1, says: reasonOf(error) }]
  const told = error.mistakes.slice(0, MOST_PROBLEMS).map(({ file, line, message }) => {
    return { file: file === path ? name : file, line, says: message }
  })
  const more = error.mistakes.length - told.length
  if (more > 0) told.push({ file: name, line: 1, says: `and ${more} more` })
  return told
}

function workflowShown({ name, source }: WorkflowFile, workflow: ReadWorkflow): WorkflowShown {
  const { program, id, summary, steps, extension } = workflow
  const { workflows } = program.document.value as ArazzoDocument
  const { description } = workflows.find((each) => each.workflowId === id) ?? {}
  const slugs = [...program.sources.values()].flatMap(({ simulator }) => simulator?.slug ?? [])
  const cases = extension.cases?.map((each) => ({ name: each.name, inputs: { ...each.inputs } }))
  return defined({
    file: name,
    id,
    summary: summary ?? program.title,
    description,
    providers: [...new Set(slugs)].filter((slug) => slug !== 'control'),
    source,
    inputs: inputsOf(workflow),
    cases,
    steps: steps.map((step) =>
      defined({ id: step.id, description: step.description, operation: operationOf(step) }),
    ),
  })
}

/** The schema of its inputs; what stands behind `$ref` and `allOf` in its place. */
function inputsOf({ inputs, program, id }: ReadWorkflow): WorkflowShown['inputs'] {
  const { workflows } = program.document.value as ArazzoDocument
  const schema = workflows.find((each) => each.workflowId === id)?.inputs
  if (!schema || !JSON.stringify(schema).includes('"$ref"')) return schema
  return {
    type: 'object',
    properties: Object.fromEntries(inputs.properties),
    required: [...inputs.needed],
  }
}

function operationOf({ work }: ReadStep): string {
  if (work.kind === 'workflow') return `workflow ${work.ref.id}`
  if (work.kind === 'link') return `${work.method.toUpperCase()} ${work.url}`
  const { id, method, path } = work.operation
  return id ?? `${method} ${path}`
}
