// The whole of docs/reference/, made from the code: `npm run docs` writes it.
import { readFileSync } from 'node:fs'
import { simulators } from '../../src/simulators/index.ts'
import { controlPage } from './control-api.ts'
import { type EvidenceFile, evidencePage } from './evidence.ts'
import { faultsPage } from './faults.ts'
import { lifecyclesPage } from './lifecycles.ts'
import type { ReferencePage } from './markdown.ts'
import { metricsPage } from './metrics.ts'
import { cliPage, optionsPage } from './options.ts'
import { providerPage } from './provider.ts'
import { languagePage, scenariosPage } from './workflows.ts'

/** @param root the folder of the project, with a slash at its end */
export async function referencePages(root: string): Promise<ReferencePage[]> {
  const evidence = JSON.parse(readFileSync(`${root}specs/evidence.json`, 'utf8')) as EvidenceFile
  const providers = []
  for (const simulator of simulators) providers.push(await providerPage(simulator, evidence))
  return [
    ...providers,
    evidencePage(evidence),
    lifecyclesPage(),
    faultsPage(),
    optionsPage(),
    await cliPage(),
    controlPage(),
    metricsPage(),
    languagePage(),
    scenariosPage(root),
  ]
}
