// The config: flags over variables over the file over defaults, and one sentence for what will not do.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CannotRun } from '../../src/cli/cannot-run.ts'
import { readConfig } from '../../src/cli/config.ts'
import { durabilityOf, readSeedFile } from '../../src/cli/open.ts'
import { startFlags } from '../../src/cli/start.ts'
import { folder } from '../support/cli.ts'

const NOWHERE = '/nowhere/at/all'

test('without anything said the defaults count', async () => {
  expect(await readConfig({}, {}, NOWHERE)).toMatchObject({
    port: [],
    host: '127.0.0.1',
    callbackAllow: [],
    callbackTimeout: 2000,
    state: '.esimulator',
    ephemeral: false,
    durability: undefined,
    store: undefined,
    idle: 60_000,
    clock: 'running',
    json: false,
  })
})

test('a flag counts before a variable, a variable before the file', async () => {
  await using dir = await folder()
  await writeFile(
    join(dir.path, 'esimulator.config.yaml'),
    'seed: file\nhost: ::1\nstate: kept\ncallback-allow: [a.example, 10.0.0.0/8]\nport: [4100, esim-go=4101]\n',
  )
  const env = {
    ESIMULATOR_SEED: 'variable',
    ESIMULATOR_HOST: 'localhost',
    ESIMULATOR_ALLOWED_HOSTS: 'one, two',
  }
  expect(await readConfig(startFlags(['--seed', 'flag']), env, dir.path)).toMatchObject({
    seed: 'flag',
    host: 'localhost',
    state: 'kept',
    callbackAllow: ['a.example', '10.0.0.0/8'],
    allowedHosts: ['one', 'two'],
    port: [{ port: 4100 }, { port: 4101, slug: 'esim-go' }],
  })
})

test('lists of host names and origins are separated by commas, or given one by one', async () => {
  await using dir = await folder()
  const file = join(dir.path, 'esimulator.config.yaml')
  const wanted = {
    allowedHosts: ['a.test', '[::2]', '10.1.2.3'],
    cors: ['http://a:1', 'https://b'],
  }
  const flags = ['--allowed-hosts', 'a.test, [::2]', '--allowed-hosts', '10.1.2.3']
  const args = [...flags, '--cors=http://a:1,https://b']
  expect(await readConfig(startFlags(args), {}, NOWHERE)).toMatchObject(wanted)
  const env = {
    ESIMULATOR_ALLOWED_HOSTS: 'a.test,[::2],10.1.2.3',
    ESIMULATOR_CORS: 'http://a:1, https://b',
  }
  expect(await readConfig({}, env, NOWHERE)).toMatchObject(wanted)
  await writeFile(
    file,
    "allowed-hosts: a.test, [::2], 10.1.2.3\ncors: ['http://a:1', 'https://b']\n",
  )
  expect(await readConfig({}, {}, dir.path)).toMatchObject(wanted)
  await writeFile(file, "cors: '*'\n")
  expect(await readConfig({}, {}, dir.path)).toMatchObject({ cors: ['*'] })
})

test('a config file is named by a flag or a variable', async () => {
  await using dir = await folder()
  const file = join(dir.path, 'other.yaml')
  await writeFile(file, 'ephemeral: true\ncallback-timeout: 5s\n')
  expect(await readConfig({ config: file }, {}, NOWHERE)).toMatchObject({
    ephemeral: true,
    callbackTimeout: 5000,
  })
  expect(await readConfig({}, { ESIMULATOR_CONFIG: file }, NOWHERE)).toMatchObject({
    ephemeral: true,
  })
  await expect(readConfig({ config: join(dir.path, 'none.yaml') }, {}, NOWHERE)).rejects.toThrow(
    /there is no such file/,
  )
})

test('empty variables and those Kubernetes sets for a service say nothing', async () => {
  const env = {
    ESIMULATOR_PORT: 'tcp://10.0.0.1:4010',
    ESIMULATOR_TOKEN: '',
    ESIMULATOR_SERVICE_HOST: '10.0.0.1',
  }
  expect(await readConfig({}, env, NOWHERE)).toMatchObject({ port: [], token: undefined })
})

