// Makes a document ready to run, or tells everything that is wrong in it before anything is sent.
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { nearest, unknownName } from '../server/nearest.ts'
import { CriterionError, checkJsonPath, readCriterion } from './criteria.ts'
import {
  type LocatedDocument,
  type Mistake,
  MistakesError,
  type Path,
  readDocument,
} from './document.ts'
import type {
  ArazzoDocument,
  Components,
  Criterion,
  FailureAction,
  InputSchema,
  Parameter,
  Reusable,
  Step,
  SuccessAction,
  Workflow,
} from './language.ts'
import type {
  PlacedCriterion,
  Program,
  ReadAction,
  ReadParameter,
  ReadStep,
  ReadWorkflow,
  StepWork,
  WorkflowRef,
} from './program.ts'
import { checkReferences } from './references.ts'
import { shapeMistakes } from './shape-check.ts'
import {
  readSource,
  type Source,
  SourceError,
  type SourceOperation,
  sourceFile,
} from './sources.ts'

/**
 * Reads a document and all it names, and makes it ready to run.
 * @param onRead told of each file that is read: of the document, and of what it names
 * @throws MistakesError with everything that is wrong
 */
export async function compileFile(
  file: string,
  onRead: (file: string) => void = () => {},
): Promise<Program> {
  return new Compiler(onRead).file(file)
}

/** The same for a text; `file` is where it stands, for messages and relative paths. */
export async function compileText(file: string, text: string): Promise<Program> {
  return new Compiler(() => {}).text(file, text)
}

/** Documents may name each other: each is read once. */
class Compiler {
  readonly #programs = new Map<string, Promise<Program>>()
  readonly #onRead: (file: string) => void

  constructor(onRead: (file: string) => void) {
    this.#onRead = onRead
  }

  async file(file: string): Promise<Program> {
    const known = this.#programs.get(file)
    if (known) return known
    this.#onRead(file)
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message
      throw new MistakesError([{ file, line: 1, column: 1, message: reason }])
    })
    const program = this.text(file, text)
    this.#programs.set(file, program)
    return program
  }

  async text(file: string, text: string): Promise<Program> {
    const document = readDocument(file, text)
    const mistakes = [...document.mistakes]
    if (mistakes.length === 0) mistakes.push(...shapeMistakes(document))
    if (mistakes.length > 0) throw new MistakesError(mistakes)
    return this.#program(document)
  }

  async #program(document: LocatedDocument): Promise<Program> {
    const written = document.value as ArazzoDocument
    const mistakes: Mistake[] = []
    const sources = new Map<string, Source>()
    const others = new Map<string, Program>()
    for (const [at, source] of written.sourceDescriptions.entries()) {
      const path = ['sourceDescriptions', at, 'url']
      if (sources.has(source.name) || others.has(source.name))
        mistakes.push(
          document.mistake(
            ['sourceDescriptions', at, 'name'],
            `two sources are called "${source.name}"`,
          ),
        )
      try {
        if (source.type === 'arazzo')
          others.set(source.name, await this.file(pathFrom(document.file, source.url)))
        else {
          const read = sourceFile(source.url, document.file)
          if (read !== undefined) this.#onRead(read)
          sources.set(source.name, await readSource(source, document.file))
        }
      } catch (error) {
        if (error instanceof MistakesError) mistakes.push(...error.mistakes)
        else if (error instanceof SourceError) mistakes.push(document.mistake(path, error.message))
        else throw error
      }
    }
    if (mistakes.length > 0) throw new MistakesError(mistakes)

    const reader = new DocumentReader(document, { sources, others })
    const program = await reader.program()
    mistakes.push(...reader.mistakes, ...checkReferences(program, written))
    if (mistakes.length > 0) throw new MistakesError(inOrder(mistakes))
    return program
  }
}

/** Relative where the document's own is: what is told of it is the same on every machine. */
function pathFrom(file: string, url: string): string {
  return isAbsolute(url) ? url : join(dirname(file), url)
}

function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

interface Names {
  readonly sources: ReadonlyMap<string, Source>
  readonly others: ReadonlyMap<string, Program>
}

