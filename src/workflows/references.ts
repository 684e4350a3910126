// What the expressions of a document name: inputs, steps and outputs that have to be there.
import { nearest, unknownName } from '../server/nearest.ts'
import { type CriterionError, expressionsOfCriterion, isSelector } from './criteria.ts'
import type { LocatedDocument, Mistake, Path } from './document.ts'
import { type Expression, ExpressionError, expressionsIn } from './expressions.ts'
import type {
  ArazzoDocument,
  Components,
  Criterion,
  FailureAction,
  OutputValue,
  Reusable,
  Step,
  SuccessAction,
  Workflow,
} from './language.ts'
import { neededInput } from './needs.ts'
import type { Program, ReadParameter, ReadWorkflow } from './program.ts'
import { nameIn } from './step-checks.ts'

/** Everything that expressions name and nobody has; and workflows that would never end. */
export function checkReferences(program: Program, written: ArazzoDocument): Mistake[] {
  const checker = new ReferenceChecker(program, written)
  checker.components()
  for (const [at, workflow] of written.workflows.entries())
    checker.workflow(workflow, ['workflows', at])
  checker.calls()
  return checker.mistakes
}

/** A class, since its methods work on the same few things. */
class ReferenceChecker {
  readonly mistakes: Mistake[] = []
  readonly #program: Program
  readonly #document: LocatedDocument
  readonly #components: Components
  /** Ids of workflows that another one runs or depends on. */
  readonly #run: ReadonlySet<string>
  /** Inputs that the workflow at hand names: those its cases bring need no schema. */
  #used = new Set<string>()

  constructor(program: Program, written: ArazzoDocument) {
    this.#program = program
    this.#document = program.document
    this.#components = written.components ?? {}
    this.#run = new Set(written.workflows.flatMap((each) => runBy(each, this.#components)))
  }

