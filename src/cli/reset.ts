// `esimulator reset`: a world as at its start, or as a named state of the providers.
import { defined } from '../state/defined.ts'
import type { OwnFlag, Run } from './command.ts'
import { connect, print } from './connection.ts'

export const resetFlags: readonly OwnFlag[] = [
  { usage: '--seed <TEXT>', says: 'begin with another seed' },
  { usage: '--given <STATES>', says: 'begin from named states, several with ; between them' },
]

export const reset: Run = async (config, _args, flags) => {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const to = defined({ seed: text(flags.seed), given: text(flags.given) })
  print(config, await connect(config).reset(to), ({ name, sims, clock }) => {
    const from = to.given === undefined ? '' : `, from ${to.given}`
    return `the world "${name}" has begun anew${from}: ${sims} SIMs, ${clock.now}, ${clock.mode}`
  })
  return 0
}
