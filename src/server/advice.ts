// What to do about a refusal, by its code: the codes that every provider has.
import type { Simulator } from '../simulators/simulator.ts'
import type { CommonRefusal } from '../state/refusal.ts'

const common: Readonly<Record<CommonRefusal, string>> = {
  'unknown-world': 'GET /_sim/worlds lists the worlds there are, POST /_sim/worlds makes one',
  'unknown-route': 'compare the URL with the base URLs that `esimulator env` prints',
  'method-not-allowed': 'use a method that the path has',
  unauthorized:
    'send the credential of this world: `esimulator env` and GET /_sim/worlds/{name} tell it',
  forbidden: 'ask from a program, or let the page in with --cors or --allowed-hosts',
  'body-too-large': 'send less in one request',
  'unsupported-media-type': 'send the body as the type that the reason names',
  'not-acceptable': 'ask for a type that the operation answers, or turn the setting `strict` off',
  'expectation-failed': 'leave the header Expect out',
  'unreadable-body': 'put no parser before the simulator that keeps the body to itself',
  'malformed-body': 'mend the body at the place the reason names',
  'invalid-request': 'mend what the reason names',
  'not-implemented': 'GET /_sim/provenance lists what is not simulated',
  'wrong-state': 'bring it into a state that allows this: GET /_sim/sims/{iccid} shows where it is',
  busy: 'try again once what is under way has ended: POST /_sim/clock/advance ends it',
  'not-found': 'ask for what there is: GET /_sim/sims lists the SIMs',
  'writes-refused': 'GET /_sim/health says why nothing can be kept',
  'reply-violates-spec': 'this is a mistake of the simulator: attach GET /_sim/state to a report',
  internal: 'this is a mistake of the simulator: standard error says where',
}

/**
 * What to do about a refusal; `undefined` for a code that nobody knows.
 * @param simulator absent where a request reached none
 */
export function adviceOn(code: string, simulator: Simulator | undefined): string | undefined {
  const own = simulator?.advice ?? {}
  if (Object.hasOwn(own, code)) return own[code]
  return Object.hasOwn(common, code) ? common[code as CommonRefusal] : undefined
}
