// What the expressions of a document name: inputs, steps and outputs that have to be there.
import { nearest, unknownName } from '../server/nearest.ts'
import { type CriterionError, expressionsOfCriterion } from './criteria.ts'
import type { LocatedDocument, Mistake, Path } from './document.ts'
import { type Expression, ExpressionError, expressionsIn } from './expressions.ts'
import type { ArazzoDocument, Criterion, Selector, Step, Workflow } from './language.ts'
import { neededInput } from './needs.ts'
import type { Program, ReadWorkflow } from './program.ts'

/** Everything that expressions name and nobody has; and workflows that would never end. */
export function checkReferences(program: Program, written: ArazzoDocument): Mistake[] {
  const checker = new ReferenceChecker(program)
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

  constructor(program: Program) {
    this.#program = program
    this.#document = program.document
  }

  workflow(workflow: Workflow, path: Path): void {
    const within = { workflow, read: this.#program.workflows.get(workflow.workflowId) }
    this.#values(workflow.parameters, [...path, 'parameters'], within)
    this.#actions(workflow.successActions, [...path, 'successActions'], within)
    this.#actions(workflow.failureActions, [...path, 'failureActions'], within)
    for (const [at, step] of workflow.steps.entries())
      this.#step(step, [...path, 'steps', at], within)
    this.#outputs(workflow.outputs, [...path, 'outputs'], within)
    this.#cases(workflow, path, within.read)
    this.#needs(workflow, path, within.read)
    for (const [at, id] of (workflow['x-esimulator']?.cleanup ?? []).entries())
      if (!this.#program.workflows.has(id))
        this.#note(
          [...path, 'x-esimulator', 'cleanup', at],
          unknownName('no workflow', id, this.#program.workflows.keys()),
        )
  }

  /** Notes which workflows are called, and which call themselves. */
  calls(): void {
    for (const workflow of this.#program.workflows.values()) {
      for (const { step, called } of callsOf(workflow)) {
        called.isCalled = true
        if (reaches(called, workflow))
          this.#note(step.path, `the workflow "${workflow.id}" would call itself for ever`)
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
    this.#values(step.parameters, [...path, 'parameters'], within)
    this.#values(step.requestBody?.payload, [...path, 'requestBody', 'payload'], within)
    this.#values(step.requestBody?.replacements, [...path, 'requestBody', 'replacements'], within)
    this.#values(step['x-operation']?.url, [...path, 'x-operation', 'url'], within)
    this.#values(step['x-esimulator']?.expect, [...path, 'x-esimulator', 'expect'], within)
    for (const [name, { from }] of Object.entries(step['x-esimulator']?.capture ?? {}))
      this.#values(from, [...path, 'x-esimulator', 'capture', name, 'from'], within)
    this.#criteria(step.successCriteria, [...path, 'successCriteria'], within)
    this.#actions(step.onSuccess, [...path, 'onSuccess'], within)
    this.#actions(step.onFailure, [...path, 'onFailure'], within)
    this.#outputs(step.outputs, [...path, 'outputs'], within)
    if (step.workflowId !== undefined) this.#calledInputs(step, path, within)
  }

  /** Inputs a called workflow needs, and those it does not know. */
  #calledInputs(step: Step, path: Path, { read }: Within): void {
    const found = read?.steps.find(({ id }) => id === step.stepId)
    if (found?.work.kind !== 'workflow') return
    const { inputs, id } = found.work.ref.workflow()
    const known = Object.keys(inputs.properties ?? {})
    const given = found.parameters.map(({ name }) => name)
    for (const { name, path: place } of found.parameters)
      if (inputs.properties && !known.includes(name))
        this.#note([...place, 'name'], `workflow "${id}": ${unknownName('no input', name, known)}`)
    for (const name of inputs.required ?? [])
      if (!given.includes(name) && inputs.properties?.[name]?.default === undefined)
        this.#note(path, `the workflow "${id}" needs the input "${name}"`)
  }

  #cases(
    { 'x-esimulator': extension }: Workflow,
    path: Path,
    read: ReadWorkflow | undefined,
  ): void {
    const known = Object.keys(read?.inputs.properties ?? {})
    const names = new Set<string>()
    for (const [at, { name, inputs = {} }] of (extension?.cases ?? []).entries()) {
      const place = [...path, 'x-esimulator', 'cases', at]
      if (names.has(name)) this.#note([...place, 'name'], `two cases are called "${name}"`)
      names.add(name)
      for (const input of Object.keys(inputs))
        if (read?.inputs.additionalProperties === false && !known.includes(input))
          this.#note([...place, 'inputs', input], unknownName('no input', input, known))
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

  #actions(actions: Step['onFailure'], path: Path, within: Within): void {
    for (const [at, action] of (actions ?? []).entries()) {
      if ('reference' in action) continue
      this.#criteria(action.criteria, [...path, at, 'criteria'], within)
      this.#values(action.parameters, [...path, at, 'parameters'], within)
    }
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
    outputs: Readonly<Record<string, string | Selector>> | undefined,
    path: Path,
    within: Within,
  ): void {
    for (const [name, output] of Object.entries(outputs ?? {}))
      this.#values(typeof output === 'string' ? output : output.context, [...path, name], within)
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

  #expression(expression: Expression, path: Path, { workflow, read }: Within): void {
    switch (expression.root) {
      case 'inputs':
        this.#input(expression.name, path, read)
        break
      case 'steps':
        this.#stepOutput(expression.step, expression.output, path, workflow)
        break
      case 'workflows':
        this.#workflowValue(expression.workflow, path)
        break
      case 'components':
        this.#component(expression, path)
        break
      case 'sourceDescriptions':
        if (!this.#program.sources.has(expression.source))
          this.#note(
            path,
            unknownName('no source', expression.source, this.#program.sources.keys()),
          )
    }
  }

  #input(name: string, path: Path, read: ReadWorkflow | undefined): void {
    const { properties, additionalProperties } = read?.inputs ?? {}
    const ofCases = (read?.extension.cases ?? []).flatMap(({ inputs }) => Object.keys(inputs ?? {}))
    const known = [...new Set([...Object.keys(properties ?? {}), ...ofCases])]
    const isKnown = known.some((each) => name === each || name.startsWith(`${each}.`))
    if (!isKnown && additionalProperties !== true)
      this.#note(path, unknownName('no input', name, known))
  }

  #stepOutput(id: string, output: string, path: Path, workflow: Workflow): void {
    const step = workflow.steps.find(({ stepId }) => stepId === id)
    if (!step) {
      const ids = workflow.steps.map(({ stepId }) => stepId)
      this.#note(path, unknownName('no step', id, ids))
      return
    }
    const known = [
      ...Object.keys(step.outputs ?? {}),
      ...Object.keys(step['x-esimulator']?.capture ?? {}),
      ...this.#outputsOfCalled(step),
    ]
    const isKnown = known.some((each) => output === each || output.startsWith(`${each}.`))
    if (!isKnown) this.#note(path, `step "${id}": ${unknownName('no output', output, known)}`)
  }

  /** A step that runs a workflow has the outputs of that, too. */
  #outputsOfCalled(step: Step): string[] {
    if (step.workflowId === undefined) return []
    const own = this.#program.workflows.get(step.workflowId)
    return Object.keys(own?.outputs ?? {})
  }

  #workflowValue(id: string, path: Path): void {
    if (!this.#program.workflows.has(id))
      this.#note(path, unknownName('no workflow', id, this.#program.workflows.keys()))
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
