// Defects of each comparison of times: what holds until an instant holds at it, too, or the other way.
import { builtText, change, filesBelow } from './text.js'

/** What is shared, and compares times that a provider's clients come to see. */
const SHARED = ['state/bundles', 'state/installation-code']
const WITH_TOKENS = ['simulators/client-credentials']

const A_TIME = String.raw`(?:[\w.]+\.)?(?:now|at|due|back|ready|readyAt|startsAt|endsAt|deliveredAt|expiresAt|testCreditExpiresAt|LAST_INSTANT|from|to)`
const COMPARISON = new RegExp(
  String.raw`(?<![\w.])(?:${A_TIME} (?<first><=?|>=?) [\w.]+|[\w.]+(?:\([^()]*\))? (?<second><=?|>=?) ${A_TIME})(?![\w.])`,
  'dg',
)
const SWAPPED = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }

/** Comparisons of a position or a length, and loops. */
const NO_TIME =
  /^\s*for \(|there > at|\b(?:at|from|to) >=? 0|\b(?:at|from) < 0|\.length|chunk|TIMELINE/

function ofFile(provider, file) {
  const text = builtText(file)
  const name = file.split('/').slice(-2).join('-')
  let count = 0
  return [...text.matchAll(COMPARISON)].flatMap((match) => {
    const lineStart = text.lastIndexOf('\n', match.index) + 1
    const line = text.slice(lineStart, text.indexOf('\n', match.index))
    if (NO_TIME.test(line) || /^\s*(\/\/|\*)/.test(line)) return []
    count += 1
    const { first, second } = match.groups
    const operator = first ?? second
    const [start, end] = match.indices.groups[first === undefined ? 'second' : 'first']
    return {
      id: `${provider}-time-${name}-${count}`,
      ...change(file, { start, end }, SWAPPED[operator]),
      what: `${SWAPPED[operator]} stands for ${operator} in: ${line.trim()}`,
    }
  })
}

/** Each comparison of times in a provider's folder, and in what it shares with others. */
export function timeMutants(provider, { hasTokens }) {
  const files = [
    ...SHARED,
    ...(hasTokens ? WITH_TOKENS : []),
    ...filesBelow(`simulators/${provider}`),
  ]
  return files.flatMap((file) => ofFile(provider, file))
}
