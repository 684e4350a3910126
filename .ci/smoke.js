// Runs `npm start` as a user does: waits, orders an eSIM, stops it with SIGTERM, and expects exit code 0.
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

const state = mkdtempSync(join(tmpdir(), 'esimulator-smoke-'))
const port = await freePort()
const base = `http://127.0.0.1:${port}`
const server = spawn('npm', ['start', '--', '--port', String(port), '--state', state], { stdio: ['ignore', 'inherit', 'inherit'] })
const exited = once(server, 'exit')
try {
  const health = await (await answered(`${base}/_sim/health`)).json()
  assert.equal(health.status, 'ok')
  const order = await fetch(`${base}/esim-go/v2.4/orders`, {
    method: 'POST',
    headers: { 'X-API-Key': 'test-esim-go-key', 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'transaction', assign: true, order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }] }),
  })
  assert.equal(order.status, 200)
  assert.equal((await order.json()).order[0].iccids.length, 1)
  server.kill('SIGTERM')
  const [code, signal] = await exited
  assert.deepEqual([code, signal], [0, null], 'SIGTERM ends it with exit code 0')
  assert.ok(readdirSync(state).includes('default.json'), 'the state was saved')
  console.log('smoke: fine')
} finally {
  server.kill('SIGKILL')
  rmSync(state, { recursive: true, force: true })
}
