// Sources that are no API of the simulator: an application that is tested, called where it is.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CannotRunWorkflows, runWorkflows, type WorkflowRunOptions } from '../../src/index.ts'
import { run } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'

/** An application that answers everything alike, and what it was asked. */
async function application(body: object = { name: 'cup' }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(200, {
      'Content-Type': 'application/json',
      Date: 'Fri, 01 Jan 2100 00:00:00 GMT',
    })
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, asked }
}

/** A workflow that looks at a thing of an application, whose document has these servers. */
async function workflow(servers = '[]') {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-own-sources-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(
    join(folder, 'depot.yaml'),
    `openapi: 3.1.0
info: { title: Depot, version: 1.0.0 }
servers: ${servers}
paths:
  /things/{name}:
    get:
      operationId: getThing
      parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
      responses:
        '200':
          description: the thing
          content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } }
`,
  )
  const file = join(folder, 'look.arazzo.yaml')
  await writeFile(
    file,
    `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: depot, type: openapi, url: depot.yaml }
  - { name: sim, type: openapi, url: esimulator:control }
workflows:
  - workflowId: look
    steps:
      - stepId: clock
        operationId: $sourceDescriptions.sim.getClock
      - stepId: thing
        operationId: $sourceDescriptions.depot.getThing
        parameters: [{ name: name, in: path, value: cup }]
        successCriteria: [{ condition: $response.body#/name == 'cup' }]
      - stepId: end
        operationId: $sourceDescriptions.sim.getClock
`,
  )
  return file
}

async function played(file: string, options: WorkflowRunOptions = {}) {
  const { cases } = await runWorkflows(file, options)
  return cases.flatMap(({ steps }) => steps)
}

test('an application is called at the place the run is told', async () => {
  const { url, asked } = await application()
  const steps = await played(await workflow(), { sources: { depot: `${url}/` } })
  expect(steps.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed'])
  expect(asked).toEqual(['GET /things/cup'])
})

test('it is called at a server on this machine that its document has', async () => {
  const { port, asked } = await application()
  const elsewhere = '{ url: https://depot.example }'
  const here = `{ url: 'http://{host}:${port}/', variables: { host: { default: 127.0.0.1 } } }`
  await played(await workflow(`[${elsewhere}, ${here}]`))
  expect(asked).toEqual(['GET /things/cup'])
})

test('it is not called where customers are: its document alone does not lead there', async () => {
  const [, thing] = await played(await workflow('[{ url: https://depot.example }]'))
  expect(thing?.failures[0]?.message).toContain('--source depot=')
})

test('what is said of it goes before what its document has', async () => {
  const [one, other] = [await application(), await application()]
  await played(await workflow(`[{ url: '${one.url}' }]`), { sources: { depot: other.url } })
  expect([one.asked.length, other.asked.length]).toEqual([0, 1])
})

test('its clock is not that of the world', async () => {
  const { url } = await application()
  const steps = await played(await workflow(), { sources: { depot: url } })
  expect(steps.map(({ clock }) => clock)).toEqual(Array(3).fill('2026-01-01T00:00:00.000Z'))
})

test.each([
  [
    { deport: 'http://127.0.0.1:1' },
    'there is no source of your own "deport": did you mean depot?',
  ],
  [{ sim: 'http://127.0.0.1:1' }, 'there is no source of your own "sim"'],
  [{ depot: '127.0.0.1:1' }, 'the source depot: "127.0.0.1:1" is no URL: begin it with http://'],
])('a place that cannot be is refused before anything is sent: %j', async (sources, says) => {
  const running = runWorkflows(await workflow(), { sources })
  await expect(running).rejects.toBeInstanceOf(CannotRunWorkflows)
  await expect(running).rejects.toThrow(says)
})

test('run holds it to its document', async () => {
  const { url } = await application({ name: 'cup', weight: 'heavy' })
  const file = await workflow()
  const wellFormed = await run(['run', file, '--source', `depot=${url}`], { cwd: ROOT })
  expect(wellFormed).toMatchObject({ code: 0 })
  const strange = await application({ name: 3 })
  const { code, stdout } = await run(['run', file, '--source', `depot=${strange.url}`], {
    cwd: ROOT,
  })
  expect(code).toBe(1)
  expect(stdout).toContain('body-schema')
})
