// `esimulator schema`: each schema says what the code says, over right and wrong files, and shipped files name theirs.
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { defaultConfig, readConfig } from '../../src/cli/config.ts'
import { configSchema } from '../../src/cli/config-schema.ts'
import { openFromConfig, readSeedFile } from '../../src/cli/open.ts'
import { keyOf, type OptionName, options } from '../../src/cli/options.ts'
import { simulators } from '../../src/simulators/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { fileIn } from '../docs/pages.ts'
import { folder, run } from '../support/cli.ts'
import { ROOT } from '../support/source.ts'

const schemaFile = (name: string) =>
  JSON.parse(readFileSync(`${ROOT}specs/${name}.schema.json`, 'utf8'))
const seedFile = schemaFile('seed-file')

const check = (schema: object) => {
  const validate = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    strictTypes: false,
  }).compile(schema)
  return (value: unknown) => validate(value)
}

test('each schema is printed by its name, whatever the config file says', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'esimulator.config.yaml'), 'colour: red')
  const print = async (...args: string[]) => run(['schema', ...args], { cwd: at.path })
  expect(await print()).toMatchObject({
    code: 0,
    stdout: 'workflow\nresult\ndiff\nconfig\nseed-file\ncassette\nspec-diff\n',
  })
  const printed = async (name: string) => JSON.parse((await print(name)).stdout)
  expect(await printed('workflow')).toEqual(schemaFile('workflow'))
  expect(await printed('result')).toEqual(schemaFile('run-result'))
  expect(await printed('diff')).toEqual(schemaFile('diff-result'))
  expect(await printed('seed-file')).toEqual(seedFile)
  expect(await printed('cassette')).toEqual(schemaFile('cassette'))
  expect(await printed('spec-diff')).toEqual(schemaFile('spec-diff'))
  expect(await printed('config')).toEqual(JSON.parse(JSON.stringify(configSchema())))
  expect(await print('seedfile')).toMatchObject({
    code: 2,
    stderr:
      'esimulator: there is no schema "seedfile": did you mean seed-file? ' +
      'There are: workflow, result, diff, config, seed-file, cassette, spec-diff\n',
  })
  expect((await print('toString')).code).toBe(2)
})

test('the schemas of what people write are written for editors, with the line that names each', async () => {
  await using at = await folder()
  const { code, stdout } = await run(['schema', '--write', 'schemas'], { cwd: at.path })
  expect(code).toBe(0)
  const lines = stdout.split('\n').filter((line) => line.includes('yaml-language-server'))
  expect(lines.map((line) => line.trim())).toEqual([
    '# yaml-language-server: $schema=./schemas/config.schema.json',
    '# yaml-language-server: $schema=./schemas/seed-file.schema.json',
    '# yaml-language-server: $schema=./schemas/workflow.schema.json',
  ])
  const written = (name: string) =>
    JSON.parse(readFileSync(join(at.path, `schemas/${name}.schema.json`), 'utf8'))
  expect(written('workflow')).toEqual(schemaFile('workflow'))
  expect(written('seed-file')).toEqual(seedFile)
  expect(written('config')).toHaveProperty('properties.plugin')
  const wrong = await run(['schema', 'result', '--write', 'schemas'], { cwd: at.path })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('no schema of a file')])
})

