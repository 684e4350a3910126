// What stands for names in a file that others may see: the same text has the same one in every import of an account.
import { createHmac } from 'node:crypto'
import type { NameKind, NameOf } from '../../simulators/import-plan.ts'

/** Of 40 characters, each of them hex. */
type Forms = Readonly<Record<NameKind, (digest: string) => string>>

const FORMS: Forms = {
  'activation code': (hex) => (hex.slice(0, 20).toUpperCase().match(/.{5}/g) ?? []).join('-'),
  company: (hex) => `Company ${hex.slice(0, 10)}`,
  // A domain that nobody can have (RFC 2606).
  email: (hex) => `person-${hex.slice(0, 12)}@names.example`,
  'first name': (hex) => `First ${hex.slice(0, 10)}`,
  'last name': (hex) => `Last ${hex.slice(0, 10)}`,
  // Country code 999 is nobody's (ITU-T E.164).
  'phone number': (hex) => `999${digits(hex, 12)}`,
  PIN: (hex) => digits(hex, 4),
  PUK: (hex) => digits(hex, 8),
  reference: (hex) => `ref-${hex.slice(0, 12)}`,
}

function digits(hex: string, count: number): string {
  return String(BigInt(`0x${hex}`) % 10n ** BigInt(count)).padStart(count, '0')
}

/** Keeps every text as it is. */
export const asItIs: NameOf = (_kind, text) => text

/**
 * Stand-ins that nobody finds the texts behind without the account's own credential: phone numbers are
 * few enough to be tried one after the other. An account without a credential is not protected so.
 * @param secret of the account
 */
export function standIns(secret: string): NameOf {
  return (kind, text) => {
    if (text === '') return text
    return FORMS[kind](createHmac('sha256', secret).update(text).digest('hex').slice(0, 40))
  }
}
