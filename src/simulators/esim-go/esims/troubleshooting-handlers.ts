// For support: the history of an eSIM, where it is, whether a bundle fits; a refresh, an SMS.
import { SEPARATOR } from '../../../state/collection.ts'
import { iso } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import { findBought } from '../catalogue/on-sale.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { findEsim, findUsable, incompatibilityOf } from './esims.ts'
import { history } from './history.ts'
import { refresh } from './refresh.ts'
import { SENDER, sendSms } from './sms.ts'
import * as wire from './wire.ts'

const REFRESHED = 'Successfully refreshed SIM'
const SENT = 'SMS sent'

export const troubleshootingHandlers: EsimGoHandlers = {
  getEsimHistory({ path }, world) {
    const { iccid } = findEsim(world, path.iccid).sim
    const oldestFirst = world.in(history).matching('esim', iccid + SEPARATOR)
    return reply(200, oldestFirst.reverse().map(wire.historyEntry))
  },

  refreshEsim({ path }, world) {
    refresh(world, findUsable(world, path.iccid).sim)
    return reply(200, { message: REFRESHED, status: REFRESHED })
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

  checkCompatibility({ path }, world) {
    const { esim } = findUsable(world, path.iccid)
    const problem = incompatibilityOf(esim, findBought(world, path.bundle))
    return reply(200, {
      message: problem ?? 'Bundle is compatible with eSIM',
      compatible: problem === undefined,
    })
  },

  sendSms({ path, body }, world) {
    const { sim } = findUsable(world, path.iccid)
    sendSms(world, sim, body.message, body.from ?? SENDER)
    return reply(200, { message: SENT, status: SENT })
  },
}