test.each([
  [['--port', 'http'], /^--port: "http" is not a port/],
  [['--port', '70000'], /^--port: "70000" is not a port/],
  [['--durability', 'forever'], /^--durability: "forever" is not one of buffered, written, synced/],
  [['--callback-url', 'localhost:3000'], /^--callback-url: "localhost:3000" is not a URL/],
  [['--callback-timeout', 'soon'], /^--callback-timeout: "soon" is not a duration/],
  [['--callback-timeout', '0'], /^--callback-timeout: "0" is not a duration/],
  [['--token', 'two words'], /^--token: must be of visible ASCII characters/],
  [['--allowed-hosts', 'a,http://b'], /^--allowed-hosts: "http:\/\/b" is no host name: give a/],
  [['--cors', 'localhost:3000'], /^--cors: "localhost:3000" is no origin: give scheme, host and/],
  [['--cors', 'http://a, null'], /^--cors: "null" is the origin of files/],
  [['--clock', 'backwards'], /^--clock: "backwards" is not one of running, frozen/],
])('%j is refused', async (args, sentence) => {
  await expect(readConfig(startFlags(args), {}, NOWHERE)).rejects.toThrow(sentence)
})

test.each([
  [['--nonsense'], /there is no option --nonsense: esimulator start --help/],
  [['4010'], /one argument too many: start takes flags alone/],
  [['--ephemeral=yes'], /--ephemeral/],
  [['--port'], /--port/],
])('%j is no flag', (args, sentence) => {
  expect(() => startFlags(args)).toThrow(CannotRun)
  expect(() => startFlags(args)).toThrow(sentence)
})

test.each([
  ['ports: 4010', /there is no option "ports": did you mean port\? There are: port, host/],
  ['callbackUrl: http://127.0.0.1', /there is no option "callbackUrl"/],
  ['ephemeral: maybe', /ephemeral: "maybe" is neither true nor false/],
  ['host: [a, b]', /host: must be a single value/],
  ['port: { main: 1 }', /port: must be a value or a list of values/],
  ['port: [', /is not YAML/],
  ['4010', /must hold keys and values/],
])('the file %j is refused, by its name', async (content, sentence) => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yaml'), content)
  const reading = readConfig({}, {}, dir.path)
  await expect(reading).rejects.toThrow(sentence)
  await expect(reading).rejects.toThrow(/esimulator\.config\.yaml/)
})

test.each([
  ['token: 0123456789', { token: '0123456789' }],
  ['token: 1e3', { token: '1e3' }],
  ['token: 0x1F', { token: '0x1F' }],
  ['token: true', { token: 'true' }],
  ['token: 12345678901234567890', { token: '12345678901234567890' }],
  ['{ "token": 1.50, "seed": 007 }', { token: '1.50', seed: '007' }],
  ['seed: &a 0o17\nworld: *a', { seed: '0o17', world: '0o17' }],
  ['world: 1.0', { world: '1.0' }],
  ['state: 2026', { state: '2026' }],
  ['host: 127.1', { host: '127.1' }],
  ['allowed-hosts: [0x7f, 10.0]', { allowedHosts: ['0x7f', '10.0'] }],
  ['port: 4010\nephemeral: True\ncallback-timeout: 50', { ephemeral: true, callbackTimeout: 50 }],
])('in a file %j is taken as it is written', async (content, expected) => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yaml'), content)
  expect(await readConfig({}, {}, dir.path)).toMatchObject(expected)
})

test.each([
  ['port: 0x10', /"0x10" is not a port/],
  ['port: 4e3', /"4e3" is not a port/],
  ['token: ~', /must be a single value/],
  ['token:', /must be a single value/],
  ['a: 1\na: 2', /is not YAML/],
])('in a file %j is refused', async (content, sentence) => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'esimulator.config.yaml'), content)
  await expect(readConfig({}, {}, dir.path)).rejects.toThrow(sentence)
})

test('an ICCID of a seed file that lost its quotes is asked for them', async () => {
  await using dir = await folder()
  const seedFile = join(dir.path, 'stock.yaml')
  await writeFile(
    seedFile,
    'esim-go:\n  balance: 12.5\n  esims:\n    - iccid: 8943108170000000013\n',
  )
  const config = await readConfig({ seedFile }, {}, NOWHERE)
  await expect(readSeedFile(config)).rejects.toThrow(
    /stock\.yaml line 4: 19 digits are too long for a number: put them in quotes/,
  )
  await writeFile(seedFile, 'esim-go:\n  balance: 12.5\n')
  expect(await readSeedFile(config)).toEqual({ 'esim-go': { balance: 12.5 } })
})

