// The simulator under fuzz, started and stopped, and where its callbacks go.
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** Wall ms a closing simulator has. */
const PATIENCE = 15_000

/** Starts it from the built package. @returns its URL, and ways to ask for its heap and to stop it */
export async function startServer(seed) {
  const file = join(import.meta.dirname, 'served.js')
  const child = fork(file, [seed], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 2, 'pipe', 'ipc'],
  })
  const said = []
  child.stderr.on('data', (chunk) => said.push(String(chunk)))
  let ended
  child.on('exit', (code, signal) => {
    ended = `the simulator ended with ${code ?? signal}: ${said.join('').slice(-2000)}`
  })
  const answer = () =>
    new Promise((done, fail) => {
      child.once('message', done)
      child.once('exit', () => fail(new Error(ended)))
    })
  const { url } = await answer()
  return {
    url,
    port: Number(new URL(url).port),
    /** Why it ended, where it did. */
    ended: () => ended,
    /** What it wrote to standard error so far. */
    said: () => said.join(''),
    /** Bytes of its heap after a collection. */
    async heap() {
      child.send('heap')
      return (await answer()).heap
    },
    async stop() {
      if (ended) return
      const gone = new Promise((done) => child.once('exit', done))
      child.send('stop')
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
      await gone
      clearTimeout(timer)
    },
  }
}

/** Takes callbacks, and refuses every third. */
export async function startReceiver() {
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    request.resume()
    response.writeHead(count % 3 === 0 ? 500 : 204).end()
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}
