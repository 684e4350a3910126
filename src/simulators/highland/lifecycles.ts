// What the API of Highland does to the service of an eSIM.
import { type Machine, serviceMachine } from '../../state/machine.ts'
import { SLUG } from './records.ts'

export const machines: readonly Machine[] = [
  serviceMachine(SLUG, 'active', {
    suspend: 'the eSIM is suspended',
    resume: 'the eSIM is resumed',
  }),
]
