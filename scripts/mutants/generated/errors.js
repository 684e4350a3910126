// Defects of each row of the tables of refusals: another status, other words.
import { builtText, change, placeOf } from './text.js'

const ROW =
  /^ {4}(?:'([\w-]+)'|(\w+)): \[([^,\]]+)(?:, ('[^']*'|true|reason|\([^\n]*))?(?:, '[^']*')?\],?$/dgm

const ANOTHER = "'Something else'"

/** The table that `head` begins: where its rows stand in the text. */
function rowsOf(file, head) {
  const text = builtText(file)
  const from = text.indexOf(head)
  if (from < 0) throw new Error(`${file} has no ${JSON.stringify(head)}`)
  const rows = text.slice(from, text.indexOf('\n};', from) + 1)
  const found = [...rows.matchAll(ROW)]
  if (found.length !== rows.match(/^ {4}\S+: \[/gm)?.length)
    throw new Error(`${file}: not each row of ${JSON.stringify(head)} is understood`)
  return found.map((match) => ({ match, from, code: match[1] ?? match[2] }))
}

function ofRow(provider, { file, name }, { match, from, code }) {
  const [, , , status, words] = match
  const id = `${provider}-${name}-${code}`
  const another = status === '400' ? '422' : '400'
  const mutants = [
    {
      id: `${id}-status`,
      ...change(file, placeOf(match, 3, from), another),
      what: `the ${name} ${code} has the status ${another}`,
    },
  ]
  // A reason that is worded anew each time is nobody's contract; a text of the table is.
  if (words?.startsWith("'"))
    mutants.push({
      id: `${id}-words`,
      ...change(file, placeOf(match, 4, from), ANOTHER),
      what: `the ${name} ${code} is worded as another`,
    })
  return mutants
}

/** Each row of a provider's `errors.ts`, and of the token endpoint where it has one. */
export function errorMutants(provider, { hasTokens }) {
  const own = { file: `simulators/${provider}/errors`, name: 'refusal' }
  const tokens = { file: 'simulators/client-credentials', name: 'token-refusal' }
  return [
    ...rowsOf(own.file, 'const table = {').flatMap((row) => ofRow(provider, own, row)),
    ...(hasTokens
      ? rowsOf(tokens.file, 'const errors = {').flatMap((row) => ofRow(provider, tokens, row))
      : []),
  ]
}