/** Reads one document whose shape is right; what is wrong it collects. */
class DocumentReader {
  readonly mistakes: Mistake[] = []
  readonly #document: LocatedDocument
  readonly #written: ArazzoDocument
  readonly #names: Names
  readonly #workflows = new Map<string, ReadWorkflow>()

  constructor(document: LocatedDocument, names: Names) {
    this.#document = document
    this.#written = document.value as ArazzoDocument
    this.#names = names
  }

  async program(): Promise<Program> {
    const { info, components = {} } = this.#written
    const values = Object.entries(components.parameters ?? {}).map(([name, { value }]) => [
      name,
      value,
    ])
    const program: Program = {
      document: this.#document,
      title: info.title,
      sources: this.#names.sources,
      workflows: this.#workflows,
      components: Object.fromEntries(values),
    }
    for (const [at, workflow] of this.#written.workflows.entries()) {
      const path = ['workflows', at]
      if (this.#workflows.has(workflow.workflowId))
        this.#note([...path, 'workflowId'], `two workflows are called "${workflow.workflowId}"`)
      this.#workflows.set(workflow.workflowId, await this.#workflow(program, workflow, path))
    }
    return program
  }

  #note(path: Path, message: string, column?: number): void {
    this.mistakes.push(this.#document.mistake(path, message, column))
  }

  get #components(): Components {
    return this.#written.components ?? {}
  }

  async #workflow(program: Program, workflow: Workflow, path: Path): Promise<ReadWorkflow> {
    const { workflowId, summary, steps, outputs = {}, dependsOn = [] } = workflow
    const shared = this.#parameters(workflow.parameters, [...path, 'parameters'], true)
    const stepIds = new Set<string>()
    const read: ReadStep[] = []
    for (const [at, step] of steps.entries()) {
      const stepPath = [...path, 'steps', at]
      if (stepIds.has(step.stepId))
        this.#note([...stepPath, 'stepId'], `two steps are called "${step.stepId}"`)
      stepIds.add(step.stepId)
      const found = await this.#step(step, stepPath, { workflow, path, shared })
      if (found) read.push(found)
    }
    return {
      program,
      id: workflowId,
      path,
      summary,
      inputs: this.#inputs(workflow.inputs, [...path, 'inputs']),
      dependsOn: dependsOn.flatMap((id, at) => this.#ref(id, [...path, 'dependsOn', at]) ?? []),
      steps: read,
      outputs,
      extension: workflow['x-esimulator'] ?? {},
      isCalled: false,
    }
  }

