// What is still done when the process ends without closing what it opened: what takes no waiting.

const acts = new Set<() => void>()

function endAll(): void {
  for (const act of acts) act()
}

/**
 * Has something done when the process ends, by `process.exit` or an error nobody catches; a signal
 * nobody handles and kill -9 leave no time for it.
 * @param act neither waits nor throws
 * @returns takes it back
 */
export function whenProcessEnds(act: () => void): () => void {
  // One listener for all: Node warns of more than ten.
  if (acts.size === 0) process.on('exit', endAll)
  acts.add(act)
  return () => {
    acts.delete(act)
    if (acts.size === 0) process.off('exit', endAll)
  }
}