const CONFIGS: readonly (readonly [says: string, yaml: string, isRight: boolean])[] = [
  ['nothing', '{}', true],
  ['a port', 'port: 4010', true],
  ['ports', 'port: [4010, esim-go=4011]', true],
  ['a port out of range', 'port: 70000', false],
  ['a port in words', 'port: many', false],
  ['a flag', 'ephemeral: true', true],
  ['a flag in words', 'ephemeral: "yes"', true],
  ['a flag that is none', 'ephemeral: maybe', false],
  ['a choice', 'durability: synced', true],
  ['a choice that is none', 'durability: forever', false],
  ['a duration', 'callback-timeout: 5s', true],
  ['a duration in ms', 'callback-timeout: 2500', true],
  ['a duration that is none', 'callback-timeout: soon', false],
  ['a URL', 'callback-url: http://localhost:3000/hooks', true],
  ['a URL that is none', 'callback-url: localhost', false],
  ['jobs', 'jobs: 4', true],
  ['too many jobs', 'jobs: 1000', false],
  ['reports', 'report: ["html:out/run.html", github]', true],
  ['a report that is none', 'report: htlm:x', false],
  ['a report without its file', 'report: junit', false],
  ['inputs', 'input: [plan=A, "n=3"]', true],
  ['an input without a value', 'input: plan', false],
  ['a key', 'key: esim-go=my-key', true],
  ['a key of nobody', 'key: my-key', false],
  ['faults', 'faults: [{ provider: esim-go, kind: reset }]', true],
  ['text where a number is', 'seed: 17', true],
  ['a list where one value is', 'seed: [a, b]', false],
  ['an option there is not', 'colour: red', false],
]

test.each(CONFIGS)(
  'config file with %s: the schema and the code agree',
  async (_says, yaml, isRight) => {
    await using at = await folder()
    await writeFile(join(at.path, 'esimulator.config.yaml'), yaml)
    const read = await readConfig({}, {}, at.path).then(
      () => true,
      () => false,
    )
    expect([read, check(configSchema())(parse(yaml))]).toEqual([isRight, isRight])
  },
)

test('the schema of the config file has every option, and says what each does', () => {
  const { properties } = configSchema() as { properties: Record<string, { description: string }> }
  expect(Object.keys(properties)).toEqual(
    Object.keys(options).map((name) => keyOf(name as OptionName)),
  )
  for (const [name, { description }] of Object.entries(properties))
    expect(description, name).toMatch(/\w+ \w+/)
})

