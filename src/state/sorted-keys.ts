// A sorted set of strings that pages by position; a change moves no more than one chunk.

const CHUNK = 512

/** The first position in sorted `list` whose element is not before `value`. */
function lowerBound(list: readonly string[], value: string): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] as string) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Strings in code-unit order; each at most once. */
export class SortedKeys {
  #chunks: string[][] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(entry: string): void {
    const at = this.#chunkOf(entry)
    const chunk = this.#chunks[at]
    if (!chunk) {
      this.#chunks.push([entry])
      this.#size += 1
      return
    }
    const position = lowerBound(chunk, entry)
    if (chunk[position] === entry) return
    chunk.splice(position, 0, entry)
    this.#size += 1
    if (chunk.length > 2 * CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK))
  }

  delete(entry: string): void {
    const at = this.#chunkOf(entry)
    const chunk = this.#chunks[at]
    if (!chunk) return
    const position = lowerBound(chunk, entry)
    if (chunk[position] !== entry) return
    chunk.splice(position, 1)
    this.#size -= 1
    if (chunk.length === 0) this.#chunks.splice(at, 1)
  }

  /** The first entry, if any. */
  get first(): string | undefined {
    return this.#chunks[0]?.[0]
  }

  /** How many entries are before `entry`, whether it is there or not. */
  position(entry: string): number {
    const at = this.#chunkOf(entry)
    let before = 0
    for (let chunk = 0; chunk < at; chunk += 1) before += (this.#chunks[chunk] as string[]).length
    return before + lowerBound(this.#chunks[at] ?? [], entry)
  }

  /** Entries from position `from` up to, not including, `to`. */
  slice(from: number, to: number): string[] {
    const found: string[] = []
    let start = 0
    for (const chunk of this.#chunks) {
      if (start >= to) break
      const end = start + chunk.length
      if (end > from)
        for (const entry of chunk.slice(Math.max(0, from - start), to - start)) found.push(entry)
      start = end
    }
    return found
  }

  /** Entries that start with `prefix`, in order. */
  startingWith(prefix: string): string[] {
    const found: string[] = []
    for (let at = this.#chunkOf(prefix); at < this.#chunks.length; at += 1) {
      const chunk = this.#chunks[at] as string[]
      for (let position = lowerBound(chunk, prefix); position < chunk.length; position += 1) {
        const entry = chunk[position] as string
        if (!entry.startsWith(prefix)) return found
        found.push(entry)
      }
    }
    return found
  }

  /**
   * The chunk of `entry`: the first whose last element is not before it, else
   * the last.
   */
  #chunkOf(entry: string): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#chunks[middle]?.at(-1) as string) < entry) low = middle + 1
      else high = middle
    }
    return Math.min(low, Math.max(0, this.#chunks.length - 1))
  }
}
