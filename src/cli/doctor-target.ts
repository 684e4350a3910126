// `esimulator doctor --target FILE`: what would run against a real endpoint, what would not and why; one read is sent.
import { openContract, suiteFiles } from '../library/contracts.ts'
import { planWorkflows } from '../library/workflows.ts'
import { reasonOf } from '../state/reason.ts'
import { CannotRun } from './cannot-run.ts'
import type { Config } from './config.ts'
import { withReason } from './with-reason.ts'

/** 0 where it can be run against, 1 where not. @throws CannotRun */
export async function doctorTarget(config: Config): Promise<number> {
  const { target = 'sim', provider, allow, maxWait, receiver: url, receiverPort: port } = config
  const receiver = url === undefined ? undefined : { url, port }
  const opening = { target, allow, maxWait, receiver, isSuite: true }
  await using contract = await withReason(() => openContract(opening))
  const { target: opened } = contract
  const slug = provider ?? contract.provider
  if (typeof opened === 'string' || slug === undefined)
    throw new CannotRun(
      'name the provider that the target is, in its file or by --provider; ' +
        'for an API of your own: esimulator run --spec FILE --target FILE --dry-run',
    )

  const cases = await withReason(() => planWorkflows(suiteFiles(slug)))
  const told = cases.map(({ title, workflow }) => ({
    title,
    reason: opened.skips?.(workflow, title),
  }))
  const running = told.filter(({ reason }) => reason === undefined)
  const says = await contract.check(cases).then(() => `${opened.name} answers`, reasonOf)
  const isUsable = says === `${opened.name} answers`
  if (config.json) console.log(JSON.stringify({ ok: isUsable, says, cases: told }))
  else {
    for (const { title, reason } of told)
      console.log(reason === undefined ? `runs     ${title}` : `skipped  ${title}: ${reason}`)
    console.log(`${running.length} of ${told.length} would run; ${says}`)
  }
  return isUsable ? 0 : 1
}
