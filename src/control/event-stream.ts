// Server-sent events as a client reads them: text in pieces becomes events.
import type { StreamEvent } from './stream-events.ts'

/** The events of a stream, one by one; comments and what has no data are passed over. */
export async function* eventsIn(
  pieces: AsyncIterable<string>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let rest = ''
  for await (const piece of pieces) {
    const blocks = (rest + piece).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event) yield event
    }
  }
}

function eventOf(block: string): StreamEvent | undefined {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) fields.set(name, value)
  }
  const data = fields.get('data')
  if (data === undefined) return undefined
  const id = fields.get('id')
  const event = { name: fields.get('event'), data: JSON.parse(data) as unknown }
  // What each name comes with is said once, by the simulator that wrote it.
  return (id === undefined ? event : { ...event, id }) as StreamEvent
}
