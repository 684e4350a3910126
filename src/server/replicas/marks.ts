// What a replica answers to another one alone: no client sees it.
import type { ServerResponse } from 'node:http'

/** The status of what only replicas are told. */
export const MISDIRECTED = 421
/** Tells that a world is not here. Its value is the id of who asked. */
export const NOT_HERE = 'x-sim-not-here'
/** Tells in the place of a reply that the connection of who asked is to be closed or reset. */
export const BROKEN_OFF = 'x-sim-broken-off'

/** Answers that a world is not here. @param sender the id of who asked */
export function tellNotHere(response: ServerResponse, sender: string): void {
  response.writeHead(MISDIRECTED, { [NOT_HERE]: sender, 'Content-Length': 0 }).end()
}

/** Has the connection of who asked end, where the request was passed on. */
export function tellBrokenOff(response: ServerResponse, how: 'hang-up' | 'reset'): void {
  response.writeHead(MISDIRECTED, { [BROKEN_OFF]: how, 'Content-Length': 0 }).end()
}
