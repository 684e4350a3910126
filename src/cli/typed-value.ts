// Values written on a command line.

/** What a text stands for: JSON where it is some, unless a number would lose digits. */
export function typedValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'number' && String(value) !== text ? text : value
  } catch {
    return text
  }
}
