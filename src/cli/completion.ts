// `esimulator completion`: scripts by which a shell completes what is typed.
import type { Run } from './command.ts'

export const completion: Run = async () => 0