  workflow(workflow: Workflow, path: Path): void {
    const read = this.#program.workflows.get(workflow.workflowId)
    const within: Within = { workflow, read, step: undefined }
    this.#used = new Set()
    this.#parameters(workflow.parameters, [...path, 'parameters'], within)
    this.#actions('successActions', workflow.successActions, [...path, 'successActions'], within)
    this.#actions('failureActions', workflow.failureActions, [...path, 'failureActions'], within)
    for (const [at, step] of workflow.steps.entries())
      this.#step(step, [...path, 'steps', at], { ...within, step })
    const outputs = Object.keys(workflow.outputs ?? {})
    this.#outputs(workflow.outputs, [...path, 'outputs'], { ...within, outputs })
    this.#cases(workflow, path, read)
    this.#needs(workflow, path, read)
    for (const [at, id] of (workflow['x-esimulator']?.cleanup ?? []).entries())
      if (!this.#program.workflows.has(id))
        this.#note(
          [...path, 'x-esimulator', 'cleanup', at],
          unknownName('no workflow', id, this.#program.workflows.keys()),
        )
  }

  /** Components are read, whether anybody refers to them or not. */
  components(): void {
    for (const [name, { value }] of Object.entries(this.#components.parameters ?? {})) {
      const path = ['components', 'parameters', name, 'value']
      if (leadsTo(value, name, this.#components))
        this.#note(path, `the parameter "${name}" is worth itself`)
      this.#syntax(value, path)
    }
  }

  /** Notes which workflows are called, and which call themselves. */
  calls(): void {
    for (const workflow of this.#program.workflows.values()) {
      for (const { step, called } of callsOf(workflow)) {
        called.isCalled = true
        if (reaches(called, workflow))
          this.#note(step.path, `the workflow "${workflow.id}" would call itself for ever`)
      }
      for (const id of workflow.extension.cleanup ?? []) {
        const cleaning = this.#program.workflows.get(id)
        if (cleaning) cleaning.isCalled = true
      }
      for (const { workflow: before } of workflow.dependsOn)
        if (dependsUpon(before(), workflow))
          this.#note(workflow.path, `the workflow "${workflow.id}" depends on itself`)
    }
  }

  #note(path: Path, message: string, column?: number): void {
    this.mistakes.push(this.#document.mistake(path, message, column))
  }

  #step(step: Step, path: Path, within: Within): void {
    this.#parameters(step.parameters, [...path, 'parameters'], within)
    this.#values(step.requestBody?.payload, [...path, 'requestBody', 'payload'], within)
    for (const [at, { value }] of (step.requestBody?.replacements ?? []).entries())
      this.#values(value, [...path, 'requestBody', 'replacements', at, 'value'], within)
    this.#values(step['x-operation']?.url, [...path, 'x-operation', 'url'], within)
    this.#values(step['x-esimulator']?.expect, [...path, 'x-esimulator', 'expect'], within)
    const outputs = step.workflowId === undefined ? undefined : this.#outputsOfCalled(step, within)
    const after = { ...within, outputs }
    for (const [name, { from }] of Object.entries(step['x-esimulator']?.capture ?? {}))
      this.#values(from, [...path, 'x-esimulator', 'capture', name, 'from'], after)
    this.#criteria(step.successCriteria, [...path, 'successCriteria'], after)
    this.#actions('successActions', step.onSuccess, [...path, 'onSuccess'], after)
    this.#actions('failureActions', step.onFailure, [...path, 'onFailure'], after)
    this.#outputs(step.outputs, [...path, 'outputs'], after)
    if (step.workflowId === undefined) return
    const work = within.read?.steps.find(({ id }) => id === step.stepId)
    if (work?.work.kind === 'workflow')
      this.#calledInputs(work.work.ref.workflow(), work.parameters, path)
  }

  /** Inputs a workflow that is run needs, those it does not know, and those that cannot be. */
  #calledInputs({ id, inputs }: ReadWorkflow, given: readonly ReadParameter[], path: Path): void {
    const known = [...inputs.properties.keys()]
    for (const { name, value, isShared, path: place } of given) {
      if (isShared && !known.includes(name)) continue
      if (!inputs.isOpen && !known.includes(name))
        this.#note([...place, 'name'], `workflow "${id}": ${unknownName('no input', name, known)}`)
      else if (isConstant(value))
        for (const problem of inputs.problemsOf(name, value))
          this.#note([...place, 'value'], `workflow "${id}": ${problem}`)
    }
    for (const name of inputs.needed)
      if (!given.some((each) => each.name === name))
        this.#note(path, `the workflow "${id}" needs the input "${name}"`)
  }

  #cases(
    { inputs: schema, 'x-esimulator': extension }: Workflow,
    path: Path,
    read: ReadWorkflow | undefined,
  ): void {
    const known = [...(read?.inputs.properties.keys() ?? [])]
    const names = new Set<string>()
    for (const [at, { name, inputs = {} }] of (extension?.cases ?? []).entries()) {
      const place = [...path, 'x-esimulator', 'cases', at]
      if (names.has(name)) this.#note([...place, 'name'], `two cases are called "${name}"`)
      names.add(name)
      for (const [input, value] of Object.entries(inputs)) {
        const at = [...place, 'inputs', input]
        const isUsed = [...this.#used].some((used) => isNamed(used, [input]))
        const isKnown = known.includes(input) || (isUsed && !read?.inputs.isClosed)
        if (schema && !read?.inputs.isOpen && !isKnown)
          this.#note(at, unknownName('no input', input, known))
        else
          for (const problem of read?.inputs.problemsOf(input, value) ?? []) this.#note(at, problem)
      }
    }
  }

  #needs(
    { 'x-esimulator': extension }: Workflow,
    path: Path,
    read: ReadWorkflow | undefined,
  ): void {
    for (const [at, need] of (extension?.needs ?? []).entries()) {
      const place = [...path, 'x-esimulator', 'needs', at]
      const name = neededInput(need)
      if (name === undefined)
        this.#note(place, `"${need}" is nothing to need: name an input, as in $inputs.verifier`)
      else this.#input(name, place, read)
    }
  }

  /** Parameters, and what those are worth that are referred to. */
  #parameters(written: Step['parameters'], path: Path, within: Within): void {
    for (const [at, each] of (written ?? []).entries()) {
      this.#values(each.value, [...path, at, 'value'], within)
      const name = 'reference' in each && each.value === undefined ? nameIn(each.reference) : ''
      const reused = this.#components.parameters?.[name]
      if (reused) this.#values(reused.value, ['components', 'parameters', name, 'value'], within)
    }
  }

