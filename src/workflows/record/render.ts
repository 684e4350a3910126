// A draft as the document it stands for: names for its outputs, expressions for what they are worth.
import { pointerToken } from '../../state/json-pointer.ts'
import { isExpression } from '../expressions.ts'
import type { ArazzoDocument, Criterion, Parameter, SourceDescription, Step } from '../language.ts'
import { type Draft, type DraftStep, Input, refsIn, type Template } from './draft.ts'
import { Mixed, Ref } from './origins.ts'

/** What is demanded of the answer of a step. */
export interface Demand {
  readonly criteria: readonly Criterion[]
  /** A part of the answer: a template. */
  readonly expect?: Template
}

export interface Rendering {
  readonly workflowId: string
  readonly title: string
  readonly summary: string
  /** True for what is the same in every run: it is written as it is. */
  readonly isConstant: (ref: Ref) => boolean
  readonly demand: (step: DraftStep, position: number) => Demand
}

const EXPECTED = 'x-esimulator'

/** The document of a draft. */
export function documentOf(draft: Draft, rendering: Rendering): ArazzoDocument {
  return new Renderer(draft, rendering).document()
}

/** Where the clock of a new world starts by itself. */
const USUAL_START = Date.UTC(2026, 0, 1)

/** A class, since its methods work on the same few things. */
class Renderer {
  readonly #draft: Draft
  readonly #rendering: Rendering
  readonly #demands: readonly Demand[]
  /** Names of outputs, by the position of their step and where they come from. */
  readonly #names = new Map<string, string>()
  readonly #outputs = new Map<number, Map<string, Ref>>()
  readonly #inputs = new Map<string, object>()
  /** Texts that would be read as expressions: the inputs that stand for them. */
  readonly #texts = new Map<string, string>()

