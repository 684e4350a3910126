// What the cases of a run have proven: which sentences, by which workflows, of which operations.
import { compileWebhooks, type Webhooks } from '../server/webhooks.ts'
import { jsonOf } from '../state/json-of.ts'
import type { CaseResult } from '../workflows/result.ts'
import type { CaseKey, DoneCase, LeftCallback } from '../workflows/seen-exchange.ts'
import type { OpenApiDocument, Source } from '../workflows/sources.ts'
import { EVERY_OPERATION, statementsOfProvider } from './statements.ts'

/** That a case passed which really exchanged with an operation, and what follows from it. */
export interface Proof extends CaseKey {
  /** Slug of the provider. */
  readonly provider: string
  /** operationId; `*` for what sentences say of every operation. */
  readonly operation: string
  /** Numbers of the sentences that name the operation, and that the workflow says it proves. */
  readonly statements: readonly string[]
}

/** Collects which operations of our providers each case really exchanged with. */
export class ProofCollector {
  readonly #cases = new Map<string, Exchanged>()

  add(done: DoneCase): void {
    const operations = new Map<string, Set<string>>()
    const note = ({ simulator }: Source, id: string | undefined) => {
      if (!simulator || simulator.slug === 'control' || id === undefined) return
      const known = operations.get(simulator.slug) ?? new Set()
      operations.set(simulator.slug, known.add(id))
    }
    for (const { source, operation } of done.exchanges) note(source, operation.id)
    for (const callback of done.left)
      for (const source of done.sources)
        if (source.simulator?.slug === callback.provider) note(source, webhookOf(source, callback))
    this.#cases.set(keyText(done.key), { proves: done.proves, operations })
  }

  /**
   * By case, as they stand there. A workflow of which one case failed proves nothing, whatever was
   * exchanged.
   */
  proofs(cases: readonly CaseResult[]): Proof[] {
    const workflowOf = ({ file, workflow }: CaseKey) => keyText({ file, workflow })
    const isFailed = ({ outcome }: CaseResult) => outcome === 'failed'
    const failed = new Set(cases.filter(isFailed).map(workflowOf))
    return cases
      .filter((each) => each.outcome === 'passed' && !failed.has(workflowOf(each)))
      .flatMap(({ file, workflow, case: name }) => {
        const key = name === undefined ? { file, workflow } : { file, workflow, case: name }
        const exchanged = this.#cases.get(keyText(key))
        return exchanged ? proofsOf(key, exchanged) : []
      })
  }
}

interface Exchanged {
  readonly proves: readonly string[]
  /** By slug of the provider: operationIds. */
  readonly operations: ReadonlyMap<string, ReadonlySet<string>>
}

function keyText({ file, workflow, case: name }: CaseKey): string {
  return JSON.stringify([file, workflow, name])
}

function proofsOf(key: CaseKey, { proves, operations }: Exchanged): Proof[] {
  return [...operations].flatMap(([provider, ids]) => {
    const named = statementsOfProvider(provider).filter(({ id }) => proves.includes(id))
    return [...ids, EVERY_OPERATION].map((operation) => {
      const about = named.filter((statement) => statement.operations.includes(operation))
      return { ...key, provider, operation, statements: about.map(({ id }) => id) }
    })
  })
}

const compiled = new WeakMap<OpenApiDocument, Webhooks>()

/** The operationId of the webhook that a callback is; `undefined` where it was spoilt on its way. */
function webhookOf({ document }: Source, callback: LeftCallback): string | undefined {
  if (callback.signature === 'broken') return undefined
  const webhooks = compiled.get(document) ?? compileWebhooks(document as CompiledDocument)
  compiled.set(document, webhooks)
  const body = jsonOf(callback.body)
  const name = webhooks
    .namesFor(callback.type)
    .find((each) => webhooks.problems(each, callback.type, body).length === 0)
  const item = name === undefined ? undefined : document.webhooks?.[name]
  return Object.values(item ?? {}).find(({ operationId }) => operationId !== undefined)?.operationId
}

type CompiledDocument = Parameters<typeof compileWebhooks>[0]
