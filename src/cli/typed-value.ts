// Values written on a command line, by themselves or each with its name.
import { CannotRun } from './cannot-run.ts'

/**
 * What is written as `NAME=VALUE`: names with the texts of their values, as they stand.
 * @param example of one, as in `rateLimit=10`
 * @throws CannotRun for what is none, and for a name that is there twice
 */
export function namedTexts(written: readonly string[], example: string): [string, string][] {
  const texts = new Map<string, string>()
  for (const each of written) {
    const [, name, text = ''] = /^([^=]+)=(.*)$/s.exec(each) ?? []
    if (name === undefined)
      throw new CannotRun(`"${each}": write it as NAME=VALUE, as in ${example}`)
    if (texts.has(name)) throw new CannotRun(`${name} is given twice: give it one value`)
    texts.set(name, text)
  }
  return [...texts]
}

/** What a text stands for: JSON where it is some, unless a number would lose digits. */
export function typedValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'number' && String(value) !== text ? text : value
  } catch {
    return text
  }
}
