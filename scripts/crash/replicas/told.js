// Whether what happened in a world was told: each callback at least once, and in the order they were queued.

/**
 * What is wrong with the callbacks of a world in which none is under way any more.
 * @param arrived bodies, in the order they came
 */
export function* toldProblems(state, arrived) {
  const queued = Object.values(state.collections.callbacks ?? {}).sort(
    (a, b) => a.serial - b.serial,
  )
  const times = countedBy(queued.map(({ body }) => body))
  const came = countedBy(arrived)
  for (const { id, body, state: is } of queued) {
    if (is === 'pending' || is === 'retrying') yield `callback ${id} is still ${is}`
    else if ((came.get(body) ?? 0) < times.get(body)) yield `callback ${id} (${is}) never arrived`
  }
  yield* orderProblems(queued, arrived, times)
  yield* untoldProblems(state, arrived)
}

/**
 * Those whose content no other has came for the first time in the order they were queued. An attempt
 * without an answer, of a replica that was held up, may never have arrived: the next one comes later.
 */
function* orderProblems(queued, arrived, times) {
  const serials = new Map(queued.map(({ body, serial }) => [body, serial]))
  const unanswered = new Set(queued.filter(hasUnanswered).map(({ body }) => body))
  const first = [...new Set(arrived)].filter(
    (body) => times.get(body) === 1 && !unanswered.has(body),
  )
  let latest = 0
  for (const body of first) {
    const serial = serials.get(body)
    if (serial < latest) yield `callback number ${serial} came first after number ${latest}`
    latest = Math.max(latest, serial)
  }
}

function hasUnanswered({ attempts = [] }) {
  return attempts.some(({ error }) => error !== undefined)
}

/** A transaction of the wholesale API that has ended was told of. */
function* untoldProblems(state, arrived) {
  const told = new Set(arrived.map((body) => JSON.parse(body).partnerTransactionId))
  const transactions = Object.values(state.collections['wholesale.transactions'] ?? {})
  for (const { id, state: is } of transactions.filter(({ state: is }) => is !== 'InProgress'))
    if (!told.has(id)) yield `transaction ${id} is ${is}, and nobody was told`
}

function countedBy(texts) {
  const counts = new Map()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
