// The metrics as Prometheus reads them, with those of the process; loaded when they are first asked for.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { SimulatorServer } from '../server/server.ts'
import { cumulative, METRICS, type MetricDef, type TimesSample } from './metric-table.ts'

/** Of this process, whichever servers it has: event loop, memory, CPU. Counted from the first look. */
let shared: Registry | undefined

function processRegistry(): Registry {
  if (shared) return shared
  shared = new Registry()
  collectDefaultMetrics({ register: shared })
  return shared
}

/** Every metric of a server and of its process, in the text format 0.0.4. */
export async function metricsText(server: SimulatorServer): Promise<string> {
  const registry = new Registry()
  for (const { of, metric } of METRICS)
    if (of === 'all' || server.store.leases) put(registry, metric, server)
  // The library writes a mean of nothing as Nan, which only some readers take for a number.
  const ofProcess = (await processRegistry().metrics()).replaceAll(/ Nan$/gm, ' NaN')
  return `${await registry.metrics()}\n${ofProcess}`
}

/** Puts what a metric says now into a registry. */
function put(registry: Registry, metric: MetricDef, server: SimulatorServer): void {
  const { name, help } = metric
  const config = { name, help, labelNames: [...metric.labels], registers: [registry] }
  if (metric.type === 'histogram') {
    const samples = metric.read(server)
    new KeptHistogram(config, samples)
    return
  }
  const samples = metric.read(server)
  if (metric.type === 'counter') {
    const counter = new Counter(config)
    for (const { labels = {}, value } of samples) counter.inc(labels, value)
    return
  }
  const gauge = new Gauge(config)
  for (const { labels = {}, value } of samples) gauge.set(labels, value)
}

/** A histogram whose times were counted elsewhere. */
class KeptHistogram extends Histogram {
  readonly #config
  readonly #samples: readonly TimesSample[]

  constructor(config: ConstructorParameters<typeof Histogram>[0], samples: readonly TimesSample[]) {
    super(config)
    this.#config = config
    this.#samples = samples
  }

  /** What the registry writes. */
  getForPromString() {
    const values = this.#samples.flatMap((sample) => this.#valuesOf(sample))
    return { name: this.#config.name, help: this.#config.help, type: 'histogram', values }
  }

  #valuesOf({ labels = {}, times }: TimesSample) {
    const buckets = cumulative(times).map(({ le, count }) => ({
      metricName: `${this.#config.name}_bucket`,
      labels: { ...labels, le },
      value: count,
    }))
    const total = buckets.at(-1)?.value ?? 0
    return [
      ...buckets,
      { metricName: `${this.#config.name}_sum`, labels, value: times.sum },
      { metricName: `${this.#config.name}_count`, labels, value: total },
    ]
  }
}
