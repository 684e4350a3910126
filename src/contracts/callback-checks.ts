// What callbacks are held to: the bodies and signatures that the document of their API has for them.

import {
  hasSignature,
  type SignatureMark,
  signatureProblem,
} from '../server/callback-signatures.ts'
import type { DoneCase, Finding, SeenCallback, SeenExchange } from '../workflows/seen-exchange.ts'
import { dereferenced, type Source } from '../workflows/sources.ts'
import { jsonBody } from './call.ts'
import { type Json, schemasOf } from './document-schemas.ts'

/** A check of callbacks, one at a time. */
export interface CallbackCheck {
  readonly name: string
  /** What it proves where it finds nothing, in one line. */
  readonly proves: string
  readonly find: (callback: SeenCallback, known: KnownWebhooks) => Promise<readonly CallbackFound[]>
}

type CallbackFound = Pick<Finding, 'message' | 'pointer' | 'severity'>

/** What the documents of a case say of callbacks. */
interface KnownWebhooks {
  readonly webhooks: readonly Webhook[]
  /** Whether the case has changed what is signed, so that a callback may come without a signature. */
  readonly mayBeUnsigned: boolean
}

/** A request that an API sends. */
export interface Webhook {
  readonly source: Source
  readonly name: string
  readonly schema: Json | undefined
  readonly signature: SignatureMark | undefined
}

const NOTHING: readonly CallbackFound[] = []

/** How many problems of one body are told. */
const MOST_TOLD = 5

export const CALLBACK_CHECKS: readonly CallbackCheck[] = [
  {
    name: 'callback-body',
    proves: 'the body of every callback fits what is documented of callbacks',
    async find({ headers, body }, { webhooks }) {
      const value = jsonBody({ method: 'POST', url: '', headers, body })
      if (value === undefined) return [failure('its body is no JSON')]
      const [closest] = webhooks
        .map(({ source, name, schema }) => ({
          name,
          problems: schema ? schemasOf(source.document).problems(schema, value) : [],
        }))
        .toSorted((a, b) => a.problems.length - b.problems.length)
      return (closest?.problems ?? []).slice(0, MOST_TOLD).map(({ pointer, message }) => ({
        ...failure(`${pointer || 'its body'} ${message} (${closest?.name})`),
        pointer,
      }))
    },
  },
  {
    name: 'callback-signature',
    proves: 'every callback is signed as its provider documents, and the signature is genuine',
    async find(callback, { webhooks, mayBeUnsigned }) {
      const marks = webhooks.flatMap(({ signature }) => signature ?? [])
      const [mark] = marks
      if (!mark || (mayBeUnsigned && !hasSignature(callback, mark))) return NOTHING
      const secret = callback.credentials[mark.key]
      if (secret === undefined) {
        const message = `its signature was not verified: the target file gives no ${mark.key}`
        return [{ message, severity: 'note' }]
      }
      const problem = await signatureProblem(callback, mark, secret)
      return problem === undefined ? NOTHING : [failure(problem)]
    },
  },
]

function failure(message: string): CallbackFound {
  return { message, severity: 'failure' }
}

/** What is found in the callbacks that a case has caused. */
export async function callbackFindings(
  { exchanges, callbacks }: DoneCase,
  checks: readonly CallbackCheck[],
): Promise<readonly Finding[]> {
  const sources = new Set(exchanges.map(({ source }) => source))
  const all = [...sources].flatMap(webhooksOf)
  if (all.length === 0) return []
  const found: Finding[] = []
  for (const callback of await callbacks()) {
    const { provider, title } = callback
    const isOwn = ({ source }: Webhook) =>
      provider === undefined || source.simulator?.slug === provider
    const webhooks = all.filter(isOwn)
    if (webhooks.length === 0) continue
    const known = { webhooks, mayBeUnsigned: exchanges.some(changesSigning) }
    for (const check of checks)
      for (const { message, ...each } of await check.find(callback, known))
        found.push({ check: check.name, ...each, message: `${title}: ${message}` })
  }
  return found
}

/** What callbacks are signed with can be a setting, and go by the version that their target asks for. */
function changesSigning({ source, operation, request }: SeenExchange): boolean {
  if (source.simulator?.slug !== 'control') return false
  const asked = jsonBody(request)
  const hasVersion = typeof asked === 'object' && asked !== null && 'version' in asked
  return operation.id === 'changeSettings' || hasVersion
}

/** The requests that a document says its API sends: webhooks, and callbacks of operations. */
export function webhooksOf(source: Source): readonly Webhook[] {
  if (source.simulator?.slug === 'control') return []
  const { document, operations } = source
  const { webhooks = {} } = document as { readonly webhooks?: Json }
  const ofOperations = operations.flatMap(({ object }) =>
    Object.entries(((object as Json).callbacks ?? {}) as Json).flatMap(([name, each]) =>
      Object.values((dereferenced(document, each) ?? {}) as Json).map((item) => ({ name, item })),
    ),
  )
  const all = [...Object.entries(webhooks).map(([name, item]) => ({ name, item })), ...ofOperations]
  return all.flatMap(({ name, item }) => {
    const { post, put } = (dereferenced(document, item) ?? {}) as Json
    const operation = (post ?? put) as Json | undefined
    if (!operation) return []
    const signature = operation['x-signature'] as SignatureMark | undefined
    return { source, name, schema: bodySchema(source, operation), signature }
  })
}

function bodySchema({ document }: Source, { requestBody }: Json): Json | undefined {
  const { content = {} } = (dereferenced(document, requestBody) ?? {}) as {
    readonly content?: Readonly<Record<string, { readonly schema?: Json }>>
  }
  const type = Object.keys(content).find((each) => /[/+]json$/.test(each))
  return type === undefined ? undefined : content[type]?.schema
}
