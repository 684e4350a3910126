// The typed client of /_sim in a page: requests leave by fetch, and the token is that of this tab.
import { computed, signal } from '@preact/signals'
import {
  type ControlClient,
  clientOver,
  NoAnswer,
  type Sent,
  type Transport,
} from '../control/client.ts'
import { type WorldClient, worldOver } from '../control/world-client.ts'
import { rootUrl, worldName } from './place.ts'

const KEY = 'esimulator.token'

/** The token that is sent, where the simulator asks for one: kept until the tab is closed. */
export const token = signal(sessionStorage.getItem(KEY) ?? undefined)

/** Why the simulator let nothing in: what it said, until a token is given that it takes. */
export const locked = signal<string | undefined>(undefined)

/** Gives the token that the user typed. */
export function unlock(given: string): void {
  sessionStorage.setItem(KEY, given)
  token.value = given
  locked.value = undefined
}

const byFetch: Transport = {
  async send(target, sent) {
    const answer = await fetched(target, sent)
    const text = await answer.text()
    return { status: answer.status, text }
  },
  async stream(target, sent) {
    const answer = await fetched(target, sent)
    return { status: answer.status, text: piecesOf(answer, sent) }
  },
}

/** @throws NoAnswer */
async function fetched(target: string, { method, headers, body, signal }: Sent): Promise<Response> {
  try {
    const answer = await fetch(target, {
      method,
      headers,
      body: typeof body === 'string' ? body : null,
      signal: signal ?? null,
      credentials: 'omit',
      cache: 'no-store',
    })
    if (answer.status === 401) locked.value = await whyLocked(answer.clone())
    return answer
  } catch {
    throw new NoAnswer('the simulator does not answer: start it again, and this page goes on')
  }
}

async function whyLocked(answer: Response): Promise<string> {
  const problem: { detail?: string } = await answer.json().catch(() => ({}))
  return problem.detail ?? 'the simulator asks for a token'
}

/** @throws NoAnswer where it breaks off by itself */
async function* piecesOf({ body }: Response, { signal }: Sent): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const piece = await reader?.read()
      if (!piece || piece.done) return
      yield piece.value
    }
  } catch {
    if (!signal?.aborted) throw new NoAnswer('the simulator has ended the stream of events')
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}

/** The client of a world by its name. */
export const clientOf = (name: string): ControlClient =>
  clientOver(byFetch, { url: rootUrl, world: name, token: token.value })

const current = computed(() => worldOver(clientOf(worldName), worldName))

/** The world of this page. */
export const world = (): WorldClient => current.value

/** Every operation of the control API, in the world of this page. */
export const call: ControlClient['call'] = (...asked) => world().control.call(...asked)
