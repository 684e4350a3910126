// A little colour for terminals, and none for anything else.

export type Colour = 'red' | 'yellow' | 'green'

const CODES: Readonly<Record<Colour, number>> = { red: 31, yellow: 33, green: 32 }

/** Whether a stream is a terminal that may be painted: NO_COLOR says that none may. */
function isPaintable({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'
}

/** Paints texts for a stream; texts stay as they are where it is no terminal. */
export function painter(stream: { readonly isTTY?: boolean }) {
  const paints = isPaintable(stream)
  return (text: string, colour: Colour) =>
    paints ? `\u001b[${CODES[colour]}m${text}\u001b[39m` : text
}
