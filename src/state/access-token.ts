// Access tokens that simulators give out: random, and known for what they are wherever they turn up.
import { hash, type Random } from './random.ts'

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const DRAWN = 36
const CHECK = 7

/** Of every access token, in characters. */
export const TOKEN_LENGTH = DRAWN + CHECK

/** What a token ends with: any other text of its length ends so once in four thousand millions. */
function checkOf(drawn: string): string {
  return hash(drawn).toString(36).padStart(CHECK, '0')
}

/** A token nobody has yet: opaque to whoever gets it, letters and digits. */
export function newAccessToken(random: Random): string {
  const drawn = random.text(DRAWN, LETTERS_AND_DIGITS)
  return drawn + checkOf(drawn)
}

/** Whether a text is a token that some simulator gave out: this or another one, good or ended. */
export function isAccessToken(text: string): boolean {
  // A number below 2^32 begins so: most texts need no sum.
  if (text.length !== TOKEN_LENGTH || !/[01]/.test(text[DRAWN] ?? '')) return false
  return text.endsWith(checkOf(text.slice(0, DRAWN)))
}