  constructor(draft: Draft, rendering: Rendering) {
    this.#draft = draft
    this.#rendering = rendering
    this.#demands = draft.steps.map((step, at) => rendering.demand(step, at))
    for (const [at, { link, parameters, body }] of draft.steps.entries())
      for (const ref of refsIn([link, parameters, body?.payload, this.#demands[at]?.expect]))
        if (!rendering.isConstant(ref)) this.#name(ref)
  }

  document(): ArazzoDocument {
    const { workflowId, title, summary } = this.#rendering
    const { given, startsAt, steps } = this.#draft
    const written = steps.flatMap((step, at) =>
      this.#isNeeded(step, at) ? [this.#step(step, at)] : [],
    )
    const extension = {
      given,
      startsAt: startsAt === USUAL_START ? undefined : new Date(startsAt).toISOString(),
    }
    const hasExtension = Object.values(extension).some((value) => value !== undefined)
    const inputs = { type: 'object', properties: Object.fromEntries(this.#inputs) }
    return plain({
      arazzo: '1.0.1',
      info: { title, version: '1.0.0' },
      sourceDescriptions: this.#sources(),
      workflows: [
        {
          workflowId,
          summary,
          inputs: this.#inputs.size > 0 ? inputs : undefined,
          [EXPECTED]: hasExtension ? extension : undefined,
          steps: written,
        },
      ],
    }) as ArazzoDocument
  }

  /** A look-up whose findings are constants, after all, is not needed. */
  #isNeeded({ isLookup }: DraftStep, at: number): boolean {
    return !isLookup || this.#outputs.has(at)
  }

  #sources(): SourceDescription[] {
    const used = this.#draft.steps.filter((step, at) => this.#isNeeded(step, at))
    const urls = new Map(used.map(({ source }) => [source.name, source.url]))
    return [...urls].map(([name, url]) => ({ name, type: 'openapi', url }))
  }

  #step(step: DraftStep, at: number): Step {
    const { id, source, operation, link, body } = step
    const { criteria, expect } = this.#demands[at] ?? { criteria: [] }
    const outputs = [...(this.#outputs.get(at) ?? [])]
    const whole = outputs.filter(([, { match }]) => match === undefined)
    const pieces = outputs.filter(([, { match }]) => match !== undefined)
    const extension = {
      expect: expect === undefined ? undefined : this.#value(expect),
      capture: entriesOf(pieces, (ref) => ({ from: expressionOf(ref), match: ref.match })),
    }
    const hasExtension = Object.values(extension).some((value) => value !== undefined)
    const url = link && this.#value(link)
    return {
      stepId: id,
      operationId: link ? undefined : `$sourceDescriptions.${source.name}.${operation.id}`,
      'x-operation': link && { method: operation.method.toLowerCase(), url },
      parameters: this.#parameters(step),
      requestBody: body && this.#body(step),
      successCriteria: criteria,
      outputs: entriesOf(whole, expressionOf),
      [EXPECTED]: hasExtension ? extension : undefined,
    } as Step
  }

  #parameters({ parameters }: DraftStep): Parameter[] | undefined {
    if (parameters.length === 0) return undefined
    return parameters.map(({ name, in: where, value }) => ({
      name,
      in: where as NonNullable<Parameter['in']>,
      value: this.#value(value),
    }))
  }

  #body({ operation, body }: DraftStep) {
    const contentType = body?.type ?? operation.bodyTypes[0]
    return { contentType, payload: this.#value(body?.payload) }
  }

  #value(template: Template): unknown {
    if (template instanceof Ref) {
      if (this.#rendering.isConstant(template)) return this.#text(template.value)
      return `$${this.#pathTo(template)}`
    }
    if (template instanceof Mixed) {
      const parts = template.parts.map((part) => {
        if (typeof part === 'string') return part
        return this.#rendering.isConstant(part) ? String(part.value) : `{$${this.#pathTo(part)}}`
      })
      return parts.join('')
    }
    if (template instanceof Input) {
      const description = 'Given by the runner, unless another is'
      this.#inputs.set(template.name, { type: 'string', description })
      return `$inputs.${template.name}`
    }
    if (typeof template === 'string') return this.#text(template)
    if (Array.isArray(template)) return template.map((each) => this.#value(each))
    if (typeof template !== 'object' || template === null) return template
    return Object.fromEntries(
      Object.entries(template).map(([name, each]) => [name, this.#value(each)]),
    )
  }

  /** A text as it is; one that would be read as an expression is an input. */
  #text(text: string | number): string | number {
    if (typeof text === 'number' || !(isExpression(text) || /\{\$[A-Za-z]/.test(text))) return text
    const name = this.#texts.get(text) ?? `text${this.#texts.size + 1}`
    this.#texts.set(text, name)
    this.#inputs.set(name, { type: 'string', default: text })
    return `$inputs.${name}`
  }

  #pathTo(ref: Ref): string {
    const step = this.#draft.steps[ref.step]
    return `steps.${step?.id}.outputs.${this.#name(ref)}`
  }

  /** The name of an output, another for each place of an answer. */
  #name(ref: Ref): string {
    const key = `${ref.step} ${expressionOf(ref)} ${ref.match ?? ''}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const own = this.#outputs.get(ref.step) ?? new Map<string, Ref>()
    this.#outputs.set(ref.step, own)
    const begin = ref.name.replaceAll(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '') || 'value'
    let name = begin
    for (let count = 2; own.has(name); count += 1) name = `${begin}${count}`
    own.set(name, ref)
    this.#names.set(key, name)
    return name
  }
}

/** Where an output comes from. */
function expressionOf({ from }: Ref): string {
  if ('header' in from) return `$response.header.${from.header}`
  const tokens = from.pointer.map(pointerToken)
  return `$response.body#/${tokens.join('/')}`
}

function entriesOf(outputs: readonly (readonly [string, Ref])[], make: (ref: Ref) => unknown) {
  if (outputs.length === 0) return undefined
  return Object.fromEntries(outputs.map(([name, ref]) => [name, make(ref)]))
}

/** Without what is undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
