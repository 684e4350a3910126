// Providers of packages of their own on the command line: found everywhere, or refused in one sentence.
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folder, run, startServer } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'

const PACKAGE = 'esimulator-acme-mobile'
const EXAMPLE = join(ROOT, 'examples/acme-mobile')

type Files = Readonly<Record<string, string>>

async function written(within: string, files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(within, name)), { recursive: true })
    await writeFile(join(within, name), text)
  }
}

/** A project in which the example is installed as a package, beside this esimulator. */
async function project(files: Files = {}): Promise<string> {
  const { path: cwd, ...own } = await folder()
  onTestFinished(() => own[Symbol.asyncDispose]())
  const installed = join(cwd, 'node_modules', PACKAGE)
  await cp(EXAMPLE, installed, { recursive: true })
  await written(installed, { 'package.json': '{"type":"module","exports":"./index.js"}' })
  await symlink(ROOT, join(cwd, 'node_modules/esimulator'))
  await written(cwd, files)
  return cwd
}

test('a plug-in is found in all that tells of providers', async () => {
  const cwd = await project({
    'esimulator.config.yaml': `plugin: ${PACKAGE}\nseed-file: seed.yaml\n`,
    'seed.yaml':
      'faults: [{ provider: acme-mobile, operation: listPlans, kind: status, status: 503, times: 1 }]\n',
  })
  await using server = await startServer(['--ephemeral'], { cwd })
  expect(server.providers['acme-mobile']).toMatchObject({
    baseUrls: [`${server.url}/acme-mobile/v1`],
    apiKey: 'test-acme-mobile-key',
    callbackUrl: null,
  })
  const read = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${server.url}${path}`, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const key = { headers: { Authorization: 'Bearer test-acme-mobile-key' } }
  expect(await read('/acme-mobile/v1/plans', key)).toMatchObject({ status: 503 })
  expect(await read('/acme-mobile/v1/plans', key)).toMatchObject({
    status: 200,
    body: [{ id: 'europe-1gb' }],
  })
  expect((await read('/_sim/settings/acme-mobile')).body).toMatchObject({
    settings: { provisioning: { value: 'PT30S' } },
  })
  expect((await read('/_sim/provenance')).body.providers).toContainEqual(
    expect.objectContaining({ provider: 'acme-mobile', counts: { invented: 4 }, operations: 4 }),
  )
  expect((await read('/_sim/faults')).body.faults).toMatchObject([{ provider: 'acme-mobile' }])
  const given = { name: 'ready', given: 'an ordered eSIM' }
  const created = {
    method: 'POST',
    body: JSON.stringify(given),
    headers: { 'Content-Type': 'application/json' },
  }
  expect(await read('/_sim/worlds', created)).toMatchObject({ status: 201 })
  expect((await read('/w/ready/_sim/sims?provider=acme-mobile')).body.sims).toMatchObject([
    { provider: 'acme-mobile' },
  ])
})

test('env, run and provenance know a plug-in, and run finds its suite', async () => {
  const cwd = await project()
  const env = { ESIMULATOR_PLUGIN: PACKAGE }
  expect((await run(['env'], { cwd, env })).stdout).toContain(
    'export ACME_MOBILE_API_KEY=test-acme-mobile-key',
  )
  const ran = await run(['run', '--plugin', PACKAGE, '--provider', 'acme-mobile'], { cwd })
  expect(ran.stdout).toContain('1 passed, 0 failed')
  expect(ran.code).toBe(0)
})

test('a plug-in with its own copy of esimulator works, and is refused in its own words', async () => {
  const cwd = await project()
  const copy = join(cwd, 'node_modules', PACKAGE, 'node_modules/esimulator')
  for (const part of ['dist', 'package.json'])
    await cp(join(ROOT, part), join(copy, part), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  await using server = await startServer(['--ephemeral', '--plugin', PACKAGE], { cwd })
  const response = await fetch(`${server.url}/acme-mobile/v1/esims/8900000000000000000`, {
    headers: { Authorization: 'Bearer test-acme-mobile-key' },
  })
  expect([response.status, await response.json()]).toEqual([
    404,
    { error: 'NOT_FOUND', message: 'there is no eSIM 8900000000000000000' },
  ])
})

/** A module that exports the example with something else about it. */
const changed = (fields: string) =>
  `import acme from '${PACKAGE}'\nexport default { ...acme, ${fields} }\n`

test.each([
  ['./none.js', {}, 'there is no file .*none.js'],
  ['not-installed', {}, 'npm install not-installed, or give a path'],
  ['./folder', { 'folder/readme.md': '' }, 'has no module: name one by "exports"'],
  ['./named.js', { 'named.js': 'export const acme = {}' }, 'write export default defineProvider'],
  ['./broken.js', { 'broken.js': 'throw new Error("no licence")' }, 'imported: no licence'],
  [
    './less.js',
    {
      'less.js':
        "import { defineProvider } from 'esimulator/provider'\nexport default defineProvider({ slug: 'less', title: 'Less' })",
    },
    'imported: defineProvider needs mounts, settings, handlers, .*, too',
  ],
  ['./plain.js', { 'plain.js': 'export default { slug: "plain" }' }, 'defineProvider: call that'],
  [
    './old.js',
    { 'old.js': changed('plugin: { api: 0, suites: [] }') },
    'made for version 0 of esimulator/provider, and this is 1: install',
  ],
  [
    './taken.js',
    { 'taken.js': changed('slug: "highland"') },
    'its slug "highland" is that of Highland: choose another',
  ],
  ['./spelt.js', { 'spelt.js': changed('slug: "Acme Mobile"') }, 'slugs are kebab-case letters'],
  [
    './spec.js',
    { 'spec.js': changed('mounts: [{ spec: "/nowhere/api.yaml", basePath: "" }]') },
    'its spec /nowhere/api.yaml cannot be used: there is no such file',
  ],
  [
    './handlers.js',
    {
      'handlers.js': changed('handlers: { ...acme.handlers, getPlan() {}, listPlans: undefined }'),
    },
    'getPlan is no operation of the spec',
  ],
])('%s is refused in one sentence', async (plugin, files, why) => {
  const cwd = await project(files)
  const { code, stdout, stderr } = await run(['start', '--ephemeral', '--plugin', plugin], { cwd })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(
    new RegExp(`^esimulator: the plug-in ${plugin} cannot be loaded: .*${why}.*\n$`),
  )
})
