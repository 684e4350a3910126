// The ways to spell a secret that tests know: each makes a text that means it.

const hex = (character: string, digits: number) =>
  character.charCodeAt(0).toString(16).padStart(digits, '0')

/** Every character of a text in another spelling. */
const each = (text: string, spell: (character: string) => string) =>
  Array.from(text, spell).join('')

const percent = (text: string) => each(text, (character) => `%${hex(character, 2)}`)
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')

/** By name. */
export const SPELLINGS = {
  'as it is': (secret) => secret,
  'as a URL has it': encodeURIComponent,
  'as a form has it': (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  'all in percent': (secret) => percent(secret).toUpperCase(),
  'all in percent, in small letters': percent,
  'half in percent': (secret) => percent(secret.slice(0, 5)) + encodeURIComponent(secret.slice(5)),
  'twice in percent': (secret) => encodeURIComponent(percent(secret)),
  'three times in percent': (secret) => encodeURIComponent(encodeURIComponent(percent(secret))),
  'as JSON has it': (secret) => JSON.stringify(secret).slice(1, -1),
  'with its slashes escaped': (secret) =>
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  'in Unicode escapes': (secret) => each(secret, (character) => `\\u${hex(character, 4)}`),
  'its first letter an escape': (secret) =>
    `\\u${hex(secret.slice(0, 1), 4).toUpperCase()}${JSON.stringify(secret.slice(1)).slice(1, -1)}`,
  'in HTML entities': (secret) => each(secret, (character) => `&#${character.charCodeAt(0)};`),
  'in hexadecimal HTML entities': (secret) =>
    each(secret, (character) => `&#x${hex(character, 2)};`),
  'as JSON within JSON has it': (secret) =>
    JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  'in base64': base64,
  'in base64 of a client and it': (secret) => base64(`client:${secret}`),
  'in base64, one byte on': (secret) => base64(`:${secret}:`),
  'in base64, two bytes on': (secret) => base64(`a:${secret}, and more`),
  'in base64 for URLs': (secret) => Buffer.from(`u:${secret}`, 'latin1').toString('base64url'),
  'in base64 in percent': (secret) => encodeURIComponent(base64(secret)),
  'in percent in base64': (secret) => base64(`client:${percent(secret)}`),
  'in base64 of JSON': (secret) => base64(JSON.stringify({ id: 'client', note: secret })),
} satisfies Readonly<Record<string, (secret: string) => string>>

export type Spelling = keyof typeof SPELLINGS
