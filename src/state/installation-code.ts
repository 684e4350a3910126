// The installation code of an eSIM: its LPA string and the moment it stops being good.
import { addDuration } from './duration.ts'

/**
 * The activation code of SGP.22 4.1, without the `LPA:` that only a QR code
 * carries.
 */
export function activationCode(smdpAddress: string, matchingId: string): string {
  return `1$${smdpAddress}$${matchingId}`
}

/** The text of the QR code. */
export function lpaString(smdpAddress: string, matchingId: string): string {
  return `LPA:${activationCode(smdpAddress, matchingId)}`
}

const APPLE = 'https://esimsetup.apple.com/esim_qrcode_provisioning'
const ANDROID = 'https://esimsetup.android.com/esim_qrcode_provisioning'

/** The link that installs an eSIM on an iPhone from iOS 17.4. */
export function appleInstallUrl(smdpAddress: string, matchingId: string): string {
  return `${APPLE}?carddata=${lpaString(smdpAddress, matchingId)}`
}

/** The link that installs an eSIM on an Android phone. */
export function androidInstallUrl(smdpAddress: string, matchingId: string): string {
  return `${ANDROID}?carddata=${lpaString(smdpAddress, matchingId)}`
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
