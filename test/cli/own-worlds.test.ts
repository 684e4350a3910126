// Settings and named states that a start gives new worlds: by flag, variable and config file; and a world that is kept.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { worldClient } from '../../src/control/node-client.ts'
import { folder, startServer } from '../support/cli.ts'

const rateLimit = async (url: string, world?: string) =>
  (await worldClient({ url, world }).settings('esim-go')).rateLimit?.value
const profiles = async (url: string, world?: string) =>
  (await worldClient({ url, world }).sims('esim-go')).map(({ profile }) => profile)

test('settings and states are those of default and of every new world, and a reset keeps them', async () => {
  await using dir = await folder()
  const flags = ['--set', 'esim-go.rateLimit=10', '--set', 'esim-go.strict=true']
  const given = ['--given', 'an assigned bundle']
  await using server = await startServer(['--ephemeral', ...flags, ...given], { cwd: dir.path })
  const client = worldClient({ url: server.url })
  await client.control.call('createWorld', { body: { name: 'other' } })
  for (const world of [undefined, 'other']) {
    expect(await rateLimit(server.url, world)).toBe(10)
    expect(await profiles(server.url, world)).toEqual(['enabled'])
  }
  await client.set('esim-go', { rateLimit: 3 })
  await client.reset()
  expect(await rateLimit(server.url)).toBe(10)
  expect(await profiles(server.url)).toEqual(['enabled'])
  await client.reset({ given: 'default' })
  expect(await profiles(server.url)).toEqual([])
})

test.each([
  ['a variable', '', { ESIMULATOR_SET: 'esim-go.rateLimit=10,esim-go.retrySchedule=1s,2s' }],
  [
    'the config file',
    'settings:\n  esim-go:\n    rateLimit: 10\n    retrySchedule: [1s, 2s]\n',
    {},
  ],
])('%s says the same, with a list', async (_what, file, env) => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yaml'), file)
  await using server = await startServer(['--ephemeral'], { cwd: dir.path, env })
  expect(await worldClient({ url: server.url }).settings('esim-go')).toMatchObject({
    rateLimit: { value: 10 },
    retrySchedule: { value: ['1s', '2s'] },
  })
})

test('a world that is kept is given new settings, and no new states; both are said', async () => {
  await using dir = await folder()
  const first = await startServer([], { cwd: dir.path })
  expect(await first.stop()).toBe(0)
  const flags = ['--set', 'esim-go.rateLimit=10', '--given', 'an assigned bundle']
  await using again = await startServer(flags, { cwd: dir.path })
  expect(await rateLimit(again.url)).toBe(10)
  expect(await profiles(again.url)).toEqual([])
  await worldClient({ url: again.url }).reset()
  expect(await profiles(again.url)).toEqual(['enabled'])
  await again.stop()
  expect(await again.errors).toMatch(
    /--given is laid into new worlds, and into this one by `esimulator reset`/,
  )
  expect(await again.errors).toMatch(/--set has changed its settings/)
})

test('a config file of another name is not read, and that is said', async () => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yml'), 'clock: frozen\n')
  await using server = await startServer(['--ephemeral'], { cwd: dir.path })
  await server.stop()
  expect(await server.errors).toMatch(
    /esimulator\.config\.yml is not read: name it esimulator\.config\.yaml/,
  )
})

test('the config file has what a seed file holds, and mistakes in it are told by their place', async () => {
  await using dir = await folder()
  const file = join(dir.path, 'esimulator.config.yaml')
  await writeFile(file, 'seed-file:\n  esim-go:\n    balance: 7.5\n')
  await using server = await startServer(['--ephemeral'], { cwd: dir.path })
  const { stock } = await worldClient({ url: server.url }).stock('esim-go')
  expect(stock).toMatchObject({ balance: 7.5 })
  await writeFile(file, 'seed-file:\n  esimgo:\n    balance: 7.5\n')
  await expect(startServer(['--ephemeral'], { cwd: dir.path })).rejects.toThrow(
    /seed-file of the config file: there is no provider .*: did you mean esim-go\?/,
  )
})
