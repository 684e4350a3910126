// What must hold of every reply, and of a world at any time.

/**
 * What is wrong with a reply, or `undefined`.
 * @param reply as `openSender` gives it
 */
export function replyProblem(operation, request, reply) {
  if (reply.status === 0) return `no reply: ${reply.error}`
  if (reply.error) return `the reply broke off: ${reply.error}`
  if (reply.status === 500) return 'answered 500'
  const type = reply.headers['content-type']?.[0]
  if (request.method === 'HEAD') return undefined
  const text = reply.body.toString('utf8')
  return operation.breach(reply.status, type, text) ?? headerProblem(reply)
}

/** Headers that a status obliges to (RFC 9110). */
function headerProblem({ status, headers }) {
  if (status === 405 && !headers.allow) return '405 without Allow'
  if ((status === 503 || status === 429) && !headers['retry-after'])
    return `${status} without Retry-After`
  if (!headers.date) return 'no Date'
  return undefined
}

const isAmount = (value) => Number.isSafeInteger(value) && value >= 0

/** Rules over the records of a collection, by its name: what is wrong with a record, or `undefined`. */
const RULES = {
  'esim-go.accounts': ({ balance, testCredit }) =>
    isAmount(balance) && isAmount(testCredit)
      ? undefined
      : 'money is no whole number of cents from 0',
  bundles: ({ used, total, unlimited, state }) => {
    if (used !== undefined && !isAmount(used)) return `used is ${used}`
    if (total !== undefined && !unlimited && used > total) return `used ${used} of ${total}`
    return state === undefined ? 'no state' : undefined
  },
  'esim-go.lots': ({ remaining, quantity }) =>
    isAmount(remaining) && (quantity === undefined || remaining <= quantity)
      ? undefined
      : `${remaining} of ${quantity} left`,
  tasks: ({ due, kind }) =>
    Number.isFinite(due) && kind ? undefined : 'a task without time or kind',
  callbacks: ({ attempts, body }) => {
    if (attempts.length > 100) return `${attempts.length} attempts`
    try {
      JSON.parse(body)
      return undefined
    } catch {
      return 'its body is no JSON'
    }
  },
}

/** What is wrong with a world: one sentence a rule that is broken. @param state as GET /_sim/state has it */
export function worldProblems({ collections }) {
  const problems = []
  for (const [name, rule] of Object.entries(RULES))
    for (const [key, record] of Object.entries(collections[name] ?? {})) {
      const problem = rule(record)
      if (problem) problems.push(`${name} ${key}: ${problem}`)
    }
  for (const [key, bundle] of Object.entries(collections.bundles ?? {}))
    if (!collections.sims?.[`${bundle.provider}/${bundle.iccid}`])
      problems.push(`bundles ${key}: its SIM ${bundle.iccid} is not there`)
  return problems
}
