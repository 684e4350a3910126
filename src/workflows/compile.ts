// Makes a document ready to run, or tells everything that is wrong in it before anything is sent.
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { nearest, unknownName } from '../server/nearest.ts'
import { tokenName } from '../state/json-pointer.ts'
import { reasonOf } from '../state/reason.ts'
import {
  CriterionError,
  checkJsonPath,
  checkSelector,
  isSelector,
  readCriterion,
} from './criteria.ts'
import {
  type LocatedDocument,
  type Mistake,
  MistakesError,
  mistakeText,
  type Path,
  readDocument,
} from './document.ts'
import { type Inputs, InputsError, readInputs } from './inputs.ts'
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
  located,
  readSource,
  type Source,
  SourceError,
  type SourceOperation,
  textAt,
} from './sources.ts'
import { actionProblems, bodyProblems, nameIn, type Problem } from './step-checks.ts'

/**
 * Reads a document and all it names, and makes it ready to run.
 * @throws MistakesError with everything that is wrong
 */
export async function compileFile(file: string): Promise<Program> {
  const [program] = await compileFiles([file])
  return program as Program
}

/**
 * The same for several, which may name each other: each is read once.
 * @param onRead told of each file or URL that is read: of the documents, and of what they name
 */
export async function compileFiles(
  files: readonly string[],
  onRead: (place: string) => void = () => {},
): Promise<Program[]> {
  const compiler = new Compiler(files, onRead)
  const programs: Program[] = []
  const mistakes: Mistake[] = []
  for (const file of files)
    try {
      programs.push(await compiler.file(file, []))
    } catch (error) {
      if (error instanceof MistakesError) mistakes.push(...error.mistakes)
      else if (error instanceof SourceError)
        mistakes.push({ file, line: 1, column: 1, message: 'there is no such file' })
      else throw error
    }
  if (mistakes.length > 0) throw new MistakesError(eachOnce(mistakes))
  return programs
}

/**
 * The same for a text; `file` is where it stands, for messages and relative paths.
 * @param placeOf where a part is said to stand: for a text that was made of another document
 */
export async function compileText(
  file: string,
  text: string,
  placeOf?: LocatedDocument['place'],
): Promise<Program> {
  return new Compiler([file], () => {}).text(file, text, [], placeOf)
}

/** A class, since documents that name each other are read once. */
class Compiler {
  readonly #programs = new Map<string, Promise<Program>>()
  /** As files were named, by where they are. */
  readonly #names: ReadonlyMap<string, string>

  readonly #onRead: (place: string) => void

  constructor(files: readonly string[], onRead: (place: string) => void) {
    this.#onRead = onRead
    this.#names = new Map(files.map((file) => [keyOf(file), file]))
  }