  #actions(
    section: 'successActions' | 'failureActions',
    actions: readonly (SuccessAction | FailureAction | Reusable)[] | undefined,
    path: Path,
    within: Within,
  ): void {
    for (const [at, each] of (actions ?? []).entries()) {
      const name = 'reference' in each ? nameIn(each.reference) : ''
      const action = 'reference' in each ? this.#components[section]?.[name] : each
      if (!action) continue
      const place = 'reference' in each ? ['components', section, name] : [...path, at]
      this.#criteria(action.criteria, [...place, 'criteria'], within)
      this.#parameters(action.parameters, [...place, 'parameters'], within)
    }
    // What they hand over is held to the inputs of the workflow they lead to.
    const read = within.step
      ? within.read?.steps.find(({ id }) => id === within.step?.stepId)
      : undefined
    const found = section === 'successActions' ? read?.onSuccess : read?.onFailure
    for (const { workflow, parameters, path: place } of found ?? [])
      if (workflow) this.#calledInputs(workflow.workflow(), parameters, place)
  }

  #criteria(criteria: readonly Criterion[] | undefined, path: Path, within: Within): void {
    for (const [at, criterion] of (criteria ?? []).entries()) {
      let found: readonly Expression[] = []
      try {
        found = expressionsOfCriterion(criterion)
      } catch (error) {
        // Told where it was read.
        if ((error as CriterionError).field === undefined) throw error
      }
      for (const expression of found)
        this.#expression(expression, [...path, at, 'condition'], within)
    }
  }

  #outputs(
    outputs: Readonly<Record<string, OutputValue>> | undefined,
    path: Path,
    within: Within,
  ): void {
    for (const [at, [name, output]] of Object.entries(outputs ?? {}).entries()) {
      // One of a workflow may name those above it.
      const known = within.step ? within.outputs : within.outputs?.slice(0, at)
      this.#values(output, [...path, name], { ...within, outputs: known })
    }
  }

  /** Expressions that can be read, whatever they name. */
  #syntax(value: unknown, path: Path): void {
    try {
      expressionsIn(value)
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      this.#note(path, error.message)
    }
  }

  /** Every expression in a value, each told at the part it stands in. */
  #values(value: unknown, path: Path, within: Within): void {
    if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value))
        this.#values(each, [...path, Array.isArray(value) ? Number(name) : name], within)
      return
    }
    if (typeof value !== 'string') return
    try {
      for (const expression of expressionsIn(value)) this.#expression(expression, path, within)
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      this.#note(path, error.message)
    }
  }

  #expression(expression: Expression, path: Path, within: Within): void {
    switch (expression.root) {
      case 'inputs':
        this.#input(expression.name, path, within.read)
        break
      case 'outputs':
        this.#output(expression.name, path, within)
        break
      case 'steps':
        this.#stepOutput(expression.step, expression.output, path, within)
        break
      case 'workflows':
        this.#workflowValue(expression, path, within)
        break
      case 'components':
        this.#component(expression, path)
        break
      case 'sourceDescriptions':
        this.#sourceField(expression, path)
        break
      case 'self':
        if (this.#program.self === undefined) this.#note(path, 'the document has no $self')
    }
  }

  #input(name: string, path: Path, read: ReadWorkflow | undefined): void {
    this.#used.add(name)
    const ofCases = (read?.extension.cases ?? []).flatMap(({ inputs }) => Object.keys(inputs ?? {}))
    const known = [...new Set([...(read?.inputs.properties.keys() ?? []), ...ofCases])]
    if (!isNamed(name, known) && !read?.inputs.isOpen)
      this.#note(path, unknownName('no input', name, known))
  }

  /** Outputs are there for a step that runs a workflow, and for the outputs of the workflow itself. */
  #output(name: string, path: Path, { outputs }: Within): void {
    if (outputs === undefined)
      this.#note(
        path,
        '$outputs are those of a workflow: write $steps.<stepId>.outputs.<name>, or what the answer has',
      )
    else if (!isNamed(name, outputs)) this.#note(path, unknownName('no output', name, outputs))
  }

  #stepOutput(id: string, output: string, path: Path, within: Within): void {
    const { steps } = within.workflow
    const ids = steps.map(({ stepId }) => stepId)
    const step = steps.find(({ stepId }) => stepId === id)
    if (!step) {
      this.#note(path, unknownName('no step', id, ids))
      return
    }
    const known = [
      ...Object.keys(step.outputs ?? {}),
      ...Object.keys(step['x-esimulator']?.capture ?? {}),
      ...this.#outputsOfCalled(step, within),
    ]
    if (!isNamed(output, known))
      this.#note(path, `step "${id}": ${unknownName('no output', output, known)}`)
    else if (within.step && ids.indexOf(id) >= ids.indexOf(within.step.stepId) && !jumps(within))
      this.#note(path, `step "${id}" has no outputs yet: it is made in its turn`)
  }

  /** A step that runs a workflow has the outputs of that, too. */
  #outputsOfCalled(step: Step, { read }: Within): string[] {
    const work = read?.steps.find(({ id }) => id === step.stepId)?.work
    return work?.kind === 'workflow' ? Object.keys(work.ref.workflow().outputs) : []
  }

  #workflowValue(
    { workflow: id, of, name }: Extract<Expression, { readonly root: 'workflows' }>,
    path: Path,
    { workflow }: Within,
  ): void {
    const found = this.#program.workflows.get(id)
    if (!found) {
      this.#note(path, unknownName('no workflow', id, this.#program.workflows.keys()))
      return
    }
    const known = of === 'inputs' ? [...found.inputs.properties.keys()] : Object.keys(found.outputs)
    const isFree = of === 'inputs' && found.inputs.isOpen
    if (!isFree && !isNamed(name, known))
      this.#note(path, `workflow "${id}": ${unknownName(`no ${of.slice(0, -1)}`, name, known)}`)
    else if (id !== workflow.workflowId && !this.#run.has(id))
      this.#note(path, `the workflow "${id}" is not run before: name it in dependsOn`)
  }

  #sourceField(
    { source, name }: Extract<Expression, { readonly root: 'sourceDescriptions' }>,
    path: Path,
  ): void {
    const described = this.#program.descriptions[source]
    if (!described)
      this.#note(path, unknownName('no source', source, Object.keys(this.#program.descriptions)))
    else if (!Object.hasOwn(described, name))
      this.#note(
        path,
        `a source has values for its fields only, as in $sourceDescriptions.${source}.url`,
      )
  }

  #component(
    { section, name }: Extract<Expression, { readonly root: 'components' }>,
    path: Path,
  ): void {
    const known = Object.keys(this.#program.components)
    if (section !== 'parameters') {
      const near = nearest(section, ['parameters'])
      const hint =
        near === undefined ? 'only $components.parameters has values' : `did you mean ${near}?`
      this.#note(path, `there is no value in $components.${section}: ${hint}`)
    } else if (!known.includes(name)) this.#note(path, unknownName('no parameter', name, known))
  }
}