  /** The schema of the inputs, taken out of the components where it refers to one. */
  #inputs(inputs: InputSchema | undefined, path: Path): InputSchema {
    if (inputs?.$ref === undefined) return inputs ?? {}
    const [, name] = /^#\/components\/inputs\/(.+)$/.exec(inputs.$ref) ?? []
    const known = this.#components.inputs ?? {}
    const found = name === undefined ? undefined : known[name]
    if (found) return found
    const message = unknownName('no input', inputs.$ref, keysBelow('#/components/inputs/', known))
    this.#note([...path, '$ref'], message)
    return {}
  }

  async #step(
    step: Step,
    path: Path,
    within: {
      readonly workflow: Workflow
      readonly path: Path
      readonly shared: readonly ReadParameter[]
    },
  ): Promise<ReadStep | undefined> {
    const work = this.#work(step, path)
    if (!work) return undefined
    const own = this.#parameters(step.parameters, [...path, 'parameters'], true)
    const parameters = placedIn(work, merged(within.shared, own))
    if (work.kind === 'operation') this.#checkParameters(work.operation, parameters, path)
    if (work.kind === 'workflow' && step.requestBody)
      this.#note([...path, 'requestBody'], 'a step that runs a workflow sends no body itself')
    if (step.requestBody) this.#checkBody(step, path)
    const { workflow, path: workflowPath } = within
    const onSuccess = await this.#actions(step.onSuccess, [...path, 'onSuccess'], workflow)
    const onFailure = await this.#actions(step.onFailure, [...path, 'onFailure'], workflow)
    return {
      id: step.stepId,
      path,
      description: step.description,
      work,
      parameters,
      body: step.requestBody,
      criteria: await this.#criteria(step.successCriteria, [...path, 'successCriteria']),
      onSuccess: withNames(
        onSuccess,
        await this.#actions(workflow.successActions, [...workflowPath, 'successActions'], workflow),
      ),
      onFailure: withNames(
        onFailure,
        await this.#actions(workflow.failureActions, [...workflowPath, 'failureActions'], workflow),
      ),
      outputs: step.outputs ?? {},
      expect: step['x-esimulator']?.expect,
      capture: this.#capture(step, path),
    }
  }

  #capture(step: Step, path: Path): ReadStep['capture'] {
    const capture = step['x-esimulator']?.capture ?? {}
    for (const [name, { match }] of Object.entries(capture)) {
      try {
        new RegExp(match, 'u')
      } catch (error) {
        const reason = error instanceof Error ? error.message : error
        this.#note([...path, 'x-esimulator', 'capture', name, 'match'], String(reason))
      }
    }
    return capture
  }

  /** What a step does: one of four things, and exactly one. */
  #work(step: Step, path: Path): StepWork | undefined {
    const ways = ['operationId', 'operationPath', 'workflowId', 'x-operation'] as const
    const given = ways.filter((way) => step[way] !== undefined)
    const [way] = given
    if (way === undefined || given.length > 1) {
      const which = given.length > 1 ? `has ${given.join(' and ')}: it needs` : 'needs'
      this.#note(path, `step "${step.stepId}" ${which} one of ${ways.join(', ')}`)
      return undefined
    }
    if (way === 'x-operation') {
      const { method = 'get', url = '' } = step['x-operation'] ?? {}
      return { kind: 'link', method: method.toUpperCase(), url }
    }
    const at = [...path, way]
    if (way === 'workflowId') {
      const ref = this.#ref(step.workflowId ?? '', at)
      return ref && { kind: 'workflow', ref }
    }
    return way === 'operationId'
      ? this.#operationById(step.operationId ?? '', at)
      : this.#operationByPath(step.operationPath ?? '', at)
  }

  #operationById(id: string, path: Path): StepWork | undefined {
    const [, name, own] = /^\$sourceDescriptions\.([A-Za-z0-9_-]+)\.(.+)$/.exec(id) ?? []
    const { sources } = this.#names
    const searched = name === undefined ? [...sources.values()] : [sources.get(name)]
    if (searched.includes(undefined)) {
      this.#note(path, unknownName('no source', name ?? '', sources.keys()))
      return undefined
    }
    const asked = own ?? id
    const known = (searched as Source[]).flatMap((source) =>
      source.operations.map((operation) => ({ source, operation })),
    )
    const found = known.filter(({ operation }) => operation.id === asked)
    const [only] = found
    if (only && found.length === 1) return { kind: 'operation', ...only }
    const ids = known.flatMap(({ operation }) => operation.id ?? [])
    if (found.length > 1) {
      const from = found
        .map(({ source }) => `$sourceDescriptions.${source.name}.${asked}`)
        .join(' or ')
      this.#note(path, `several sources have an operation "${asked}": write ${from}`)
    } else this.#note(path, noOperation(asked, ids))
    return undefined
  }

  #operationByPath(text: string, path: Path): StepWork | undefined {
    const pattern =
      /^\{?\$sourceDescriptions\.([A-Za-z0-9_-]+)\.url\}?#\/paths\/([^/]+)\/([a-zA-Z]+)$/
    const [, name = '', encoded = '', method = ''] = pattern.exec(text) ?? []
    if (name === '') {
      this.#note(path, "write '{$sourceDescriptions.<name>.url}#/paths/~1orders/post'")
      return undefined
    }
    const source = this.#names.sources.get(name)
    if (!source) {
      this.#note(path, unknownName('no source', name, this.#names.sources.keys()))
      return undefined
    }
    const asked = `${method.toUpperCase()} ${encoded.replaceAll('~1', '/').replaceAll('~0', '~')}`
    const operation = source.operations.find((each) => `${each.method} ${each.path}` === asked)
    if (operation) return { kind: 'operation', operation, source }
    const all = source.operations.map((each) => `${each.method} ${each.path}`)
    this.#note(path, noOperation(asked, all))
    return undefined
  }

  /** A workflow by its id, of this document or another. */
  #ref(id: string, path: Path): WorkflowRef | undefined {
    const [, name, other] = /^\$sourceDescriptions\.([A-Za-z0-9_-]+)\.(.+)$/.exec(id) ?? []
    if (name !== undefined && other !== undefined) {
      const program = this.#names.others.get(name)
      const workflow = program?.workflows.get(other)
      if (workflow) return { id: other, workflow: () => workflow }
      const known = program ? program.workflows.keys() : this.#names.others.keys()
      this.#note(
        path,
        unknownName(program ? 'no workflow' : 'no arazzo source', program ? other : name, known),
      )
      return undefined
    }
    const ids = this.#written.workflows.map(({ workflowId }) => workflowId)
    if (!ids.includes(id)) {
      this.#note(path, unknownName('no workflow', id, ids))
      return undefined
    }
    return {
      id,
      workflow: () => {
        const found = this.#workflows.get(id)
        if (!found) throw new Error(`the workflow ${id} was not read`)
        return found
      },
    }
  }

  /** @param isPlaced whether `in` says where a parameter goes */
  #parameters(
    written: readonly (Parameter | Reusable)[] | undefined,
    path: Path,
    isPlaced: boolean,
  ): ReadParameter[] {
    const found: ReadParameter[] = []
    for (const [at, each] of (written ?? []).entries()) {
      const place = [...path, at]
      const parameter = 'reference' in each ? this.#reusedParameter(each, place) : each
      if (!parameter) continue
      const { name, in: where, value } = parameter
      const isTwice = found.some((other) => other.name === name && other.in === (where ?? 'input'))
      if (isTwice) this.#note([...place, 'name'], `the parameter "${name}" is given twice`)
      found.push({ name, in: (isPlaced && where) || 'input', value, path: place })
    }
    return found
  }

  #reusedParameter({ reference, value }: Reusable, path: Path): Parameter | undefined {
    const found = this.#component('parameters', reference, path)
    return found && (value === undefined ? found : { ...found, value })
  }

  /** What a reference stands for; told where it stands for nothing. */
  #component<Section extends 'parameters' | 'successActions' | 'failureActions'>(
    section: Section,
    reference: string,
    path: Path,
  ): NonNullable<Components[Section]>[string] | undefined {
    const known = (this.#components[section] ?? {}) as NonNullable<Components[Section]>
    const prefix = `$components.${section}.`
    const name = reference.startsWith(prefix) ? reference.slice(prefix.length) : undefined
    const found = name === undefined ? undefined : known[name]
    if (found) return found as NonNullable<Components[Section]>[string]
    const message = unknownName('no component', reference, keysBelow(prefix, known))
    this.#note([...path, 'reference'], message)
    return undefined
  }

  #checkParameters(operation: SourceOperation, given: readonly ReadParameter[], path: Path): void {
    const known = operation.parameters
    for (const { name, in: where, path: place } of given) {
      if (where === 'input') {
        const hint = known.find((each) => each.name === name)
        this.#note(
          place,
          `the parameter "${name}" needs "in": ${hint?.in ?? 'path, query, header or cookie'}`,
        )
        continue
      }
      // Any header may be sent; what else no operation knows would never be looked at.
      if (where === 'header' || where === 'querystring') continue
      if (known.some((each) => each.name === name && each.in === where)) continue
      const names = known.filter((each) => each.in === where).map((each) => each.name)
      const what = `no ${where} parameter`
      this.#note(
        [...place, 'name'],
        `${operationName(operation)}: ${unknownName(what, name, names)}`,
      )
    }
    for (const { name, in: where, required } of known) {
      if (where !== 'path' || !required) continue
      if (!given.some((each) => each.name === name && each.in === 'path'))
        this.#note(path, `${operationName(operation)} needs the path parameter "${name}"`)
    }
  }

  #checkBody(step: Step, path: Path): void {
    for (const [at, { target }] of (step.requestBody?.replacements ?? []).entries()) {
      if (target.startsWith('/')) continue
      this.#note(
        [...path, 'requestBody', 'replacements', at, 'target'],
        'a target is a JSON pointer, as in /order/0/item: xpath is not supported',
      )
    }
  }

  async #criteria(
    written: readonly Criterion[] | undefined,
    path: Path,
  ): Promise<PlacedCriterion[]> {
    const found: PlacedCriterion[] = []
    for (const [at, each] of (written ?? []).entries()) {
      const place = [...path, at]
      try {
        const criterion = readCriterion(each)
        if (criterion.type === 'jsonpath') await this.#checkPath(criterion.pattern, place)
        found.push({ criterion, path: place })
      } catch (error) {
        if (!(error instanceof CriterionError)) throw error
        this.#note([...place, error.field], error.message, error.column)
      }
    }
    return found
  }

  async #checkPath(pattern: string, path: Path): Promise<void> {
    try {
      await checkJsonPath(pattern)
    } catch (error) {
      const reason = error instanceof Error ? error.message : error
      this.#note([...path, 'condition'], `this is no JSONPath (RFC 9535): ${reason}`)
    }
  }

  async #actions(
    written: readonly (SuccessAction | FailureAction | Reusable)[] | undefined,
    path: Path,
    workflow: Workflow,
  ): Promise<ReadAction[]> {
    const section = String(path.at(-1)).toLowerCase().includes('success')
      ? 'successActions'
      : 'failureActions'
    const found: ReadAction[] = []
    for (const [at, each] of (written ?? []).entries()) {
      const place = [...path, at]
      const action = 'reference' in each ? this.#component(section, each.reference, place) : each
      if (action) found.push(await this.#action(action, place, workflow))
    }
    return found
  }

  async #action(
    action: SuccessAction | FailureAction,
    path: Path,
    workflow: Workflow,
  ): Promise<ReadAction> {
    const { name, type, stepId, workflowId, parameters } = action
    const { retryAfter = 0, retryLimit = 1 } = action as FailureAction
    if (type === 'goto' && (stepId === undefined) === (workflowId === undefined))
      this.#note(path, `the action "${name}" goes to exactly one of stepId and workflowId`)
    const ids = workflow.steps.map((step) => step.stepId)
    if (stepId !== undefined && !ids.includes(stepId))
      this.#note([...path, 'stepId'], unknownName('no step', stepId, ids))
    if (parameters && workflowId === undefined)
      this.#note([...path, 'parameters'], 'parameters go to a workflow: give workflowId')
    return {
      name,
      type,
      path,
      criteria: await this.#criteria(action.criteria, [...path, 'criteria']),
      step: stepId,
      workflow:
        workflowId === undefined ? undefined : this.#ref(workflowId, [...path, 'workflowId']),
      parameters: this.#parameters(parameters, [...path, 'parameters'], false),
      retryAfter,
      retryLimit,
    }
  }
}