  /**
   * @param within the documents that lead to it, the outermost first
   * @param called what it is called in messages, unless it was named by itself
   * @throws SourceError where it cannot be read, or leads back to where it came from
   */
  async file(place: string, within: readonly string[], called = place): Promise<Program> {
    const key = keyOf(place)
    if (within.includes(key))
      throw new SourceError(`the documents name each other: ${[...within, key].join(' -> ')}`)
    const known = this.#programs.get(key)
    if (known) return known
    const read = async () => {
      this.#onRead(place)
      const text = await textAt(place)
      return this.text(this.#names.get(key) ?? called, text, within)
    }
    const program = read()
    this.#programs.set(key, program)
    return program
  }

  async text(
    file: string,
    text: string,
    within: readonly string[],
    placeOf?: LocatedDocument['place'],
  ): Promise<Program> {
    const read = readDocument(file, text)
    const document = { ...read, place: placeOf ?? read.place }
    const mistakes = [...document.mistakes]
    if (mistakes.length === 0) mistakes.push(...shapeMistakes(document))
    if (mistakes.length > 0) throw new MistakesError(mistakes)
    return this.#program(document, [...within, keyOf(file)])
  }

  async #program(document: LocatedDocument, within: readonly string[]): Promise<Program> {
    const written = document.value as ArazzoDocument
    const mistakes: Mistake[] = []
    const sources = new Map<string, Source>()
    const others = new Map<string, Program>()
    const base = written.$self === undefined ? document.file : located(written.$self, document.file)
    for (const [at, source] of written.sourceDescriptions.entries()) {
      const path = ['sourceDescriptions', at]
      if (sources.has(source.name) || others.has(source.name))
        mistakes.push(
          document.mistake([...path, 'name'], `two sources are called "${source.name}"`),
        )
      try {
        if (source.type === 'arazzo') {
          const called = calledBy(source.url, base)
          others.set(source.name, await this.file(located(source.url, base), within, called))
        } else sources.set(source.name, await readSource(source, base, this.#onRead))
      } catch (error) {
        if (error instanceof MistakesError) mistakes.push(...error.mistakes)
        else if (error instanceof SourceError)
          mistakes.push(document.mistake([...path, 'url'], error.message))
        else throw error
      }
    }
    if (mistakes.length > 0) throw new MistakesError(mistakes)

    const reader = new DocumentReader(document, { sources, others })
    const program = await reader.program()
    mistakes.push(...reader.mistakes, ...checkReferences(program, written))
    if (mistakes.length > 0) throw new MistakesError(inOrder(eachOnce(mistakes)))
    return program
  }
}

/** A document that another names: relative where that is, so that it is the same on every machine. */
function calledBy(url: string, base: string): string {
  const isRelative = !/^(?:https?|file):/.test(url) && !isAbsolute(url) && !/^https?:/.test(base)
  return isRelative ? join(dirname(base), url).replaceAll('\\', '/') : located(url, base)
}

/** The same for each name of a place. */
function keyOf(place: string): string {
  return /^https?:/.test(place) ? place : resolve(place)
}

function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** What several references lead to is told once. */
function eachOnce(mistakes: readonly Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [mistakeText(mistake), mistake])).values()]
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
    const described = this.#written.sourceDescriptions.map((each) => [each.name, each])
    const program: Program = {
      document: this.#document,
      title: info.title,
      sources: this.#names.sources,
      descriptions: Object.fromEntries(described),
      self: this.#written.$self,
      workflows: this.#workflows,
      components: Object.fromEntries(values),
    }
    for (const [at, workflow] of this.#written.workflows.entries()) {
      const path = ['workflows', at]
      if (this.#workflows.has(workflow.workflowId))
        this.#note([...path, 'workflowId'], `two workflows are called "${workflow.workflowId}"`)
      this.#workflows.set(workflow.workflowId, await this.#workflow(program, workflow, path))
    }
    await this.#components(components)
    return program
  }

  #note(path: Path, message: string, column?: number): void {
    this.mistakes.push(this.#document.mistake(path, message, column))
  }

  #notes(path: Path, problems: readonly Problem[]): void {
    for (const { at, message } of problems) this.#note([...path, ...at], message)
  }

  /** Components are read where they are referred to; the rest of them is read here. */
  async #components({ inputs = {}, ...sections }: Components): Promise<void> {
    const place = ['components', 'inputs']
    for (const [name, schema] of Object.entries(inputs)) this.#refs(schema, [...place, name])
    for (const section of ['successActions', 'failureActions'] as const)
      for (const [name, action] of Object.entries(sections[section] ?? {})) {
        const path = ['components', section, name]
        this.#notes(path, actionProblems(action))
        await this.#criteria(action.criteria, [...path, 'criteria'])
      }
    for (const [name, { value }] of Object.entries(sections.parameters ?? {}))
      await this.#selectors(value, ['components', 'parameters', name, 'value'])
  }

  async #workflow(program: Program, workflow: Workflow, path: Path): Promise<ReadWorkflow> {
    const { workflowId, summary, steps, outputs = {}, dependsOn = [] } = workflow
    const shared = this.#parameters(workflow.parameters, [...path, 'parameters'], true)
    for (const { value, path: place } of shared) await this.#selectors(value, [...place, 'value'])
    await this.#outputs(outputs, [...path, 'outputs'])
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

  #inputs(schema: InputSchema | undefined, path: Path): Inputs {
    const before = this.mistakes.length
    this.#refs(schema, path)
    try {
      if (this.mistakes.length === before)
        return readInputs(schema, this.#written.components?.inputs)
    } catch (error) {
      if (!(error instanceof InputsError)) throw error
      this.#note(path, error.message)
    }
    return readInputs(undefined)
  }

  /** Every `$ref` in a schema leads somewhere. */
  #refs(schema: unknown, path: Path): void {
    if (typeof schema !== 'object' || schema === null) return
    for (const [name, each] of Object.entries(schema))
      this.#refs(each, [...path, Array.isArray(schema) ? Number(name) : name])
    const { $ref: ref } = schema as { readonly $ref?: unknown }
    if (typeof ref !== 'string') return
    const known = this.#written.components?.inputs ?? {}
    const [, name] = /^#\/components\/inputs\/([^/]+)/.exec(ref) ?? []
    if (name === undefined && ref.startsWith('#/$defs/')) return
    if (name !== undefined && Object.hasOwn(known, name)) return
    this.#note(
      [...path, '$ref'],
      unknownName('no input', ref, keysBelow('#/components/inputs/', known)),
    )
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
    this.#checkPlaces(work, parameters, path)
    for (const { value, path: place } of own) await this.#selectors(value, [...place, 'value'])
    await this.#body(step, work, path)
    await this.#outputs(step.outputs, [...path, 'outputs'])
    const { workflow, path: workflowPath } = within
    const { successActions, failureActions } = workflow
    const after = { workflow, step }
    const onSuccess = await this.#actions(step.onSuccess, [...path, 'onSuccess'], after)
    const onFailure = await this.#actions(step.onFailure, [...path, 'onFailure'], after)
    const always = [...workflowPath, 'successActions']
    const onAnyFailure = [...workflowPath, 'failureActions']
    return {
      id: step.stepId,
      path,
      description: step.description,
      work,
      parameters,
      body: step.requestBody,
      criteria: await this.#criteria(step.successCriteria, [...path, 'successCriteria']),
      onSuccess: withNames(onSuccess, await this.#actions(successActions, always, { workflow })),
      onFailure: withNames(
        onFailure,
        await this.#actions(failureActions, onAnyFailure, { workflow }),
      ),
      outputs: step.outputs ?? {},
      dependsOn: this.#dependsOn(step, path, workflow),
      timeout: step.timeout,
      expect: step['x-esimulator']?.expect,
      capture: this.#capture(step, path),
    }
  }

  #checkPlaces(work: StepWork, parameters: readonly ReadParameter[], path: Path): void {
    if (work.kind === 'operation') this.#checkParameters(work.operation, parameters, path)
    if (work.kind === 'link')
      for (const { name, in: where, path: place } of parameters)
        if (where === 'path' || where === 'input')
          this.#note(place, `the parameter "${name}" needs "in": query, header or cookie`)
  }

  async #body({ requestBody }: Step, work: StepWork, path: Path): Promise<void> {
    if (!requestBody) return
    const place = [...path, 'requestBody']
    const bodyTypes = work.kind === 'operation' ? work.operation.bodyTypes : []
    this.#notes(place, bodyProblems(requestBody, bodyTypes))
    for (const [at, { value }] of (requestBody.replacements ?? []).entries())
      await this.#selectors(value, [...place, 'replacements', at, 'value'])
  }

  /** Steps that have to have been made before: steps of the same workflow, further up. */
  #dependsOn({ stepId, dependsOn = [] }: Step, path: Path, { steps }: Workflow): string[] {
    const ids = steps.map((each) => each.stepId)
    for (const [at, id] of dependsOn.entries()) {
      const place = [...path, 'dependsOn', at]
      if (id.startsWith('$'))
        this.#note(
          place,
          'a step depends on steps of its own workflow only: others are not supported',
        )
      else if (!ids.includes(id)) this.#note(place, unknownName('no step', id, ids))
      else if (ids.indexOf(id) >= ids.indexOf(stepId))
        this.#note(place, `step "${id}" is not made before step "${stepId}"`)
    }
    return [...dependsOn]
  }

  async #outputs(outputs: Workflow['outputs'], path: Path): Promise<void> {
    for (const [name, output] of Object.entries(outputs ?? {}))
      await this.#selectors(output, [...path, name])
  }

  /** Whether a Selector Object, where a value is one, can be read. */
  async #selectors(value: unknown, path: Path): Promise<void> {
    if (!isSelector(value)) return
    try {
      await checkSelector(value)
    } catch (error) {
      if (!(error instanceof CriterionError)) throw error
      this.#note([...path, error.field], error.message)
    }
  }

  #capture(step: Step, path: Path): ReadStep['capture'] {
    const capture = step['x-esimulator']?.capture ?? {}
    for (const [name, { match }] of Object.entries(capture)) {
      try {
        new RegExp(match, 'u')
      } catch (error) {
        const reason = reasonOf(error)
        this.#note([...path, 'x-esimulator', 'capture', name, 'match'], String(reason))
      }
    }
    return capture
  }

  /** What a step does: the schema has it that it is one of four things. */
  #work(step: Step, path: Path): StepWork | undefined {
    const ways = ['operationId', 'operationPath', 'workflowId', 'x-operation'] as const
    const way = ways.find((each) => step[each] !== undefined) ?? 'operationId'
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
    } else {
      // `animals.postAnimal` is meant where there is such a source and it has such an operation.
      const whole = known.find(({ source, operation: { id } }) => asked === `${source.name}.${id}`)
      this.#note(path, noOperation(asked, whole ? [`$sourceDescriptions.${asked}`] : ids))
    }
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
    const asked = `${method.toUpperCase()} ${pathIn(encoded)}`
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
      found.push({ name, in: (isPlaced && where) || 'input', value, isShared: false, path: place })
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
    const known = (this.#written.components?.[section] ?? {}) as NonNullable<Components[Section]>
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
      // Any header or cookie may be sent; what else no operation knows would never be looked at.
      if (where === 'header' || where === 'cookie' || where === 'querystring') continue
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
      const reason = reasonOf(error)
      this.#note([...path, 'condition'], `this is no JSONPath (RFC 9535): ${reason}`)
    }
  }

  /** @param after the step they follow, where they do not follow all of the workflow */
  async #actions(
    written: readonly (SuccessAction | FailureAction | Reusable)[] | undefined,
    path: Path,
    after: { readonly workflow: Workflow; readonly step?: Step },
  ): Promise<ReadAction[]> {
    const section = String(path.at(-1)).toLowerCase().includes('success')
      ? 'successActions'
      : 'failureActions'
    const found: ReadAction[] = []
    for (const [at, each] of (written ?? []).entries()) {
      const place = [...path, at]
      const action = 'reference' in each ? this.#component(section, each.reference, place) : each
      if (!action) continue
      if (found.some(({ name }) => name === action.name))
        this.#note(place, `two actions of this list are called "${action.name}"`)
      // One that is reused is told of, and points to criteria, where it is written.
      const own = 'reference' in each ? ['components', section, nameIn(each.reference)] : place
      found.push(await this.#action(action, own, after))
    }
    return found
  }

  async #action(
    action: SuccessAction | FailureAction,
    path: Path,
    { workflow, step }: { readonly workflow: Workflow; readonly step?: Step },
  ): Promise<ReadAction> {
    const { name, type, stepId, workflowId, parameters } = action
    const { retryAfter = 0, retryLimit = 1 } = action as FailureAction
    this.#notes(path, actionProblems(action))
    const ids = workflow.steps.map((each) => each.stepId)
    if (stepId !== undefined && !ids.includes(stepId))
      this.#note([...path, 'stepId'], unknownName('no step', stepId, ids))
    if (type === 'retry' && step && stepId === step.stepId)
      this.#note([...path, 'stepId'], `step "${stepId}" cannot be made before itself: leave it out`)
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
  const near = nearest(asked, known) ?? known.find((each) => each.endsWith(`.${asked}`))
  const hint =
    near === undefined ? `the sources have ${known.length} others` : `did you mean ${near}?`
  return `there is no operation "${asked}": ${hint}`
}

/** A path as a JSON pointer within a URL has it: escaped, and perhaps with its braces encoded. */
function pathIn(token: string): string {
  const plain = /%(?![0-9A-Fa-f]{2})/.test(token) ? token : decodeURIComponent(token)
  return tokenName(plain)
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
  const rest = shared.filter((each) => !isOverridden(each))
  return [...rest.map((each) => ({ ...each, isShared: true })), ...own]
}

function withNames(own: readonly ReadAction[], shared: readonly ReadAction[]): ReadAction[] {
  const names = new Set(own.map(({ name }) => name))
  return [...own, ...shared.filter(({ name }) => !names.has(name))]
}
