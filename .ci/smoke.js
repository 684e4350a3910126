// Runs `npm start` as a user does: orders an eSIM, stops it, starts it again, finds the eSIM, and expects exit code 0.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A port nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** Asks until there is an answer, for a minute at most. */
async function answered(url) {
  for (let tries = 0; tries < 600; tries += 1) {
    const response = await fetch(url).catch(() => undefined)
    if (response) return response
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no answer from ${url}`)
}

/** Resolves when `check` is true, asked for a minute at most. */
async function until(check, what) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (check()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`waited a minute for ${what}`)
}

const state = mkdtempSync(join(tmpdir(), 'esimulator-smoke-'))
const port = await freePort()
const base = `http://127.0.0.1:${port}`
const flags = ['--port', String(port), '--state', state]
const headers = { 'X-API-Key': 'test-esim-go-key', 'Content-Type': 'application/json' }
const children = []

function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  children.push(child)
  return { child, exited: once(child, 'exit') }
}

try {
  const first = run('npm', ['start', '--', ...flags])
  const health = await (await answered(`${base}/_sim/health`)).json()
  assert.equal(health.status, 'ok')
  const order = await fetch(`${base}/esim-go/v2.4/orders`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
    }),
  })
  assert.equal(order.status, 200)
  const [iccid] = (await order.json()).order[0].iccids
  first.child.kill('SIGTERM')
  await first.exited
  // npm may be gone before what it started.
  await until(
    () => readdirSync(state).join() === 'default.json',
    'the state to be saved and the folder let go',
  )

  const second = run('node', ['dist/cli/main.js', 'start', ...flags])
  const kept = await (await answered(`${base}/_sim/health`)).json()
  assert.equal(kept.status, 'ok')
  const esim = await fetch(`${base}/esim-go/v2.4/esims/${iccid}`, { headers })
  assert.equal(esim.status, 200, 'the eSIM is there after a restart')
  second.child.kill('SIGTERM')
  assert.deepEqual(await second.exited, [0, null], 'SIGTERM ends it with exit code 0')
  console.log('smoke: fine')
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(state, { recursive: true, force: true })
}
