// How often each operation of the specs was reached, and how it was answered.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { jsonOf } from './send.js'

const METHODS = ['get', 'put', 'post', 'delete', 'patch']
const mounts = [
  ['esim-go v2.4', '/esim-go/v2.4', ['esim-go.yaml']],
  ['esim-go v2.5', '/esim-go/v2.5', ['esim-go.yaml', 'esim-go-v2.5.yaml']],
  ['highland', '/highland', ['highland.yaml']],
  ['wholesale', '/wholesale', ['wholesale.yaml']],
  ['accounts-orders', '/accounts-orders', ['accounts-orders.yaml']],
  ['control', '', ['control.yaml']],
]

const literal = (text) => text.replaceAll(/[.+*?^$()[\]|\\]/g, '\\$&')

/** The operations of a document or of an overlay's updates. */
function operationsIn(document) {
  const paths =
    document.paths ??
    Object.assign(
      {},
      ...document.actions.map(({ update }) => update?.['$.paths'] ?? {}),
      ...document.actions.filter(({ target }) => target === '$.paths').map(({ update }) => update),
    )
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]?.operationId).map((method) => ({
      id: item[method].operationId,
      method: method.toUpperCase(),
      path,
    })),
  )
}

function matcher(base, { path }) {
  const parts = path.replace(/\/$/, '').split(/\{\w+\}/)
  return new RegExp(`^${literal(base)}${parts.map(literal).join('[^/]+')}/?$`)
}

/** Counts by operation of every spec in a checkout. */
export function openCoverage(folder, ownPort) {
  const rows = mounts.flatMap(([spec, base, files]) =>
    files
      .flatMap((file) => operationsIn(parse(readFileSync(join(folder, 'specs', file), 'utf8'))))
      .map((each) => ({
        spec,
        ...each,
        pattern: matcher(base, each),
        counts: { calls: 0, good: 0, no: 0, 400: 0, 500: 0 },
      })),
  )
  const holes = ({ path }) => path.split('{').length
  const sorted = rows.toSorted((a, b) => holes(a) - holes(b))
  return {
    note({ request, reply }) {
      const { method, url, port } = request
      const path = url.split('?')[0].replace(/^\/w\/[^/]+/, '')
      const asked = port === ownPort && !path.startsWith('/_sim') ? `/esim-go${path}` : path
      const row = sorted.find((each) => each.method === method && each.pattern.test(asked))
      if (!row) return
      row.counts.calls += 1
      if (reply.status >= 500) row.counts[500] += 1
      else if (reply.status >= 400) row.counts[400] += 1
      else if (jsonOf(reply)?.status === 'failure') row.counts.no += 1
      else row.counts.good += 1
    },
    lines: () => [
      `${'operation'.padEnd(46)} calls    2xx failure    4xx    5xx`,
      ...rows.map(({ spec, id, counts }) => {
        const numbers = [counts.good, counts.no, counts[400], counts[500]]
        const shown = numbers.map((each) => String(each).padStart(7)).join('')
        return `${`${spec} ${id}`.padEnd(46)}${String(counts.calls).padStart(6)}${shown}`
      }),
    ],
    /** Operations that were hardly reached. */
    thin: () =>
      rows
        .filter(({ counts }) => counts.calls < 20 || counts.good === 0)
        .map(
          ({ spec, id, counts }) => `${spec} ${id} (${counts.calls}, ${counts.good} of them good)`,
        ),
  }
}