/** What `start --seed-file` says of a file; `undefined`: it takes it. */
async function problemOf(yaml: string): Promise<string | undefined> {
  await using at = await folder()
  const file = join(at.path, 'seed.yaml')
  await writeFile(file, yaml)
  const config = { ...defaultConfig(), seedFile: file }
  try {
    const server = await openFromConfig(config, memoryStore(), await readSeedFile(config))
    await server.close()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const go = (yaml: string) => `esim-go: { ${yaml} }`
const bundle = (yaml: string) =>
  go(`catalogue: [{ name: own, countries: [DE], duration: 7, price: 2, ${yaml} }]`)
const esim = (yaml: string) => go(`esims: [{ ${yaml} }]`)

/** An id as accounts-orders has them. */
const OWN = (prefix: string) => `${prefix}_${'1'.repeat(26)}`

const SEEDS: readonly (readonly [says: string, yaml: string, isRight: boolean])[] = [
  ['nothing', '{}', true],
  ['a provider there is not', 'acme: {}', false],
  ['money', go('balance: 20, testCredit: 0, testCreditLifetime: P30D, savedCard: true'), true],
  ['money below 0', go('balance: -1'), false],
  ['money in quotes', go('balance: "20"'), false],
  ['a lifetime that is none', go('testCredit: 1, testCreditLifetime: soon'), false],
  ['a short lifetime', go('testCreditLifetime: 90m'), true],
  ['a card in words', go('savedCard: "yes"'), false],
  ['a bundle', bundle('dataAmount: 1000'), true],
  [
    'a bundle with all it may have',
    bundle(
      'dataAmount: 1000, description: D, groups: [Own], speed: null, area: { name: Alps, region: Europe }, imageUrl: "http://x/y.png"',
    ),
    true,
  ],
  ['an unlimited bundle', bundle('unlimited: true'), true],
  ['a bundle without its data', bundle('unlimited: false'), false],
  ['a bundle of half a megabyte', bundle('dataAmount: 0.5'), false],
  ['a bundle with another field', bundle('dataAmount: 1000, colour: red'), false],
  ['an area without its region', bundle('dataAmount: 1000, area: { name: Alps }'), false],
  [
    'a bundle for nowhere',
    go('catalogue: [{ name: own, countries: [], duration: 7, price: 2, dataAmount: 1 }]'),
    false,
  ],
  [
    'a bundle for ever',
    go('catalogue: [{ name: own, countries: [DE], duration: 9999, price: 2, dataAmount: 1 }]'),
    false,
  ],
  ['a catalogue of its own', go('catalogue: { replace: true, bundles: [] }'), true],
  ['a catalogue that replaces by nothing', go('catalogue: { replace: true }'), false],
  ['a catalogue that is back', go('catalogue: { replace: false }'), true],
  ['an inventory', go('inventory: [{ bundle: esim_1GB_7D_GB_V2, quantity: 3 }]'), true],
  ['an inventory of none', go('inventory: [{ bundle: esim_1GB_7D_GB_V2, quantity: 0 }]'), false],
  ['an inventory of nobody knows what', go('inventory: [{ quantity: 1 }]'), false],
  [
    'an eSIM',
    esim(
      'iccid: "8944000000000000001", msisdn: "4915550100", customerRef: a, installed: true, bundles: [esim_1GB_7D_GB_V2]',
    ),
    true,
  ],
  ['an eSIM with its code', esim('activationCode: "LPA:1$rsp.example$ABC-1"'), true],
  ['an eSIM with the parts of a code', esim('matchingId: ABC, smdpAddress: rsp.example'), true],
  ['an eSIM with both', esim('activationCode: "1$rsp.example$ABC", matchingId: ABC'), false],
  ['an ICCID without quotes', esim('iccid: 123456789012345'), false],
  ['a number that begins with 0', esim('msisdn: "0155501001"'), false],
  ['keys', go('credentials: [my-key]'), true],
  ['no keys', go('credentials: []'), false],
  ['a key with a blank', go('credentials: [my key]'), false],
  [
    'products',
    'highland: { products: ["1a9a1d8ddc9311f09e024c50dd6c0d86,9001,901,AT+CH,Alps-2GB/14days"] }',
    true,
  ],
  [
    'a product without its days',
    'highland: { products: ["1a9a1d8ddc9311f09e024c50dd6c0d86,9001,901,AT,Alps-2GB"] }',
    false,
  ],
  [
    'eSIMs of a line',
    'highland: { esims: ["61007763,8948010000042217613,260010191724652,14254458443,1$sm-dp.com$CODE12346"] }',
    true,
  ],
  [
    'a line without its code',
    'highland: { esims: ["61007763,8948010000042217613,260010191724652,14254458443"] }',
    false,
  ],
  [
    'cards, eSIMs and reservations',
    "wholesale: { cards: ['89014104270000000001'], esims: ['8901410427000000028', '8901410427000000036,1$sm-dp.example$CODE$$1'], reservations: [GRID100=12025550123] }",
    true,
  ],
  ['a card with letters', "wholesale: { cards: ['8901410427000000000X'] }", false],
  ['a reservation without its number', 'wholesale: { reservations: [GRID100] }', false],
  ['clients', "wholesale: { credentials: ['me:secret', { client: you, secret: s2 }] }", true],
  ['a client without its secret', 'wholesale: { credentials: [me] }', false],
  ['a client alone', 'accounts-orders: { credentials: [{ client: me }] }', false],
  ['clients where there is no stock', "accounts-orders: { credentials: ['me:secret'] }", true],
  ['stock that a provider has not', 'accounts-orders: { esims: [] }', false],
  [
    'a lot that is left of another',
    go(
      'inventory: [{ bundle: esim_1GB_7D_GB_V2, quantity: 3, total: 5, usageId: 77, expiresAt: "2030-01-31T10:00:00Z" }]',
    ),
    true,
  ],
  [
    'a lot that expires on no day',
    go('inventory: [{ bundle: esim_1GB_7D_GB_V2, quantity: 3, expiresAt: soon }]'),
    false,
  ],
  ['a bundle that was sold', bundle('dataAmount: 1000, onSale: false, autostart: false'), true],
  [
    'an eSIM as it is',
    esim(
      'iccid: "8944000000000000001", profile: enabled, service: suspended, pin: "1234", puk: "12345678", physical: true, brandingId: b, assignedAt: "2025-01-31T10:00:00Z", firstInstalledAt: "2025-02-01T10:00:00Z", lastAction: Bundle Applied, actionAt: "2025-02-01T10:00:00+01:00"',
    ),
    true,
  ],
  ['an eSIM in a state there is not', esim('profile: broken'), false],
  ['a PIN of letters', esim('pin: abcd'), false],
  [
    'a bundle on an eSIM as it is',
    esim(
      'bundles: [{ name: esim_1GB_7D_GB_V2, state: active, id: "215009266", reference: r, initialBytes: 1000, remainingBytes: 10, assignedAt: "2025-01-31T10:00:00Z", startedAt: "2025-01-31T10:00:00Z", endsAt: "2035-02-07T10:00:00Z" }]',
    ),
    true,
  ],
  ['a bundle on an eSIM without its state', esim('bundles: [{ name: esim_1GB_7D_GB_V2 }]'), false],
  [
    'companies, and eSIMs that they have',
    `highland: { companies: [{ id: ${'a'.repeat(32)}, name: Own, registration: R, country: DE, email: a@b.example, createdAt: "2025-01-31T10:00:00Z" }], acquired: [{ simId: "9", company: ${'a'.repeat(32)}, iccid: "8948010000042217613", msisdn: "14254458443", suspended: true, products: [{ id: "852", state: active, usedBytes: 1, startedAt: "2025-01-31T10:00:00Z", endsAt: "2035-01-31T10:00:00Z" }] }] }`,
    true,
  ],
  ['an eSIM of nobody', 'highland: { acquired: [{ simId: "9" }] }', false],
  [
    'a product that nobody knows the days of',
    `highland: { companies: [{ id: ${'a'.repeat(32)}, name: Own }], acquired: [{ simId: "9", company: ${'a'.repeat(32)}, products: [{ id: "1", name: Own }] }] }`,
    false,
  ],
  [
    'an organisation',
    `accounts-orders: { replace: true, accounts: [{ id: ${OWN('acc')}, reference_code: '1', name: Own, country: GB }], templates: [{ id: ${OWN('otpl')}, description: D, country: GB, services: [data], offerings: [{ id: ${OWN('prodoff')}, type: plan, name: P, bytes: 1000, countries: GB+FR, flat: true, records: true, days: 30 }] }], subscribers: [{ id: ${OWN('sbr')}, first_name: A, last_name: B, email: a@b.example, employee_id: E1, group: G }], subscriptions: [{ id: ${OWN('sub')}, account: ${OWN('acc')}, subscriber: ${OWN('sbr')}, iccid: '8944538000000000001', msisdn: '447700900999', country: GB, services: [data], status: active, suspended: true, createdAt: '2025-01-31T10:00:00Z' }], products: [{ id: ${OWN('prod')}, subscription: ${OWN('sub')}, offering: { id: ${OWN('prodoff')}, type: plan, name: P }, status: active, activatedAt: '2025-01-31T10:00:00Z' }] }`,
    true,
  ],
  ['an account with a short id', 'accounts-orders: { accounts: [{ id: acc_1 }] }', false],
  ['faults', 'faults: [{ provider: esim-go, kind: status, status: 503, times: 1 }]', true],
  ['a fault of nobody', 'faults: [{ kind: reset }]', false],
]

test.each(SEEDS)(
  'seed file with %s: the schema and the code agree',
  async (_says, yaml, isRight) => {
    const problem = await problemOf(yaml)
    expect([problem === undefined, check(seedFile)(parse(yaml))], problem).toEqual([
      isRight,
      isRight,
    ])
  },
)

test('the seed file of the documentation is one', async () => {
  const yaml = fileIn('docs/configuration.md', 'stock.yaml')
  expect([check(seedFile)(parse(yaml)), await problemOf(yaml)]).toEqual([true, undefined])
})

test('the schema of seed files has the providers there are', () => {
  const slugs = simulators.map(({ slug }) => slug)
  expect(Object.keys(seedFile.properties).toSorted()).toEqual([...slugs, 'faults'].toSorted())
  expect(seedFile.properties.faults.items.properties.provider.enum.toSorted()).toEqual(
    slugs.toSorted(),
  )
  const withoutStock = simulators.filter(({ applySeedFile }) => !applySeedFile)
  for (const { slug } of withoutStock)
    expect(Object.keys(seedFile.properties[slug].properties)).toEqual(['credentials'])
})

/** What the code says it knows, where it is given a name it does not: at each place that takes names. */
const PLACES: readonly (readonly [yaml: string, fields: (schema: typeof seedFile) => object])[] = [
  [go('colour: red'), ({ properties }) => properties['esim-go'].properties],
  [
    go('catalogue: { colour: red }'),
    ({ properties }) => properties['esim-go'].properties.catalogue.oneOf[1].properties,
  ],
  [go('catalogue: [{ colour: red }]'), ({ $defs }) => $defs.bundle.properties],
  [
    bundle('dataAmount: 1, area: { colour: red }'),
    ({ $defs }) => $defs.bundle.properties.area.properties,
  ],
  [esim('colour: red'), ({ $defs }) => $defs.esim.properties],
  [
    go('inventory: [{ colour: red }]'),
    ({ properties }) => properties['esim-go'].properties.inventory.items.properties,
  ],
  ['highland: { colour: red }', ({ properties }) => properties.highland.properties],
  ['wholesale: { colour: red }', ({ properties }) => properties.wholesale.properties],
  [esim('bundles: [{ colour: red }]'), ({ $defs }) => $defs.assignment.properties],
  [
    'highland: { companies: [{ colour: red }] }',
    ({ properties }) => properties.highland.properties.companies.items.properties,
  ],
  [
    'highland: { acquired: [{ colour: red }] }',
    ({ properties }) => properties.highland.properties.acquired.items.properties,
  ],
  [
    'accounts-orders: { colour: red }',
    ({ properties }) => properties['accounts-orders'].properties,
  ],
  ...['accounts', 'templates', 'subscribers', 'subscriptions', 'products'].map(
    (name) =>
      [
        `accounts-orders: { ${name}: [{ colour: red }] }`,
        ({ properties }: typeof seedFile) =>
          properties['accounts-orders'].properties[name].items.properties,
      ] as const,
  ),
  [
    `accounts-orders: { templates: [{ id: ${OWN('otpl')}, description: D, offerings: [{ colour: red }] }] }`,
    ({ $defs }) => $defs.offering.properties,
  ],
]

test.each(PLACES)('the schema knows what the code says it knows: %s', async (yaml, fields) => {
  const [, known = ''] = /it knows: (.*)$/.exec((await problemOf(yaml)) ?? '') ?? []
  const named = Object.keys(fields(seedFile)).filter((name) => name !== 'credentials')
  expect(named.toSorted()).toEqual(known.split(', ').toSorted())
})

const scenarios = readdirSync(`${ROOT}scenarios`).filter((name) => /\.(ya?ml|json)$/.test(name))

test.each(scenarios)('%s begins with the schema that editors are to hold it to', (name) => {
  const [first] = readFileSync(`${ROOT}scenarios/${name}`, 'utf8').split('\n', 1)
  expect(first).toMatch(/^# yaml-language-server: \$schema=\S+\/workflow\.schema\.json$/)
})
