// What a user can choose about eSIM Go: where sources conflict, and delays the document only bounds.
import { choice, commonSettings, duration, durations, flag } from '../../state/settings.ts'

export const settings = {
  ...commonSettings,
  wire: choice(['public', 'documented'], 'public', 'shapes of lists: as recorded from the real API, or as the document has them'),
  processingDelay: duration(
    'PT0S',
    'how long a bundle stays in processing after it was applied (documented: usually instant, up to PT10M)',
  ),
  deliveryDelay: duration('PT0S', 'how long an order takes to be delivered (documented: up to PT5M in some cases)'),
  inventoryLifetime: duration('P1Y', 'how long bundles bought into the inventory may be applied (invented)'),
  idleDeletion: duration(
    'P180D',
    'how long an eSIM may be idle before its deletion is scheduled (public); PT0S: for ever. What is set counts from the next look at an eSIM',
  ),
  queuedKeepsEsim: flag(true, 'an unused bundle keeps its eSIM from being deleted as idle (inferred); else only one in use does'),
  consumptionBilling: flag(true, 'the organisation is billed by consumption, so that GET /catalogue/prices answers it; else that is 403'),
  assignmentsJson: choice(
    ['auto', 'array', 'object'],
    'auto',
    'GET /esims/assignments as JSON: an object for one eSIM and an array for several, or always one of them (`object`: the first)',
  ),
  signatureEncoding: choice(['base64', 'hex'], 'base64', 'X-Signature-SHA256: base64 as documented, hex as one public guide has it'),
  retrySchedule: durations(['PT5S', 'PT5M'], 'delays between attempts at a callback; after the last it is dead (invented)'),
}
