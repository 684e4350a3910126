// Replies whose content is hurt: JSON that is none, another media type, a schema that is broken.
import type { Reply } from '../../simulators/call.ts'
import { matching } from '../../state/shape.ts'
import type { BytesAnswer } from '../exchange.ts'
import { hasBody, hasJson } from './body.ts'
import type { CallAt, CallEffect, CallKind } from './kind.ts'
import { field, textIn, words } from './own-fields.ts'
import { broken, CHANGES, type Change } from './schema-breach.ts'
import { typeProblem } from './status.ts'

/** Changes a rendered reply. */
function changed(saw: string, change: (reply: BytesAnswer) => Partial<BytesAnswer>): CallEffect {
  return {
    kind: 'answer',
    leave: (reply) => ({
      saw,
      answer: reply ? { ...reply, ...change(reply) } : { kind: 'hang-up' },
    }),
  }
}

const textOf = ({ body = '' }: BytesAnswer) => Buffer.from(body).toString()

const malformed: CallKind = {
  name: 'malformed',
  of: 'operation',
  says: 'JSON that does not parse, under the right type and the right length',
  when: ['after'],
  fields: {},
  happen(_fault, call) {
    const missed = hasJson(call)
    if (missed !== undefined) return { missed }
    // Without its last character an object or a list is not closed; what else there is gets a comma.
    const spoilt = (json: string) => (/[\]}]$/.test(json) ? json.slice(0, -1) : `${json},`)
    return {
      effect: changed('JSON that does not parse', (reply) => ({ body: spoilt(textOf(reply)) })),
    }
  },
}

const HTML = 'text/html; charset=utf-8'
const PAGE =
  '<!doctype html><html><head><title>Service</title></head><body><h1>Please wait</h1></body></html>\n'

const contentType: CallKind = {
  name: 'content-type',
  of: 'operation',
  says: 'another Content-Type under the same status: an HTML page unless told',
  when: ['after'],
  fields: {
    contentType: field(typeProblem, 'a media type', `what it says (${HTML})`),
    body: field(
      matching(/^/, 'a text'),
      'a text',
      "what is sent (an HTML page; the reply's own body under a type that is not HTML)",
    ),
  },
  happen({ own }, call) {
    const missed = hasBody(call)
    if (missed !== undefined) return { missed }
    const type = textIn(own, 'contentType') ?? HTML
    const body = textIn(own, 'body') ?? (type.startsWith('text/html') ? PAGE : undefined)
    const saw = `${type} in place of the answer's own type`
    return { effect: changed(saw, (reply) => ({ type, body: body ?? reply.body })) }
  },
}

const schema: CallKind = {
  name: 'schema',
  of: 'operation',
  says: 'a reply that breaks its schema',
  when: ['after'],
  fields: {
    change: words(
      'a required field is dropped, a value is of another type, a word is none of the known ones, or an ICCID is a JSON number',
      ...CHANGES,
    ),
    pointer: field(
      matching(/^(\/[^/]*)+$/, 'a JSON pointer, as in /esims/0/iccid'),
      'a JSON pointer',
      'where; the first place that will do unless told',
    ),
  },
  happen({ own }, call) {
    const missed = hasJson(call)
    if (missed !== undefined || !call.reply) return { missed: missed ?? 'there is no reply' }
    if (call.reply.content) return { missed: 'the reply is no JSON of the provider' }
    return breach(call, call.reply, own)
  },
}

function breach(call: CallAt, reply: Reply, own: Readonly<Record<string, unknown>>) {
  const { operation } = call
  const change = (textIn(own, 'change') ?? CHANGES[0]) as Change
  const pointer = textIn(own, 'pointer')
  const found = broken(operation, reply, change, pointer)
  if (!found)
    return {
      missed: `the reply has no place for ${change}${pointer === undefined ? '' : ` at ${pointer}`}`,
    }
  const type = operation.jsonType(reply.status)
  const saw = `a reply that breaks its schema: ${found.violation}`
  const { body: _, ...rest } = reply
  return {
    effect: {
      kind: 'reply' as const,
      saw,
      reply: { ...rest, content: { type, render: () => found.json } },
    },
  }
}

export const contentKinds: readonly CallKind[] = [malformed, contentType, schema]
