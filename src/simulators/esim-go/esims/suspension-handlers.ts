// The service of an eSIM (v2.5): suspended, resumed, or ended by deleting the eSIM.
import { reply } from '../../call.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { deleteEsim, setSuspended } from './deactivation.ts'
import { findEsim, findUsable } from './esims.ts'

export const suspensionHandlers: EsimGoHandlers = {
  suspendEsim({ path, body }, world) {
    const { sim } = findUsable(world, path.iccid)
    setSuspended(world, sim, body.suspend)
    return reply(201, {
      status: body.suspend ? 'eSIM suspended successfully' : 'eSIM unsuspended successfully',
    })
  },

  getSuspension({ path }, world) {
    return reply(200, { suspended: findEsim(world, path.iccid).sim.service === 'suspended' })
  },

  deleteEsim({ path }, world) {
    deleteEsim(world, findEsim(world, path.iccid).sim)
    return reply(200, { status: 'eSIM deleted successfully' })
  },
}