function operationName({ id, method, path }: SourceOperation): string {
  return id ?? `${method} ${path}`
}

function noOperation(asked: string, known: readonly string[]): string {
  const near = nearest(asked, known)
  const hint =
    near === undefined ? `the sources have ${known.length} others` : `did you mean ${near}?`
  return `there is no operation "${asked}": ${hint}`
}

function keysBelow(prefix: string, known: object): string[] {
  return Object.keys(known).map((name) => prefix + name)
}

/** Parameters of a workflow are inputs wherever they are said to go. */
function placedIn(work: StepWork, parameters: readonly ReadParameter[]): ReadParameter[] {
  if (work.kind !== 'workflow') return [...parameters]
  return parameters.map((each) => ({ ...each, in: 'input' as const }))
}

/** What a step says overrides what the workflow says, and never takes it away. */
function merged(shared: readonly ReadParameter[], own: readonly ReadParameter[]): ReadParameter[] {
  const isOverridden = (each: ReadParameter) =>
    own.some(({ name, in: where }) => name === each.name && where === each.in)
  return [...shared.filter((each) => !isOverridden(each)), ...own]
}

function withNames(own: readonly ReadAction[], shared: readonly ReadAction[]): ReadAction[] {
  const names = new Set(own.map(({ name }) => name))
  return [...own, ...shared.filter(({ name }) => !names.has(name))]
}
