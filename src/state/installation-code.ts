// The installation code of an eSIM: read and written, how it is confirmed, until when it is good.
import { defined } from './defined.ts'
import { addDuration } from './duration.ts'
import { type Fields, flag, optional, text } from './shape.ts'

/** What an activation code says (GSMA SGP.22, 4.1). A SIM is one, too. */
export interface ActivationCode {
  readonly smdpAddress: string
  /** Empty where the SM-DP+ knows the profile by the eUICC alone. */
  readonly matchingId: string
  /** Object identifier of the SM-DP+. */
  readonly smdpOid?: string
  /** True where a handset has to give a confirmation code to download the profile. */
  readonly needsConfirmation?: boolean
}

/** The shapes of its fields, for records that hold one. */
export const activationCodeFields: Fields<ActivationCode> = {
  smdpAddress: text,
  matchingId: text,
  smdpOid: optional(text),
  needsConfirmation: optional(flag),
}

/** How long an activation code may be, in characters (GSMA SGP.22, 4.1). */
export const LONGEST_CODE = 255

const FORM = /^(?:LPA:)?1\$([A-Za-z0-9.-]+)\$([A-Za-z0-9-]*)(?:\$(\d+(?:\.\d+)*)?(?:\$(1)?)?)?$/i

/**
 * Reads `1$<SM-DP+>$<matching id>[$<OID>[$1]]`, with or without the `LPA:` of a QR code.
 * `undefined`: it is no activation code, or too long for one.
 */
export function parseActivationCode(text: string): ActivationCode | undefined {
  const fields = text.length > LONGEST_CODE ? undefined : FORM.exec(text)
  if (!fields) return undefined
  const [, smdpAddress = '', matchingId = '', smdpOid, flag] = fields
  return defined({
    smdpAddress,
    matchingId,
    smdpOid,
    needsConfirmation: flag === undefined ? undefined : true,
  })
}

/** The activation code, without the `LPA:` that only a QR code carries. */
export function activationCode(code: ActivationCode): string {
  const { smdpAddress, matchingId, smdpOid = '', needsConfirmation } = code
  const short = `1$${smdpAddress}$${matchingId}`
  if (needsConfirmation) return `${short}$${smdpOid}$1`
  return smdpOid === '' ? short : `${short}$${smdpOid}`
}

/** The text of the QR code. */
export function lpaString(code: ActivationCode): string {
  return `LPA:${activationCode(code)}`
}

const APPLE = 'https://esimsetup.apple.com/esim_qrcode_provisioning'
const ANDROID = 'https://esimsetup.android.com/esim_qrcode_provisioning'

/** The link that installs an eSIM on an iPhone from iOS 17.4. */
export function appleInstallUrl(code: ActivationCode): string {
  return `${APPLE}?carddata=${lpaString(code)}`
}

/** The link that installs an eSIM on an Android phone. */
export function androidInstallUrl(code: ActivationCode): string {
  return `${ANDROID}?carddata=${lpaString(code)}`
}

/** A confirmation code as a handset gives it, and as it is wanted. */
export interface Confirmation {
  readonly given?: string
  /** The code itself, `any` or `none`; `any` unless said. */
  readonly wanted?: string
}

/** Why a confirmation does not let a handset download a profile; `undefined` where it does. */
export function confirmationProblem(
  { needsConfirmation }: ActivationCode,
  { given = '', wanted = 'any' }: Confirmation,
): string | undefined {
  if (!needsConfirmation || wanted === 'none') return undefined
  if (given === '')
    return 'the activation code asks for a confirmation code: give it as "confirmationCode"'
  if (wanted === 'any' || wanted === given) return undefined
  return 'the confirmation code is not the one of the setting confirmationCode'
}

/**
 * The instant (ms) at which a code issued at `issuedAt` stops being good.
 * @param lifetime ISO 8601; absent, it is good for ever
 */
export function codeExpiry(issuedAt: number, lifetime: string | undefined): number | undefined {
  return lifetime === undefined ? undefined : addDuration(issuedAt, lifetime)
}

/** Good until, not at, the instant of expiry. */
export function isCodeGood(expiresAt: number | undefined, now: number): boolean {
  return expiresAt === undefined || now < expiresAt
}
