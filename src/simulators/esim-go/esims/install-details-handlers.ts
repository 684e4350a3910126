// What installs the eSIMs of orders and applications: GET /esims/assignments and its forerunners.
import { type Content, type Reply, reply } from '../../call.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { csv, esimsOfAll, qrCodes } from './install-details.ts'
import { installLinksOf } from './install-links.ts'
import * as wire from './wire.ts'

const FORMATS = ['text/csv', 'application/json', 'application/zip'] as const

function content(type: string, render: Content['render']): Reply<never> {
  return { status: 200, content: { type, render } }
}

export const installDetailsHandlers: EsimGoHandlers = {
  getQrCodes({ path, now, basePath }, world) {
    const rows = esimsOfAll(world, [path.reference], basePath)
    return content('application/zip', () => qrCodes(rows, now))
  },

  getEsimsCsv(call, world) {
    const rows = esimsOfAll(world, [call.path.reference], call.basePath)
    const links = installLinksOf(call.query.additionalFields, call)
    return content('text/csv', () => csv(rows, links))
  },

  getAssignments(call, world) {
    const { query, accepts, settings, now, basePath } = call
    const { reference: references, additionalFields } = query
    const links = installLinksOf(additionalFields, call)
    const rows = esimsOfAll(world, references, basePath)
    const format = accepts(FORMATS) ?? 'text/csv'
    if (format === 'application/zip') return content(format, () => qrCodes(rows, now))
    if (format === 'text/csv') return content(format, () => csv(rows, links))

    const details = rows.map((row) => wire.installDetails(row, links))
    const [first] = details
    const { assignmentsJson } = settings
    const single =
      assignmentsJson === 'object' || (assignmentsJson === 'auto' && details.length === 1)
    return reply(200, single && first ? first : details)
  },
}
