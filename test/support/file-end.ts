// What is to be closed at the end of a test file, for modules that several files of one worker share.
const closers: (() => Promise<void>)[] = []

/** Closes something once the tests of the file that runs are over. */
export function atFileEnd(close: () => Promise<void>): void {
  closers.push(close)
}

/** Closes all of it, the latest first. */
export async function endFile(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close()
}
