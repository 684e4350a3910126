// How stories ask: the control API, a handset, time that passes.
import { ask } from '../asking.js'

/** An eSIM there is not. */
export const NOBODYS = '8943108170000000013'
/** How often a call of a story is spoiled. */
export const SHARE = 0.02

export const control = (town, memory, method, path, json, query) =>
  ask(town, memory, {
    method,
    path: `/_sim${path}`,
    query,
    share: SHARE,
    ...(json ? { json } : {}),
  })

export const device = (town, memory, iccid, what, json) =>
  control(town, memory, 'POST', `/sims/${iccid}/${what}`, json)

export const pass = (town, memory, by) => control(town, memory, 'POST', '/clock/advance', { by })
