// Highland's stock: the lines it comes in, and what is taken from it.
import { SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { codeExpiry, parseActivationCode } from '../../state/installation-code.ts'
import { HEX } from '../../state/random.ts'
import { Refusal } from '../../state/refusal.ts'
import { type Sim, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import type { HighlandRefusal } from './errors.ts'
import { type Esim, esims, SLUG } from './records.ts'
import { settings } from './settings.ts'

/**
 * `simId,iccid,imsi,msisdn,activation code` (public). No check digit is asked for: the vendor's
 * example has a wrong one.
 */
const LINE = /^(\d{1,20}),(89\d{16,18}),(\d{14,15}),(\d{5,15}),(.+)$/

/** The eSIM of a line. CSV may have its fields in quotes, and none of them holds one. */
function parseLine(line: string): Omit<Esim, 'serial'> | undefined {
  const fields = LINE.exec(line.trim().replaceAll('"', ''))
  if (!fields) return undefined
  const [, simId = '', iccid = '', imsi = '', msisdn = '', text = ''] = fields
  const code = parseActivationCode(text)
  return code && { simId, iccid, imsi, msisdn, ...code }
}

/**
 * Puts every line in stock, or none.
 * @throws Refusal `invalid-request` or `duplicate-esim`, naming each bad line by its number from 1
 */
export function addLines(world: World, lines: readonly string[]): void {
  const stock = world.in(esims)
  const malformed: string[] = []
  const twice: string[] = []
  for (const [at, line] of lines.entries()) {
    const esim = parseLine(line)
    if (!esim) malformed.push(`line ${at + 1} is not simId,iccid,imsi,msisdn,1$address$code`)
    else if (stock.has(esim.simId))
      twice.push(`line ${at + 1}: eSIM ${esim.simId} is there already`)
    else if (stock.matching('iccid', esim.iccid + SEPARATOR).length > 0)
      twice.push(`line ${at + 1}: ICCID ${esim.iccid} is there already`)
    else stock.put({ ...esim, serial: world.next('highland.esim') })
  }

  const problems = [...malformed, ...twice].join('; ')
  if (problems)
    throw new Refusal<HighlandRefusal>(
      malformed.length > 0 ? 'invalid-request' : 'duplicate-esim',
      problems,
    )
}

/**
 * Gives an eSIM of the stock to a company: its code begins to age (inferred: "after activation" is
 * after the acquire).
 */
export function assign(world: World, esim: Esim, company: string): { esim: Esim; sim: Sim } {
  const { iccid, imsi, msisdn, smdpAddress, matchingId, smdpOid, needsConfirmation } = esim
  const { installationCodeLifetime } = world.settings(settings)
  const sim = world.in(sims).put({
    provider: SLUG,
    iccid,
    imsi,
    msisdn,
    smdpAddress,
    matchingId,
    profile: 'released',
    service: 'active',
    serial: world.next('sim'),
    createdAt: world.now,
    ...defined({
      smdpOid,
      needsConfirmation,
      codeExpiresAt: codeExpiry(world.now, installationCodeLifetime),
    }),
  })
  const barCode = world.random.text(32, HEX)
  return { sim, esim: world.in(esims).put({ ...esim, company, barCode }) }
}
