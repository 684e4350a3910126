// How often something was done, held against how often it was asked for and acknowledged.

/** What was done more often than it can have been, or less often than it was acknowledged. */
export function* oftenProblems({ collections }, life) {
  const orders = Object.values(collections['esim-go.orders'] ?? {})
  const bought = orders.filter(({ lines }) => lines.every(({ type }) => type === 'bundle')).length
  if (bought > (life.ordered ?? 0))
    yield `${bought} orders are there, and ${life.ordered} were placed at most`
  const all = [
    ...Object.values(collections.bundles ?? {}),
    ...Object.values(collections['esim-go.taken-off'] ?? {}).map(({ bundle }) => bundle),
  ]
  const used = new Map()
  for (const { iccid, used: bytes } of life.writes.filter((write) => write.used !== undefined))
    used.set(iccid, (used.get(iccid) ?? 0) + bytes)
  for (const [iccid, bytes] of used) {
    const sum = all
      .filter((each) => each.iccid === iccid)
      .reduce((total, { usedBytes }) => total + usedBytes, 0)
    if (sum < bytes) yield `${iccid} has used ${bytes} bytes, and ${sum} are left of it`
  }
}
