// What chance would seldom bring: each of the lists of odd things once, in a fixed order.
import { ask } from './asking.js'
import { brokenBodies, types } from './damage.js'
import { edgesOfProviders } from './edges-of-providers.js'
import { recall } from './memory.js'
import { shutTargets } from './moves/control.js'
import { hosts, nowhere, origins } from './moves/odd.js'
import { settings, wrongSettings } from './moves/settings.js'
import { wrongDocuments, wrongWorlds } from './moves/wrong.js'
import { receiverPaths } from './receiver.js'
import { jsonOf } from './send.js'
import { many } from './stories/esim-go.js'

const plain = (method, path, rest = {}) => ({ method, path: `/_sim${path}`, share: 0, ...rest })
const ofEsimGo = (method, path, rest = {}) => ({
  ...{ method, path, slug: 'esim-go', mount: '/v2.5', share: 0 },
  ...rest,
})

function* raw(town, request) {
  yield { port: town.ports.main, headers: {}, after: [], damaged: 'edge', ...request }
  town.played += 1
}

/** Foreign hosts and origins, paths there are not, methods that are not known. */
function* doors(town) {
  const { token } = town
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  for (const url of nowhere) yield* raw(town, { method: 'GET', url, headers })
  for (const Host of hosts)
    for (const url of ['/_sim/clock', '/_sim/health', '/esim-go/v2.4/orders/1', '/'])
      yield* raw(town, { method: 'GET', url, headers: { ...headers, Host } })
  for (const Origin of origins)
    yield* raw(town, { method: 'GET', url: '/_sim/clock', headers: { ...headers, Origin } })
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE', 'TRACE'])
    for (const url of ['/_sim/clock', '/_sim/worlds', '/_sim/health', '/highland/b2b/company', '/'])
      yield* raw(town, { method, url, headers })
  for (const Authorization of ['Bearer wrong', 'Basic x', 'Bearer', ''])
    for (const url of ['/_sim/clock', '/_sim/health'])
      yield* raw(town, { method: 'GET', url, headers: { Authorization } })
}

/** Bodies that cannot be read, where a control call, a provider and a form expect one. */
function* bodies(town, memory) {
  const large = Buffer.from(`{"a":"${'x'.repeat(1_100_000)}"}`)
  const calls = [
    plain('POST', '/clock/advance'),
    plain('POST', '/reset'),
    ofEsimGo('POST', '/orders'),
    { method: 'PUT', path: '/b2b/company', slug: 'highland', share: 0 },
    { method: 'POST', path: '/oauth/token', slug: 'wholesale', open: true, share: 0 },
  ]
  for (const call of calls) {
    for (const body of [...brokenBodies, large]) {
      const headers = { 'Content-Type': 'application/json' }
      yield* ask(town, memory, { ...call, headers, body })
    }
    for (const type of types) {
      const headers = type === undefined ? {} : { 'Content-Type': type }
      yield* ask(town, memory, { ...call, headers, body: '{"by":"PT0S"}' })
    }
    const zipped = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    yield* ask(town, memory, { ...call, headers: zipped, body: '{"by":"PT0S"}' })
  }
}

/** Settings one by one, those that will not do, worlds and documents that will not do. */
function* refusals(town, memory) {
  for (const [slug, table] of Object.entries(settings))
    for (const [name, [values]] of Object.entries(table))
      for (const value of [...values, null])
        yield* ask(town, memory, plain('PATCH', `/settings/${slug}`, { json: { [name]: value } }))
  for (const [slug, json] of wrongSettings)
    yield* ask(town, memory, plain('PATCH', `/settings/${slug}`, { json }))
  for (const json of wrongWorlds)
    yield* ask(town, memory, plain('POST', '/worlds', { json, elsewhere: true }))
  for (const at of ['2026-01-01T00:00:00Z', '1960-01-01T00:00:00Z', 'noon'])
    yield* ask(town, memory, plain('POST', '/clock/freeze', { json: { at } }))
  const document = jsonOf(yield* ask(town, memory, plain('GET', '/state')), 1e8)
  const headers = { 'Content-Type': 'application/json' }
  for (const wrong of wrongDocuments) {
    const body = JSON.stringify(wrong(structuredClone(document)))
    yield* ask(town, memory, plain('PUT', '/state', { headers, body }))
  }
}

/** A callback to each path of the receiver, and to where none arrives; with its retries. */
function* callbacks(town, memory) {
  const { receiver } = town.ports
  const iccid = recall(memory, 'esim-go iccid', town.dice, '8943108170000000013')
  const query = { provider: 'esim-go' }
  const device = (what) => ask(town, memory, plain('POST', `/sims/${iccid}/${what}`, { query }))
  yield* device('install')
  const urls = receiverPaths.map(([, path]) => `http://127.0.0.1:${receiver}${path}`)
  for (const url of [...urls, `http://localhost:${receiver}/ok`, ...shutTargets]) {
    const json = { url, version: town.dice.pick([2, 3]) }
    yield* ask(town, memory, plain('PUT', '/callbacks/target/esim-go', { json }))
    for (const what of ['disable', 'delete', 'install']) yield* device(what)
    yield* ask(town, memory, plain('POST', '/clock/advance', { json: { by: 'PT6M' } }))
    yield* ask(town, memory, plain('GET', '/callbacks', { query: { limit: '3' } }))
  }
}

/** One ICCID at two providers, so that a SIM has to be told apart. */
function* twins(town, memory) {
  const order = [{ type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 1 }]
  const json = { type: 'transaction', assign: true, order }
  const bought = jsonOf(yield* ask(town, memory, ofEsimGo('POST', '/orders', { json })))
  const iccid = bought?.order?.[0]?.iccids?.[0] ?? '8943108170000000013'
  const highland = (method, path, json) =>
    ask(town, memory, { method, path, slug: 'highland', json, share: 0 })
  const line = `61009999,${iccid},260010191724652,14254458443,1$sm-dp.example$TWIN`
  yield* highland('PUT', '/highland/esim', { esim_list: [line, 'nonsense'] })
  yield* highland('PUT', '/highland/esim', { esim_list: [line] })
  yield* highland('PUT', '/highland/esim', { esim_list: line })
  const company_id = '1a9a1d8ddc9311f09e024c50dd6c0d86'
  yield* highland('POST', '/b2b/sim/acquire/simid', { company_id, sim_id: '61009999' })
  yield* ask(town, memory, plain('GET', `/sims/${iccid}`))
  for (const provider of ['highland', 'esim-go', 'wholesale', 'nobody'])
    yield* ask(town, memory, plain('GET', `/sims/${iccid}`, { query: { provider } }))
  yield* ask(town, memory, plain('POST', `/sims/${iccid}/use`, { json: { bytes: 1 } }))
}

/** All of it, in the world `default` begun anew. */
export function* edges(town) {
  const memory = town.worlds.get('default')
  yield* ask(town, memory, plain('POST', '/reset'))
  yield* doors(town)
  yield* bodies(town, memory)
  yield* edgesOfProviders(town)
  yield* twins(town, memory)
  yield* callbacks(town, memory)
  yield* many(town, memory)
  yield* refusals(town, memory)
}
