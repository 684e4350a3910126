// The calls of the control API that were to change a world: noted, and listed.
import { kept } from '../server/journal.ts'
import { mapInTurns } from '../server/long-list.ts'
import type { Operation } from '../server/spec.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import type { ControlHandlers } from './call.ts'
import { jsonIn } from './exchange-shown.ts'
import type { OperationId } from './operations.ts'
import { asRefusal, problemOf } from './problem.ts'
import type { ReadBody } from './request.ts'

/** Of the server rather than of the world that is spoken to; or it begins a world, and is told so. */
const OF_SERVER: readonly OperationId[] = [
  'createWorld',
  'removeWorld',
  'resetWorld',
  'putState',
  'recordWorkflow',
  'startWorkflowRun',
  'removeWorkflowRun',
  'nextWorkflowStep',
  'continueWorkflowRun',
]

/** A call of the control API. */
interface Asked {
  readonly operation: Operation
  /** Below the world. */
  readonly url: string
  readonly sent: ReadBody
}

/** What a call was answered. */
interface Answered {
  readonly status: number
  readonly body?: unknown
}

/**
 * Takes down where a call begins that is to change a world; nothing for one that only reads. What
 * is returned notes how it ended.
 */
export function noteOf(
  { world, journal, commands }: HostedWorld,
  { operation, url, sent }: Asked,
): ((answered: Answered) => void) | undefined {
  const { id, method } = operation
  if (method === 'GET' || OF_SERVER.includes(id as OperationId)) return undefined
  const [at, behind] = [world.now, journal.last]
  return ({ status, body }) => {
    const answer = body === undefined ? undefined : JSON.stringify(body)
    commands.kept.add({
      at,
      behind,
      provider: undefined,
      operation: id,
      method,
      url,
      status,
      credential: undefined,
      headers: {},
      requestBody: typeof sent === 'string' && sent !== '' ? kept(sent) : undefined,
      replyType: undefined,
      replyBody: answer === undefined ? undefined : kept(answer),
      refusal: undefined,
      undocumented: [],
      violations: [],
    })
  }
}

/** Carries out a call, and notes what it was answered, refused or not. */
export async function noted<R extends object>(
  note: ((answered: Answered) => void) | undefined,
  act: () => R | Promise<R>,
): Promise<R> {
  if (!note) return act()
  try {
    const done = await act()
    const { status = 200, body }: Partial<Answered> = done
    note({ status, body })
    return done
  } catch (error) {
    const problem = problemOf(asRefusal(error))
    note({ status: problem.status, body: problem })
    throw error
  }
}

/** Calls whose secrets are struck out at once. */
const AT_ONCE = 20

export const commandHandlers = {
  async listCommands({ hosted, query: { after = 0, limit = 100 } }) {
    const { kept: journal, beginning } = hosted.commands
    const ids = journal.find(() => true).reverse()
    const left = ids.filter((id) => id > after)
    const page = left.slice(0, limit)
    const entries = await mapInTurns(page, (id) => journal.get(id), AT_ONCE)
    const commands = entries
      .filter((entry) => entry !== undefined)
      .map(({ id, at, behind = 0, operation = '', method, url, ...entry }) =>
        defined({
          id,
          at: iso(at),
          behind,
          operation,
          method,
          url,
          status: entry.status ?? 0,
          requestBody: entry.requestBody,
          requestJson: jsonIn(entry.requestBody),
          replyBody: entry.replyBody,
          replyJson: jsonIn(entry.replyBody),
        }),
      )
    const began = beginning && defined({ at: iso(beginning.at), given: beginning.given })
    const next = left.length > limit ? page.at(-1) : undefined
    return reply(200, defined({ total: ids.length, began, commands, next }))
  },
} satisfies Partial<ControlHandlers>
