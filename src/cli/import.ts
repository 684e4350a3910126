// `esimulator import`: a real account, read over its API, becomes a seed file.
import { CannotImport, type Imported, importAccount, leftText } from '../library/import.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import { withProgress } from './progress.ts'
import { withReason } from './with-reason.ts'

export const importFlags: readonly OwnFlag[] = [
  { usage: '--force', says: 'write a seed file anew that is there already' },
]

/** @throws CannotRun */
export const runImport: Run = async (config, _args, flags) => {
  const {
    target = 'sim',
    provider,
    out = 'seed.yaml',
    keepNames,
    input,
    world,
    token,
    json,
  } = config
  const inputs = Object.fromEntries(input.map(({ name, text }) => [name, text]))
  const force = flags.force === true
  let soFar = 'nothing is read yet'
  const importing = importAccount({
    target,
    provider,
    out,
    keepNames,
    force,
    inputs,
    world,
    token,
    onProgress({ read, done, total, isWhole }) {
      soFar = `${read}: ${done}${total === undefined ? '' : ` of ${total}`}`
      if (isWhole && !json) console.log(soFar)
    },
  })
  const work = withProgress(importing, async () => soFar)
  const imported = await withReason(() => work).catch((error: unknown) => {
    throw error instanceof CannotImport ? new CannotRun(error.message) : error
  })
  console.log(json ? JSON.stringify(imported) : summary(imported))
  return 0
}

function summary({ file, taken, left }: Imported): string {
  const counts = Object.entries(taken).map(([name, count]) => `${count} ${name}`)
  return [
    `${file}: ${counts.join(', ')}`,
    'could not be taken over:',
    ...left.map((each) => `  ${leftText(each)}`),
    `begin with it: esimulator start --ephemeral --seed-file ${file}`,
  ].join('\n')
}
