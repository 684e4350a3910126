// What holds of reads: the same again, links that lead on, and nothing of what was removed.
import type { SeenExchange } from '../../workflows/seen-exchange.ts'
import type { SentRequest } from '../../workflows/send.ts'
import { baseOf, effectOfCall, isGood, isLimited, isRead, jsonBody } from '../call.ts'
import { stableText } from '../stable-body.ts'
import { NOTHING, outcomeOf, type Probe, type Probed } from './probe.ts'

export const READ_PROBES: readonly Probe[] = [
  {
    name: 'repeated-reads',
    proves: 'a call that reads answers the same when it is made again at once',
    fits: isRead,
    async find({ request }, { ask, volatile }) {
      const first = await ask(request)
      const second = await ask(request)
      if ('error' in first || 'error' in second)
        return [
          { message: `a repeated read ${outcomeOf('error' in first ? first : second)}`, request },
        ]
      if (isLimited(first) || isLimited(second)) return NOTHING
      if (first.status !== second.status)
        return [{ message: `it answers ${first.status}, then ${second.status}`, request }]
      if (stableText(first.body, volatile) === stableText(second.body, volatile)) return NOTHING
      return [{ message: 'it answers with another body when it is asked again', request }]
    },
  },
  {
    name: 'links-lead-somewhere',
    proves: 'every link to the API in a body can be followed',
    fits: (exchange) => exchange.operation.method === 'GET' && linksOf(exchange).length > 0,
    async find(exchange, { ask }) {
      // Read again: what it led to before may have gone.
      const reply = await ask(exchange.request)
      if ('error' in reply || !isGood(reply)) return NOTHING
      const found: Probed[] = []
      for (const url of linksOf({ ...exchange, reply }).slice(0, MOST_LINKS)) {
        const request: SentRequest = { ...exchange.request, url }
        const answer = await ask(request)
        if (!isLimited(answer) && ('error' in answer || answer.status >= 400))
          found.push({ message: `the link ${url} ${outcomeOf(answer)}`, request })
      }
      return found
    },
  },
  {
    name: 'removed-is-gone',
    proves: 'what was read and then removed is not read as before',
    fits: (exchange) =>
      exchange.operation.method === 'DELETE' && effectOfCall(exchange) !== 'reads',
    async find({ request }, { ask, earlier }) {
      const path = pathOf(request)
      const before = earlier.findLast(
        (each) => each.operation.method === 'GET' && pathOf(each.request) === path,
      )
      if (!before || before.reply.status > 299) return NOTHING
      const answer = await ask(before.request)
      // Of several of one name only one may have gone.
      if ('error' in answer || answer.status > 299 || !answer.body.equals(before.reply.body))
        return NOTHING
      return [{ message: 'what was removed is read as before', request: before.request }]
    },
  },
]

function pathOf({ url }: SentRequest): string {
  return new URL(url).pathname
}

const MOST_LINKS = 5

/** The links of a body that lead to the same API. */
function linksOf(exchange: SeenExchange): readonly string[] {
  const { reply, request } = exchange
  const base = baseOf(exchange)
  const found = new Set<string>()
  collectLinks(
    jsonBody({ ...request, headers: reply.headers, body: reply.body.toString('utf8') }),
    (text) => {
      if (base !== '' && text.startsWith(`${base}/`)) found.add(text)
    },
  )
  return [...found]
}

const DEEPEST = 30

/** Every `href` in a body. */
function collectLinks(value: unknown, tell: (text: string) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return
  for (const [name, each] of Object.entries(value))
    if (name === 'href' && typeof each === 'string') tell(each)
    else collectLinks(each, tell, depth + 1)
}
