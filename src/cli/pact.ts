// `esimulator pact`: consumer contracts verified against the simulator, the states they may name, contracts exported.
import { reportKinds } from '../workflows/reports/kinds.ts'
import { caseText, summaryText } from '../workflows/reports/text.ts'
import { unknownAction } from './actions.ts'
import { brokenOff } from './broken-off.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'
import { print } from './connection.ts'
import { writeReports } from './reports.ts'
import { table } from './table.ts'
import { withReason } from './with-reason.ts'

const USAGE = 'say what to do: esimulator pact verify FILES... | states | export'

export const pact: Run = async (config, [action, ...files]) => {
  if (action === 'verify') return verify(config, files)
  if (action === 'states') return states(config)
  if (action === 'export') return exportPacts(config)
  throw action === undefined ? new CannotRun(USAGE) : unknownAction('pact', action)
}

/** The provider that a contract is with. @throws CannotRun */
function providerOf({ provider }: Config): string {
  if (provider !== undefined) return provider
  throw new CannotRun('name the provider that the contracts are with, as in --provider esim-go')
}

async function verify(config: Config, files: readonly string[]): Promise<number> {
  const { verifyPacts } = await import('../library/pact.ts')
  const provider = providerOf(config)
  const { target, token, allow, jobs, seed, shuffle, keep, json } = config
  const broker = brokerOf(config)
  const { signal, status, end } = brokenOff()
  const own = { provider, target, token, allow, jobs, seed, shuffle, keep, signal }
  const result = await withReason(() =>
    verifyPacts(files, broker ? { ...own, broker } : own),
  ).finally(end)
  if (json) console.log(JSON.stringify(result))
  else console.log([...result.cases.map(caseText), summaryText(result)].join('\n'))
  const write = (text: string) => process[json ? 'stderr' : 'stdout'].write(text)
  const problems = await writeReports(config.report, result, reportKinds, write)
  for (const problem of problems) console.error(`esimulator: ${problem}`)
  if (problems.length > 0) return 2
  return status() ?? (result.outcome === 'failed' ? 1 : 0)
}

/** The variables are those of Pact itself; they count where a broker is named. */
function brokerOf(config: Config) {
  const { brokerUrl: url, brokerToken, brokerProvider, selector, enablePending } = config
  if (url === undefined) return undefined
  const { PACT_BROKER_TOKEN, PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD } = process.env
  return {
    url,
    provider: brokerProvider,
    token: brokerToken ?? (PACT_BROKER_TOKEN || undefined),
    username: PACT_BROKER_USERNAME || undefined,
    password: PACT_BROKER_PASSWORD,
    selectors: selector,
    isPendingEnabled: enablePending,
    wipSince: config.includeWipPactsSince,
    providerBranch: config.providerBranch,
  }
}

async function states(config: Config): Promise<number> {
  const { pactStates } = await import('../library/pact-states.ts')
  const found = await withReason(async () => pactStates(config.provider))
  const rows = found.flatMap(({ provider, title, says, parameters }) => [
    [provider, title, says],
    ...Object.entries(parameters).map(([name, { kind, says: of, fallback }]) => [
      undefined,
      `  ${name}: ${kind}`,
      fallback === undefined ? of : `${of}; ${JSON.stringify(fallback)} where left out`,
    ]),
  ])
  print(config, { states: found }, () => table(['provider', 'state', 'says'], rows))
  return 0
}

async function exportPacts(config: Config): Promise<number> {
  const { exportPact } = await import('../library/pact-export.ts')
  const { out = 'pacts', consumer, seed, json } = config
  const provider = providerOf(config)
  const told = await withReason(() => exportPact({ provider, folder: out, consumer, seed }))
  if (json) console.log(JSON.stringify(told))
  else
    for (const { file, interactions, messages } of told.files)
      console.log(`${file}: ${interactions} interactions, ${messages} messages`)
  return 0
}
