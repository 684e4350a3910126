// Which files the runner of workflows is made of.
import { readdirSync, readFileSync } from 'node:fs'

/** What a file loads when it is loaded itself: imports of types alone are not there by then. */
const LOADED = /^(?:import|export) (?!type\b)[^'"]*?from '([^']+)'/gm

/** What the runner of suites is made of, below `src/`: a mutant there could hide itself. */
export function runnerFiles(): Set<string> {
  const found = new Set<string>()
  const names = readdirSync('src/workflows', { recursive: true, encoding: 'utf8' })
  for (const name of names.filter((each) => each.endsWith('.ts'))) {
    const text = readFileSync(`src/workflows/${name}`, 'utf8')
    for (const [, from = ''] of text.matchAll(LOADED)) {
      const path = new URL(from, `file:///workflows/${name}`).pathname
      if (from.startsWith('.')) found.add(path.slice(1).replace(/\.ts$/, ''))
    }
  }
  return found
}
