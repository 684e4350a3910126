// All mutants, and where each stands in the source and in what is built of it.
import { mutants as accountsOrders } from './accounts-orders.js'
import { mutants as esimGo } from './esim-go.js'
import { mutants as highland } from './highland.js'
import { mutants as wholesale } from './wholesale.js'

const byProvider = {
  highland,
  wholesale,
  'accounts-orders': accountsOrders,
  'esim-go': esimGo,
}

/**
 * Each `{ id, provider, file, find, replace, what }`: `find` stands exactly once in `file`, in the
 * source and in what is built of it; the suite of `provider` has to notice what `replace` does.
 */
export const mutants = Object.entries(byProvider).flatMap(([provider, list]) =>
  list.map((each) => ({ ...each, provider })),
)

/** Of the repository's root. */
export const sourceOf = ({ file }) => `src/${file}.ts`
export const builtOf = ({ file }) => `build/${file}.js`

/**
 * The text with the defect in it.
 * @throws Error where what is to be replaced does not stand there exactly once
 */
export function mutated({ id, find, replace }, text, name) {
  const found = text.split(find).length - 1
  if (found === 1) return text.replace(find, () => replace)
  throw new Error(`${id}: ${JSON.stringify(find)} stands ${found} times in ${name}, not once`)
}
