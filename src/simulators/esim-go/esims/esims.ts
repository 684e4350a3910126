// eSIMs of the organisation: minted, found, and what a bundle needs of them.
import { defined } from '../../../state/defined.ts'
import { mintIccid, mintImsi } from '../../../state/identifiers.ts'
import { CAPITALS_AND_DIGITS, DIGITS, type Random } from '../../../state/random.ts'
import { Refusal } from '../../../state/refusal.ts'
import { simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { magicBundle } from '../catalogue/magic-bundles.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { magicIccids, refuseIfMagic } from '../magic-values.ts'
import {
  type CatalogueBundle,
  type Esim,
  type EsimWithSim,
  esims,
  type LastAction,
  SLUG,
} from '../records.ts'
import { settings } from '../settings.ts'
import { scheduleIdleCheck } from './idle.ts'

/** Issuer prefix of the ICCIDs (public: 8943108...). */
const ICCID_PREFIX = '8943108'
/** A test network of ITU-T E.212. */
const IMSI_PREFIX = '00101'
/** Country code 999 is nobody's (ITU-T E.164). */
const MSISDN_PREFIX = '999'
/** A name that never resolves (RFC 2606): nobody's SM-DP+ is meant. */
const SMDP_ADDRESS = 'rsp.esimulator.example'

function mintMatchingId(random: Random): string {
  return Array.from({ length: 4 }, () => random.text(5, CAPITALS_AND_DIGITS)).join('-')
}

/**
 * The number of a new eSIM, if it gets one: counted, not drawn, so that it
 * moves no ICCID.
 */
function mintMsisdn(world: World): string | undefined {
  if (world.settings(settings).msisdns === 'none') return undefined
  return MSISDN_PREFIX + String(world.next('esim-go.msisdn')).padStart(9, '0')
}

/** What a caller may fix about a new eSIM; the rest is drawn. */
export interface NewEsim {
  readonly iccid?: string | undefined
  readonly matchingId?: string | undefined
  readonly smdpAddress?: string | undefined
  readonly smdpOid?: string | undefined
  readonly needsConfirmation?: boolean | undefined
  readonly msisdn?: string | undefined
  readonly customerRef?: string | undefined
  readonly platform?: Esim['platform'] | undefined
  readonly brandingId?: string | undefined
  /** False where more is known of it, after which it is looked whether it is idle. */
  readonly isWatched?: boolean
}

/** A new eSIM of the organisation, released and in service. */
export function mintEsim(world: World, fixed: NewEsim = {}): Esim {
  const { random, now } = world
  const iccid = fixed.iccid ?? mintIccid(random, ICCID_PREFIX)
  const serial = world.next('sim')
  const msisdn = fixed.msisdn ?? mintMsisdn(world)

  const sim = world.in(sims).put({
    provider: SLUG,
    iccid,
    imsi: mintImsi(random, IMSI_PREFIX),
    ...defined({ msisdn }),
    smdpAddress: fixed.smdpAddress ?? SMDP_ADDRESS,
    matchingId: fixed.matchingId ?? mintMatchingId(random),
    ...defined({ smdpOid: fixed.smdpOid, needsConfirmation: fixed.needsConfirmation }),
    profile: 'released',
    service: 'active',
    serial,
    createdAt: now,
  })
  const esim = world.in(esims).put({
    iccid,
    serial,
    pin: random.text(4, DIGITS),
    puk: random.text(8, DIGITS),
    customerRef: fixed.customerRef ?? '',
    physical: false,
    platform: fixed.platform ?? 'current',
    assignedAt: now,
    ...defined({ brandingId: fixed.brandingId }),
  })
  return fixed.isWatched === false ? esim : scheduleIdleCheck(world, sim, esim)
}

/**
 * Finds an eSIM of the organisation.
 * @throws Refusal `foreign-esim`, or what a magic ICCID provokes
 */
export function findEsim(world: World, iccid: string): EsimWithSim {
  const esim = world.in(esims).get(iccid)
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (esim && sim) return { sim, esim }

  refuseIfMagic(magicIccids, iccid)
  const reason = `eSIM ${iccid} is not one of this organisation's`
  throw new Refusal<EsimGoRefusal>('foreign-esim', reason, { iccid })
}

/**
 * Finds an eSIM of the organisation that is not deactivated: nothing can be put on another, or
 * done with it (public).
 * @throws Refusal `foreign-esim`, `deactivated`
 */
export function findUsable(world: World, iccid: string): EsimWithSim {
  const found = findEsim(world, iccid)
  if (found.sim.service === 'ceased')
    throw new Refusal<EsimGoRefusal>('deactivated', `eSIM ${iccid} is deactivated`, { iccid })
  return found
}

/** Notes what was last done to an eSIM. */
export function noteAction(world: World, iccid: string, lastAction: LastAction): void {
  const esim = world.in(esims).get(iccid)
  const applied = lastAction === 'Bundle Applied' ? { appliedAt: world.now } : {}
  if (esim) world.in(esims).put({ ...esim, ...applied, lastAction, actionAt: world.now })
}

/** Why a bundle does not fit an eSIM, or `undefined` where it does. */
export function incompatibilityOf(esim: Esim, bundle: CatalogueBundle): string | undefined {
  if (magicBundle(bundle.name)?.misfits) return incompatible(esim, bundle)
  if (esim.platform === 'current' || !bundle.unlimited) return undefined
  return `${incompatible(esim, bundle)}: its older profile takes no unlimited bundles`
}

function incompatible({ iccid }: Esim, { name }: CatalogueBundle): string {
  return `bundle ${name} is not compatible with eSIM ${iccid}`
}
