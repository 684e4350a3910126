// A strict reader of the text format of Prometheus, 0.0.4: what is not exactly that is an error.

/** A metric as it is written. */
export interface Family {
  readonly type: string
  readonly help: string
  /** Values by name and labels, as written. */
  readonly samples: ReadonlyMap<string, number>
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const LABELS = /^(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,(?!$)|$))*$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
/** What a histogram or a summary has beside its own name. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

/** @throws Error that names the line, for a text that breaks the format */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family & { samples: Map<string, number> }>()
  let helped: { name: string; help: string } | undefined
  let current: { name: string; type: string } | undefined
  for (const line of text.split('\n')) {
    const fail = (why: string) => new Error(`${why}: ${line}`)
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (line === '') continue
    if (what === 'HELP') {
      if (!NAME.test(name) || families.has(name)) throw fail('a bad name, or a second time')
      helped = { name, help: rest }
    } else if (what === 'TYPE') {
      if (helped?.name !== name) throw fail('a type without its help')
      if (!TYPES.has(rest)) throw fail('no type')
      if (rest === 'counter' && !name.endsWith('_total')) throw fail('a counter without _total')
      families.set(name, { type: rest, help: helped.help, samples: new Map() })
      current = { name, type: rest }
    } else {
      const [, of = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
      const endings = ENDINGS[current?.type ?? ''] ?? ['']
      if (!current || !endings.some((ending) => of === current?.name + ending))
        throw fail('no sample of the metric above it')
      if (!LABELS.test(labels)) throw fail('bad labels')
      const names = [...labels.matchAll(LABEL)].map(([, label]) => label)
      if (new Set(names).size < names.length) throw fail('a label twice')
      const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)
      if (Number.isNaN(number) && value !== 'NaN') throw fail('no number')
      if (current.type === 'counter' && number < 0) throw fail('a counter below 0')
      const samples = families.get(current.name)?.samples
      const key = labels === '' ? of : `${of}{${labels}}`
      if (samples?.has(key)) throw fail('a sample twice')
      samples?.set(key, number)
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkBuckets(name, family)
  return families
}

/** Buckets grow, and the last is the count. */
function checkBuckets(name: string, { samples }: Family): void {
  const series = new Map<string, { le: number; value: number }[]>()
  for (const [key, value] of samples) {
    const [, le] = /le="([^"]*)"/.exec(key) ?? []
    if (le === undefined) continue
    const others = [...key.matchAll(LABEL)].filter(([, label]) => label !== 'le').join()
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    series.set(others, [...(series.get(others) ?? []), { le: bound, value }])
  }
  const counts = [...samples].filter(([key]) => key.startsWith(`${name}_count`))
  if (counts.length !== series.size) throw new Error(`${name}: as many counts as series`)
  for (const [at, buckets] of [...series.values()].entries()) {
    const sorted = buckets.every(({ le, value }, i) => {
      const before = buckets[i - 1]
      return !before || (le > before.le && value >= before.value)
    })
    const last = buckets.at(-1)
    if (!sorted || last?.le !== Number.POSITIVE_INFINITY || last.value !== counts[at]?.[1])
      throw new Error(`${name}: its buckets do not add up`)
  }
}
