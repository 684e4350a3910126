// For support: the history of an eSIM, where it is, whether a bundle fits; a refresh, an SMS.
import { SEPARATOR } from '../../../state/collection.ts'
import { iso } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import { findBought } from '../catalogue/on-sale.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { acknowledgement, until24 } from '../versions.ts'
import { findEsim, findUsable, incompatibilityOf } from './esims.ts'
import { history } from './history.ts'
import { refresh } from './refresh.ts'
import { SENDER, sendSms } from './sms.ts'
import * as wire from './wire.ts'

const REFRESHED = 'Successfully refreshed SIM'
const SENT = 'sent'

export const troubleshootingHandlers: EsimGoHandlers = {
  getEsimHistory({ path, basePath }, world) {
    const { iccid } = findEsim(world, path.iccid).sim
    const oldestFirst = world.in(history).matching('esim', iccid + SEPARATOR)
    const entries = oldestFirst.reverse().map((item) => wire.historyEntry(item, basePath))
    return reply(200, entries)
  },

  refreshEsim({ path, basePath }, world) {
    refresh(world, findUsable(world, path.iccid).sim)
    return reply(200, acknowledgement(basePath, REFRESHED))
  },

  getEsimLocation({ path }, world) {
    const { lastNetwork, lastSeenAt } = findEsim(world, path.iccid).sim
    if (!lastNetwork || lastSeenAt === undefined)
      throw new Refusal('not-found', `eSIM ${path.iccid} was never on a network`)
    return reply(200, {
      mobileNetworkCode: lastNetwork.tadig,
      networkName: lastNetwork.name,
      networkBrandName: lastNetwork.brandName,
      country: lastNetwork.country,
      lastSeen: iso(lastSeenAt),
    })
  },

  checkCompatibility({ path, basePath }, world) {
    const { esim } = findUsable(world, path.iccid)
    const problem = incompatibilityOf(esim, findBought(world, path.bundle))
    const message = problem ?? 'Bundle is compatible with eSIM'
    const verdict = { compatible: problem === undefined }
    return reply(
      200,
      until24(basePath, verdict, () => ({ message })),
    )
  },

  sendSms({ path, body, basePath }, world) {
    const { sim } = findUsable(world, path.iccid)
    sendSms(world, sim, body.message, body.from ?? SENDER)
    return reply(200, acknowledgement(basePath, SENT))
  },
}
