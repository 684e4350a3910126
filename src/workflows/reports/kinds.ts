// The kinds of reports there are: each is a text made of the result of a run alone.
import type { RunResult } from '../result.ts'

/** @template T what it is made of */
export interface ReportKind<T = RunResult> {
  readonly says: string
  /** False for what is printed. */
  readonly hasFile: boolean
  /** Loaded when one is asked for. */
  readonly load: () => Promise<(result: T) => string>
}

/** By the name that `--report` takes. */
export const reportKinds: Readonly<Record<string, ReportKind>> = {
  json: {
    says: 'the whole result, as `esimulator schema result` describes it',
    hasFile: true,
    load: async () => (result) => `${JSON.stringify(result, null, 2)}\n`,
  },
  html: {
    says: 'one page to read: every step with its exchange, callbacks and the clock',
    hasFile: true,
    load: async () => (await import('./html.ts')).htmlReport,
  },
  junit: {
    says: 'JUnit XML, which CI servers show',
    hasFile: true,
    load: async () => (await import('./junit.ts')).junit,
  },
  ctrf: {
    says: 'Common Test Report Format (ctrf.io)',
    hasFile: true,
    load: async () => (await import('./ctrf.ts')).ctrf,
  },
  har: {
    says: 'every exchange as an HTTP archive (HAR 1.2)',
    hasFile: true,
    load: async () => (await import('./har.ts')).har,
  },
  sarif: {
    says: 'Static Analysis Results Interchange Format, which code scanning shows',
    hasFile: true,
    load: async () => (await import('./sarif.ts')).sarif,
  },
  github: {
    says: 'annotations of GitHub Actions, printed',
    hasFile: false,
    load: async () => (await import('./github.ts')).annotations,
  },
}
