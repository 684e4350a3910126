// Many small texts put together to pieces: each is some of a millisecond's work, and one write.

/** About how many characters a piece has. */
const PIECE = 65_536

/** The texts, put together; each is made when its piece is asked for. */
export function* inPieces(texts: Iterable<string>): Generator<string, void, undefined> {
  let parts: string[] = []
  let size = 0
  for (const text of texts) {
    parts.push(text)
    size += text.length
    if (size < PIECE) continue
    yield parts.join('')
    parts = []
    size = 0
  }
  if (parts.length > 0) yield parts.join('')
}