test('a bad variable is named', async () => {
  await expect(readConfig({}, { ESIMULATOR_DURABILITY: 'x' }, NOWHERE)).rejects.toThrow(
    /^ESIMULATOR_DURABILITY: "x"/,
  )
})

const DATABASE = 'postgres://esim:pass-word@db/esim'

test('a database and how it is shared are read from flags, variables and the file alike', async () => {
  await using dir = await folder()
  const wanted = { store: DATABASE, replicaUrl: 'http://10.0.3.7:4010', idle: 30_000 }
  const flags = ['--store', DATABASE, '--replica-url', 'http://10.0.3.7:4010/', '--idle', '30s']
  expect(await readConfig(startFlags(flags), {}, NOWHERE)).toMatchObject(wanted)
  const env = {
    ESIMULATOR_STORE: DATABASE,
    ESIMULATOR_REPLICA_URL: 'http://10.0.3.7:4010',
    ESIMULATOR_IDLE: 'PT30S',
  }
  expect(await readConfig({}, env, NOWHERE)).toMatchObject(wanted)
  const file = `store: ${DATABASE}\nreplica-url: http://10.0.3.7:4010\nidle: 30000\n`
  await writeFile(join(dir.path, 'esimulator.config.yaml'), file)
  expect(await readConfig({}, {}, dir.path)).toMatchObject(wanted)
})

test('replies wait for a database, and not for a folder, unless told', async () => {
  const durability = async (...flags: string[]) =>
    durabilityOf(await readConfig(startFlags(flags), {}, NOWHERE))
  expect(await durability()).toBe('buffered')
  expect(await durability('--store', DATABASE)).toBe('written')
  expect(await durability('--store', DATABASE, '--durability', 'buffered')).toBe('buffered')
})

test.each([
  ['a folder', './kept', /^--store: must be the URL of a PostgreSQL database, .*--state$/],
  ['another database', 'mysql://u:pass-word@h/d', /^--store: must be the URL of a PostgreSQL/],
  ['no URL', 'postgres://u:pass-word@[h/d', /^--store: the URL of the database cannot be read/],
  ['a bad schema', `${DATABASE}?schema=My-Own`, /^--store: "My-Own" cannot be the schema/],
])('%s is no database, and its password is not repeated', async (_what, written, sentence) => {
  const error = await readConfig(startFlags(['--store', written]), {}, NOWHERE).catch(String)
  expect(String(error).replace('Error: ', '')).toMatch(sentence)
  expect(error).not.toContain('pass-word')
})

test.each([
  [['--state', 'kept'], '--store and --state'],
  [['--ephemeral'], '--store and --ephemeral'],
])('a database beside %j is refused', async (flags, both) => {
  await expect(
    readConfig(startFlags(['--store', DATABASE, ...flags]), {}, NOWHERE),
  ).rejects.toThrow(`${both} both say where the state is kept: leave one of them out`)
})

test('where the state is kept is decided where it counts most', async () => {
  await using dir = await folder()
  const kept = async (flags: string[], env: NodeJS.ProcessEnv) => {
    const { store, state, ephemeral } = await readConfig(startFlags(flags), env, dir.path)
    return { store, state, ephemeral }
  }
  const database = { store: DATABASE, state: '.esimulator', ephemeral: false }
  const ofFolder = { store: undefined, state: 'kept', ephemeral: false }
  // As the image says it, for those who name nothing else.
  const image = { ESIMULATOR_STATE: '/data' }
  expect(await kept([], { ...image, ESIMULATOR_STORE: DATABASE })).toEqual(database)
  expect(await kept(['--store', DATABASE], image)).toEqual(database)
  expect(await kept(['--state', 'kept'], { ESIMULATOR_STORE: DATABASE })).toEqual(ofFolder)
  expect(await kept(['--ephemeral'], { ESIMULATOR_STORE: DATABASE })).toMatchObject({
    store: undefined,
    ephemeral: true,
  })
  const file = join(dir.path, 'esimulator.config.yaml')
  await writeFile(file, `store: ${DATABASE}\nephemeral: false\n`)
  expect(await kept([], {})).toEqual(database)
  await writeFile(file, `store: ${DATABASE}\nstate: kept\n`)
  await expect(kept([], {})).rejects.toThrow(/yaml: store and .*yaml: state both say where/)
})
