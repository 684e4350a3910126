// What happens in a world: told as it happens.
import { NEWS_TYPES, type NewsType } from '../server/news.ts'
import { Refusal } from '../state/refusal.ts'
import type { ControlHandlers } from './call.ts'
import { streamNews } from './stream.ts'

function isType(word: string): word is NewsType {
  return NEWS_TYPES.some((type) => type === word)
}

/** @throws Refusal `invalid-request` for a type there is not */
function typesOf(list: string | undefined): ReadonlySet<NewsType> | undefined {
  if (list === undefined) return undefined
  const words = list.split(',').map((word) => word.trim())
  const unknown = words.find((word) => !isType(word))
  if (unknown === undefined) return new Set(words.filter(isType))
  const known = NEWS_TYPES.join(', ')
  throw new Refusal('invalid-request', `there are no events of type "${unknown}": give ${known}`)
}

export const eventHandlers = {
  streamEvents({ server, hosted, query, header }) {
    const types = typesOf(query.types)
    const after = header('last-event-id') || query.after
    return { stream: (response) => streamNews({ server, hosted, types, after }, response) }
  },
} satisfies Partial<ControlHandlers>
