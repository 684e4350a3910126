// The kinds of reports of a comparison: each is a text made of its result alone.
import type { ReportKind } from '../../workflows/reports/kinds.ts'
import type { DiffResult } from './result.ts'

/** By the name that `--report` takes. */
export const diffReportKinds: Readonly<Record<string, ReportKind<DiffResult>>> = {
  json: {
    says: 'the whole result, as `esimulator schema diff` describes it',
    hasFile: true,
    load: async () => (result) => `${JSON.stringify(result, null, 2)}\n`,
  },
  html: {
    says: 'one page to read: each difference with both answers side by side',
    hasFile: true,
    load: async () => (await import('./report-html.ts')).diffHtml,
  },
  junit: {
    says: 'JUnit XML, which CI servers show: a test for each case',
    hasFile: true,
    load: async () => (await import('./report-junit.ts')).diffJunit,
  },
  sarif: {
    says: 'Static Analysis Results Interchange Format, which code scanning shows',
    hasFile: true,
    load: async () => (await import('./report-sarif.ts')).diffSarif,
  },
}
