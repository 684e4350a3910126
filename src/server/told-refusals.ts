// Why a call of the control API was refused: who watches the server asks for it, as no journal has it.
import type { ServerResponse } from 'node:http'

const reasons = new WeakMap<ServerResponse, string>()

/** Notes the reason that a response tells. */
export function noteRefusal(response: ServerResponse, reason: string): void {
  reasons.set(response, reason)
}

/** The reason that a response of the control API told; `undefined` where it was no refusal. */
export function notedRefusal(response: ServerResponse): string | undefined {
  return reasons.get(response)
}
