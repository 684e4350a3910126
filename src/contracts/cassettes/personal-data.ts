// What leads to a person or a SIM: known by the name of its field, or by its looks.

/** What a value is; lists of what was redacted call it so. */
export type PersonalKind =
  | 'ICCID'
  | 'EID'
  | 'IMSI'
  | 'IMEI'
  | 'MSISDN'
  | 'email address'
  | 'activation code'
  | 'code of a SIM'
  | 'name of a person'
  | 'postal address'

/** Names of fields, in small letters and without what joins their words. */
const FIELDS: readonly (readonly [PersonalKind, RegExp])[] = [
  ['ICCID', /iccids?$/],
  ['EID', /^(?:sim|card|device|esim|chip)?e(?:uicc)?ids?$/],
  ['IMSI', /imsis?$/],
  ['IMEI', /imeis?$/],
  ['MSISDN', /(?:msisdn|(?:phone|mobile|tele?phone|fax)(?:no|number)?)s?$|^tel$/],
  ['email address', /e?mails?(?:address(?:es)?)?$/],
  ['activation code', /(?:matchingids?|activationcodes?|lpa(?:string|code)?|confirmationcode)$/],
  ['code of a SIM', /^(?:pin|puk|adm|ki|opc?)\d?$/],
  [
    'name of a person',
    /(?:first|last|given|family|middle|full|sur|maiden|contact|customer|person|recipient|subscriber|holder|owner|user|display)names?$/,
  ],
  [
    'postal address',
    /^(?:(?:postal|street|home|billing|shipping|delivery)?address(?:line)?\d?|street(?:name)?|house(?:no|number)|post(?:al)?code|zip(?:code)?|city|town)$/,
  ],
]

/** Objects whose `name` is that of a person. */
const PEOPLE =
  /(?:contact|person|customer|recipient|subscriber|holder|owner|user|employee|traveller)s?$/

/** What is told of a value that stands under a name, where that tells anything. */
export function kindOfField(name: string, within = ''): PersonalKind | undefined {
  const plain = joined(name)
  if (plain === 'name') return PEOPLE.test(joined(within)) ? 'name of a person' : undefined
  return FIELDS.find(([, pattern]) => pattern.test(plain))?.[0]
}

const joined = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

const DIGITS = /^\+?[\d\s()./-]+$/

/** What values of a kind look like: another is no such, whatever its field is called. */
const FORMS: Readonly<Record<PersonalKind, (value: string) => boolean>> = {
  ICCID: (value) => /^\d{15,22}[Ff]?$/.test(value),
  EID: (value) => /^\d{32}$/.test(value),
  IMSI: (value) => /^\d{10,15}$/.test(value),
  IMEI: (value) => /^\d{14,17}$/.test(value),
  MSISDN: (value) => DIGITS.test(value) && digitsOf(value).length >= 4,
  'email address': (value) => /^\S+@\S+$/.test(value),
  'activation code': (value) => value.length >= 4,
  'code of a SIM': (value) => /^[\dA-Fa-f]{4,32}$/.test(value),
  'name of a person': (value) => /\p{L}/u.test(value),
  'postal address': (value) =>
    value.trim() !== '' && !/^https?:|@|^[\w-]+(?:\.[\w-]+)+$/.test(value),
}

/** True where a value can be what its field says. */
export function isOfKind(kind: PersonalKind, value: string): boolean {
  return FORMS[kind](value)
}

export const digitsOf = (value: string) => value.replaceAll(/\D/g, '')

/** A value by its looks, wherever it stands. */
export interface Seen {
  readonly kind: PersonalKind
  readonly value: string
}

const LOOKS: readonly (readonly [PersonalKind, RegExp])[] = [
  ['EID', /(?<!\d)89\d{30}(?!\d)/g],
  ['ICCID', /(?<!\d)89\d{16,18}(?!\d)/g],
  ['MSISDN', /(?<=\+)[1-9]\d{7,14}(?!\d)/g],
  ['email address', /[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]+)+/g],
  // SGP.22: the address of the server, then the matching id.
  ['activation code', /(?<=(?<![\w$])1\$[\w.:-]+\$)[^$\s"'\\<>&]{2,}/g],
]

/** What a text shows by its looks. */
export function seenIn(text: string): Seen[] {
  return LOOKS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(([value]) => ({ kind, value })),
  )
}
