// Has Stoplight's Prism judge the exchanges of the contract suites: between the runner and the simulator stands a proxy that shows them to `prism proxy`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as ask, createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { simulators } from '../build/simulators/index.js'
import { startSimulator } from '../dist/index.js'

const prism = fileURLToPath(new URL('node_modules/.bin/prism', import.meta.url))
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const specOf = (name) =>
  fileURLToPath(new URL(`../dist/specs/${name.replace('.yaml', '.json')}`, import.meta.url))

/** What Prism says and is no violation, with the reason. */
const KNOWN = [
  {
    reason:
      'null and an empty text count as left out where a provider takes them so, which a schema cannot say',
    said: [
      /^POST \/wholesale\/activate 200: request\.body\.billCycle(Frequency|StartDay) .* must be /,
      /^POST \/accounts-orders\/enterprise\/orders 201: request\.body\.(subscriber\.employee_id|template_id) .* must be string$/,
    ],
  },
  {
    reason: 'a case lets it stand for a receiver: a fault answers each notification 202',
    said: [/^POST \/wholesale\/oauth\/token 202: /],
  },
]

/** How many exchanges of one kind are shown to Prism, which takes 10 ms each: ESIMULATOR_CASES=all shows every one. */
const OF_A_KIND = process.env.ESIMULATOR_CASES === 'all' ? Number.POSITIVE_INFINITY : 2

/**
 * What exchanges of one kind have in common: method, path but for ids, names of query, status, and which
 * fields the bodies have at their top.
 */
function kindOf({ method, body }, path, reply) {
  const [place, query = ''] = path.split('?')
  const named = place
    .split('/')
    .map((part) => (/^v[\d.]+$/.test(part) ? part : part.replace(/.*\d.*/, '…')))
  const asked = [...new URLSearchParams(query).keys()].toSorted()
  return [
    method,
    ...named,
    ...asked,
    reply.status,
    ...fieldsOf(body),
    '',
    ...fieldsOf(reply.body),
  ].join(' ')
}

function fieldsOf(body) {
  try {
    return Object.keys(JSON.parse(body)).toSorted().slice(0, 30)
  } catch {
    return [body.length > 0]
  }
}

/** Tells the server that answers for the simulator which exchange Prism asks about. */
const ID = 'x-esimulator-exchange'

async function listening(handler) {
  const server = createServer()
  // An `Expect` that node does not know is for the simulator to refuse.
  for (const name of ['request', 'checkExpectation'])
    server.on(name, (request, response) =>
      handler(request, response).catch(() => response.destroy()),
    )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() }
}

/** Prism takes no port for "any that is free". */
async function freePort() {
  const { url, stop } = await listening(async () => {})
  stop()
  return new URL(url).port
}

