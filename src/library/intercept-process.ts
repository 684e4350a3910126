// Preloaded into somebody's process: what it would send to providers goes to a running simulator.
import { controlClient } from '../control/node-client.ts'
import { intercept } from './intercept.ts'

/**
 * `NODE_OPTIONS="--import esimulator/intercept"` with `ESIMULATOR_URL`: the simulator there says which
 * hosts stand for its providers, before the first line of the program runs.
 */
const { ESIMULATOR_URL: url = 'http://127.0.0.1:4010' } = process.env
const { pathname } = new URL(url)
if (pathname !== '/') {
  const how = 'give its URL without a path; a world is chosen by its own credentials'
  throw new Error(`ESIMULATOR_URL ${url} leads below a simulator: ${how}`)
}
const { hosts = {} } = await controlClient({ url }).call('getHealth')
intercept({ hosts: Object.keys(hosts), url })