/** Where an expression stands. */
interface Within {
  readonly workflow: Workflow
  readonly read: ReadWorkflow | undefined
  /** Absent for what belongs to the whole workflow. */
  readonly step: Step | undefined
  /** Names of `$outputs`, where there are such. */
  readonly outputs?: readonly string[] | undefined
}

/** True for a name that is known, or leads by a dot into something that is. */
function isNamed(name: string, known: readonly string[]): boolean {
  return known.some((each) => name === each || name.startsWith(`${each}.`))
}

function isConstant(value: unknown): boolean {
  try {
    return !isSelector(value) && expressionsIn(value).length === 0
  } catch {
    return false
  }
}

/** True where steps of a workflow may be made in another order than they stand in. */
function jumps({ read }: Within): boolean {
  const actions = read?.steps.flatMap(({ onSuccess, onFailure }) => [...onSuccess, ...onFailure])
  return (actions ?? []).some(({ type, step }) => type !== 'end' && step !== undefined)
}

/** Ids of the workflows that one runs or depends on. */
function runBy(workflow: Workflow, components: Components): string[] {
  const { dependsOn = [], steps, successActions = [], failureActions = [] } = workflow
  const actions = [
    ...successActions,
    ...failureActions,
    ...steps.flatMap(({ onSuccess = [], onFailure = [] }) => [...onSuccess, ...onFailure]),
  ].flatMap((each) => {
    if (!('reference' in each)) return each
    const name = nameIn(each.reference)
    return components.successActions?.[name] ?? components.failureActions?.[name] ?? []
  })
  return [...dependsOn, ...[...steps, ...actions].flatMap(({ workflowId }) => workflowId ?? [])]
}

/** True where the value of a parameter under `components` has that parameter in it. */
function leadsTo(value: unknown, name: string, components: Components, depth = 0): boolean {
  const values = Object.keys(components.parameters ?? {})
  if (depth > values.length) return false
  try {
    return expressionsIn(value).some(
      (each) =>
        each.root === 'components' &&
        (each.name === name ||
          leadsTo(components.parameters?.[each.name]?.value, name, components, depth + 1)),
    )
  } catch {
    return false
  }
}

function callsOf({ steps }: ReadWorkflow) {
  return steps.flatMap((step) => {
    const called = step.work.kind === 'workflow' ? [step.work.ref.workflow()] : []
    const actions = [...step.onSuccess, ...step.onFailure]
    const followed = actions.flatMap(({ workflow }) => (workflow ? [workflow.workflow()] : []))
    return [...called, ...followed].map((each) => ({
      step,
      called: each,
      isStep: called.includes(each),
    }))
  })
}

/** True where a workflow runs another as a step of it, directly or not. */
function reaches(from: ReadWorkflow, to: ReadWorkflow, seen = new Set<ReadWorkflow>()): boolean {
  if (from === to) return true
  if (seen.has(from)) return false
  seen.add(from)
  return callsOf(from).some(({ called, isStep }) => isStep && reaches(called, to, seen))
}

function dependsUpon(
  from: ReadWorkflow,
  to: ReadWorkflow,
  seen = new Set<ReadWorkflow>(),
): boolean {
  if (from === to) return true
  if (seen.has(from)) return false
  seen.add(from)
  return from.dependsOn.some(({ workflow }) => dependsUpon(workflow(), to, seen))
}
