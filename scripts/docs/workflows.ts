// The language of workflows from its JSON Schema, the checks of a run, and the scenarios that come with it.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { CALLBACK_CHECKS } from '../../src/contracts/callback-checks.ts'
import { EXCHANGE_CHECKS } from '../../src/contracts/exchange-checks.ts'
import { PROBES } from '../../src/contracts/probes.ts'
import { simulators } from '../../src/simulators/index.ts'
import { readSchema } from '../../src/workflows/schema-files.ts'
import { code, page, type ReferencePage, table } from './markdown.ts'

interface Schema {
  readonly description?: string
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

/** Objects of a document, by what they are called in the standard. */
const OBJECTS: readonly (readonly [definition: string, title: string])[] = [
  ['workflow', 'A workflow'],
  ['step', 'A step'],
  ['parameter', 'A parameter'],
  ['criterion', 'A criterion'],
  ['action', 'An action'],
  ['selector', 'A selector (1.1)'],
]

export function languagePage(): ReferencePage {
  const schema = readSchema('workflow') as unknown as Schema & {
    readonly $defs: Readonly<Record<string, Schema>>
  }
  const objects = OBJECTS.flatMap(([name, title]) => [
    `### ${title}`,
    keysTable(schema.$defs[name] ?? {}),
  ])
  const extensions = ['workflow', 'step'].flatMap((name) => {
    const own = schema.$defs[name]?.properties?.['x-esimulator'] ?? {}
    return [`### \`x-esimulator\` of a ${name}`, keysTable(own)]
  })
  return page('workflow-language.md', [
    '# Workflow language',
    'Files are [Arazzo](https://spec.openapis.org/arazzo/latest.html) documents, 1.0 or 1.1, without XPath and AsyncAPI. ' +
      '`esimulator schema workflow` prints the JSON Schema. [How to write one](../workflows.md).',
    '## Sources',
    sourcesTable(),
    '## The document',
    keysTable(schema),
    ...objects,
    '## What esimulator adds',
    ...extensions,
    '## Checks',
    'What a run holds every exchange to, and what each check proves where it finds nothing: ' +
      '[contract suites](../contract-suites.md#checks).',
    table(
      ['check', 'what it proves where it finds nothing'],
      [
        ...EXCHANGE_CHECKS.map(checkRow),
        ['*of callbacks:*', ''],
        ...CALLBACK_CHECKS.map(checkRow),
        ['*with requests of its own:*', ''],
        ...PROBES.map(checkRow),
      ],
    ),
  ])
}

const checkRow = ({ name, proves }: { readonly name: string; readonly proves: string }) => [
  code(name),
  proves,
]

function sourcesTable(): string {
  const own = simulators.flatMap(({ slug, title, mounts }) =>
    mounts.map(({ basePath }) => [
      code(`esimulator:${slug}${basePath}`),
      `${title}${basePath && `, ${basePath.slice(1)}`}`,
    ]),
  )
  return table(
    ['url', 'what it is'],
    [
      [
        '`esimulator:control`',
        'the [control API](control-api.md): clock, handset, faults, callbacks',
      ],
      ['`esimulator:esim-go` and so on', 'a provider in its first version'],
      ...own,
      ['a file or a URL', 'an OpenAPI document of your own, or another Arazzo document'],
    ],
  )
}

function keysTable({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, { description, enum: words }]) => [
    code(name),
    required.includes(name) ? 'yes' : '',
    [words?.map((word) => code(String(word))).join(', '), description].filter(Boolean).join('. '),
  ])
  return table(['key', 'required', 'what it is'], rows)
}

/** @param root the folder of the project, with a slash at its end */
export function scenariosPage(root: string): ReferencePage {
  const suffix = '.arazzo.yaml'
  const names = readdirSync(`${root}scenarios`)
    .filter((name) => name.endsWith(suffix))
    .toSorted()
  const rows = names.map((name) => {
    const { info } = parse(readFileSync(`${root}scenarios/${name}`, 'utf8')) as {
      readonly info: { readonly title: string }
    }
    const [provider, shows] = info.title.split(/: (.*)/)
    return [`[${name.slice(0, -suffix.length)}](../../scenarios/${name})`, provider, shows]
  })
  return page('scenarios.md', [
    '# Scenarios',
    'They come with esimulator, in the folder `scenarios`: `npx esimulator run scenarios/esim-go-order-retried.arazzo.yaml`. ' +
      'The first one to read, line by line, is esim-go-order-retried. [How to write one](../workflows.md).',
    table(['scenario', 'provider', 'what it shows'], rows),
  ])
}
