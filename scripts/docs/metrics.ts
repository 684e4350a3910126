// The metrics of GET /_sim/metrics, from the table they are read by.
import { METRICS, type MetricDef } from '../../src/control/metric-table.ts'
import { BUCKETS } from '../../src/server/counts.ts'
import { page, type ReferencePage, table } from './markdown.ts'

const row = ({ name, type, labels, help }: MetricDef) => [
  `\`${name}\``,
  type,
  labels.map((label) => `\`${label}\``).join(', '),
  help,
]

function rowsOf(of: 'all' | 'replicas'): string[][] {
  return METRICS.filter((each) => each.of === of).map(({ metric }) => row(metric))
}

const HEAD = ['name', 'type', 'labels', 'meaning']

/** Those of the process that a dashboard mostly shows; the library has more. */
const OF_PROCESS = [
  [
    '`nodejs_eventloop_lag_p99_seconds`',
    'gauge',
    '',
    'Delay of the event loop since the last look',
  ],
  ['`nodejs_heap_size_used_bytes`', 'gauge', '', 'Heap in use'],
  ['`process_resident_memory_bytes`', 'gauge', '', 'Memory of the process'],
  ['`process_cpu_seconds_total`', 'counter', '', 'CPU time, user and system'],
  ['`nodejs_gc_duration_seconds`', 'histogram', '`kind`', 'Garbage collections'],
]

export function metricsPage(): ReferencePage {
  return page('metrics.md', [
    '# Metrics',
    '`GET /_sim/metrics` answers in the text format of Prometheus (0.0.4), `esimulator metrics` prints the same. It needs no token: ' +
      'no metric names a world or anything in one. Each simulator tells its own; counters begin at 0 at each start, and a sample appears ' +
      'once there is something to count.',
    table(HEAD, rowsOf('all')),
    `Buckets of times, in seconds: ${BUCKETS.join(', ')}.`,
    '## Where several simulators share a database',
    table(HEAD, rowsOf('replicas')),
    '## The process',
    'Those of [prom-client](https://github.com/siimon/prom-client) for Node.js, counted from the first time they are asked for. Among them:',
    table(HEAD, OF_PROCESS),
  ])
}