/** `prism proxy` of a spec, once it listens. */
async function startPrism(spec, upstream) {
  const port = await freePort()
  const args = ['proxy', specOf(spec), upstream, '--host', '127.0.0.1', '--port', port]
  const child = spawn(prism, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  const ready = new Promise((done) => {
    child.stdout.on('data', (text) => {
      // What it tells of each exchange is in its replies, too.
      if (told.length < 100_000) told += text
      if (told.includes('Prism is listening')) done(true)
    })
  })
  const ended = once(child, 'exit').then(() => false)
  if (!(await Promise.race([ready, ended]))) throw new Error(`prism does not start:\n${told}`)
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

/** Sends a request, and gives the answer with its bytes as they came. */
async function answerOf(url, { method, headers, body }) {
  const sent = ask(url, { method, headers })
  sent.end(body)
  const [reply] = await once(sent, 'response')
  return { status: reply.statusCode, headers: reply.headers, body: await buffer(reply) }
}

function answer(response, { status, headers, body }) {
  response.writeHead(status, headers).end(body)
}

/**
 * Shows exchanges to Prism as a proxy: it is asked what the simulator was asked, and gets the answer
 * that the simulator gave. So it decides nothing of a run, though it writes JSON anew and damages
 * images and ZIPs on their way.
 */
async function openJudge(mounts) {
  const shown = new Map()
  const upstream = await listening(async (request, response) => {
    await buffer(request)
    const id = request.headers[ID]
    answer(response, shown.get(id))
    shown.delete(id)
  })
  const prisms = await Promise.all(
    mounts.map(async (mount) => ({ ...mount, ...(await startPrism(mount.spec, upstream.url)) })),
  )
  let count = 0
  return {
    count: () => count,
    mountOf: (path) => prisms.find(({ base }) => path.startsWith(`${base}/`)),
    /** What it says against an exchange. */
    async violations({ url, base }, path, request, reply) {
      const id = String(++count)
      shown.set(id, reply)
      // Prism would refuse an expectation itself, and pass a body on in other pieces than it says.
      const { expect: _, 'transfer-encoding': chunked, ...sent } = request.headers
      if (chunked !== undefined) sent['content-length'] = String(request.body.length)
      const { status, headers } = await answerOf(url + path.slice(base.length), {
        ...request,
        headers: { ...sent, [ID]: id },
      })
      if (status !== reply.status)
        return [`${request.method} ${path}: Prism answers ${status} instead of ${reply.status}`]
      return saidOf(headers['sl-violations'], request, path, reply)
    },
    stop() {
      upstream.stop()
      for (const { stop } of prisms) stop()
    },
  }
}

/** A line for each violation. That a request is wrong counts only where it was not refused. */
function saidOf(header, { method }, path, { status }) {
  if (header === undefined) return []
  // It is cut where it is too long for a header.
  const said = header.startsWith('[') ? JSON.parse(header) : [{ location: [], message: header }]
  return said
    .filter(({ location: [side] }) => side !== 'request' || status < 300)
    .map(({ location, message }) => `${method} ${path} ${status}: ${location.join('.')} ${message}`)
}

/** Stands between the runner and the simulator, and has a judge look at each exchange. */
async function openTap(sim, judge) {
  const said = []
  const under = new Set()
  const noticed = new Map()
  const kinds = new Map()
  const look = async (request, url, reply) => {
    const path = url.replace(/^\/w\/[^/]+/, '')
    const mount = judge.mountOf(path)
    if (!mount) return
    const kind = kindOf(request, path, reply)
    const before = kinds.get(kind) ?? 0
    if (before >= OF_A_KIND) return
    kinds.set(kind, before + 1)
    said.push(...(await judge.violations(mount, path, request, reply)))
    // Once for each document: that it would say something.
    if (noticed.has(mount.base) || reply.status !== 200) return
    noticed.set(mount.base, false)
    const wrong = { ...reply, status: 299 }
    const found = await judge.violations(mount, path, request, wrong)
    noticed.set(mount.base, found.length > 0)
  }
  const { url, stop } = await listening(async (incoming, response) => {
    const { method, headers } = incoming
    const request = { method, headers, body: await buffer(incoming) }
    const reply = await answerOf(sim.url + incoming.url, request)
    answer(response, reply)
    const looking = look(request, incoming.url, reply).finally(() => under.delete(looking))
    under.add(looking)
  })
  return {
    url,
    stop,
    /** All that was said, once everything has been looked at. */
    async said() {
      await Promise.all(under)
      for (const [base, isNoticed] of noticed)
        if (!isNoticed) said.push(`${base}: a status that is not documented was not noticed`)
      return said
    },
  }
}

async function run(slug, target) {
  const child = spawn(process.execPath, [cli, 'run', '--provider', slug, '--target', target])
  const [output] = await Promise.all([buffer(child.stdout), once(child, 'exit')])
  const text = String(output)
  return { passed: child.exitCode === 0, text }
}

/** Whether the suite of a provider passes with Prism looking on, which says nothing. */
async function holds({ slug, mounts }, sim) {
  const listed = mounts.filter(({ isUnlisted }) => !isUnlisted)
  const judge = await openJudge(
    listed.map(({ spec, basePath }) => ({ spec, base: `/${slug}${basePath}` })),
  )
  const tap = await openTap(sim, judge)
  try {
    const { passed, text } = await run(slug, tap.url)
    const said = await tap.said()
    const isKnown = (line) => KNOWN.some(({ said: lines }) => lines.some((each) => each.test(line)))
    const left = [...new Set(said.filter((line) => !isKnown(line)))]
    const isGood = passed && left.length === 0 && judge.count() > 0
    console.log(
      `${isGood ? '✓' : '✗'} ${slug}: ${judge.count()} exchanges, ${left.length} violations`,
    )
    for (const line of left) console.log(`  ${line}`)
    if (!passed) console.log(text.replaceAll(/^✓.*\n/gm, ''))
    return isGood
  } finally {
    tap.stop()
    judge.stop()
  }
}

const sim = await startSimulator()
try {
  const asked = process.argv.slice(2)
  for (const simulator of simulators)
    if (asked.length === 0 || asked.includes(simulator.slug))
      if (!(await holds(simulator, sim))) process.exitCode = 1
} finally {
  await sim.close()
}
