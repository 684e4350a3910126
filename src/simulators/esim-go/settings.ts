// What a user can choose about eSIM Go: where sources conflict, and delays the document only bounds.
import { choice, commonSettings, duration, durations } from '../../state/settings.ts'

export const settings = {
  ...commonSettings,
  wire: choice(['public', 'documented'], 'public', 'shapes of lists: as recorded from the real API, or as the document has them'),
  processingDelay: duration(
    'PT0S',
    'how long a bundle stays in processing after it was applied (documented: usually instant, up to PT10M)',
  ),
  deliveryDelay: duration('PT0S', 'how long an order takes to be delivered (documented: up to PT5M in some cases)'),
  asyncApplyDelay: duration(
    'PT10S',
    'how long bundles stay in processing where one call applies more than 5 (public: asynchronously; time invented)',
  ),
  inventoryLifetime: duration('P1Y', 'how long bundles bought into the inventory may be applied (public: 12 months)'),
  refunds: choice(
    ['enabled', 'disabled'],
    'enabled',
    'whether the organisation is given refunds (public: the provider switches them on by request)',
  ),
  refundWindow: duration('P60D', 'how long after its purchase an unused bundle may be refunded (documented: typically 60 days)'),
  revokePick: choice(
    ['latest', 'oldest-unused'],
    'latest',
    'which of several bundles of one name DELETE /esims/{iccid}/bundles/{name} takes: the latest as documented, or the oldest unused (public)',
  ),
  returnsDelay: duration(
    'P4D',
    'least time after which an eSIM in the returns process comes back if it is installed (documented: at least 4 days)',
  ),
  lapseAfter: duration('P12M', 'how long a bundle may be queued and idle before it lapses (public: 12 months)'),
  assignmentsJson: choice(
    ['auto', 'array', 'object'],
    'auto',
    'GET /esims/assignments as JSON: an object for one eSIM and an array for several, or always one of them (`object`: the first)',
  ),
  signatureEncoding: choice(['base64', 'hex'], 'base64', 'X-Signature-SHA256: base64 as documented, hex as one public guide has it'),
  retrySchedule: durations(['PT5S', 'PT5M'], 'delays between attempts at a callback; after the last it is dead (invented)'),
}
