// Instants as HTTP writes them.

let dateAt = Number.NaN
let dateText = ''

/**
 * An HTTP date; the last one made is kept, since most replies fall in the same
 * second.
 */
export function httpDate(at: number): string {
  const second = Math.floor(at / 1000)
  if (second !== dateAt) {
    dateAt = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
