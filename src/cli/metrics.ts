// `esimulator metrics`: what a simulator counts, as Prometheus reads it.
import type { Run } from './command.ts'
import { connect } from './connection.ts'

export const metrics: Run = async (config) => {
  const { control } = connect(config)
  process.stdout.write(await control.text('getMetrics'))
  return 0
}
