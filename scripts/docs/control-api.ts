// Every call of the control API, from specs/control.yaml.
import { readSpec } from '../../src/server/spec-files.ts'
import { code, oneLine, page, type ReferencePage, table } from './markdown.ts'

interface Part {
  readonly operationId?: string
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
}

interface Parameter {
  readonly name?: string
  readonly in?: string
  readonly $ref?: string
}

interface Call extends Part {
  readonly method: string
  readonly path: string
}

interface Control {
  readonly info: { readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Part>>>>
  readonly components: { readonly parameters?: Readonly<Record<string, Parameter>> }
}

export function controlPage(): ReferencePage {
  const control = readSpec('control.yaml') as unknown as Control
  const calls = Object.entries(control.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { operationId }]) => operationId !== undefined)
      .map(([method, part]): Call => ({ ...part, method: method.toUpperCase(), path })),
  )
  const parts = control.tags.flatMap(({ name, description }) => {
    const own = calls.filter(({ tags = [] }) => tags.includes(name))
    if (own.length === 0) return []
    const rows = own.map((call) => [
      code(`${call.method} ${call.path}`),
      code(call.operationId ?? ''),
      call.summary,
      queryOf(call, control),
    ])
    const details = own.flatMap(({ operationId, description: text }) =>
      text === undefined ? [] : [`**${operationId}.** ${oneLine(text)}`],
    )
    const head = ['call', 'operation', 'what it does', 'query']
    return [`## ${name}`, `${description}.`, table(head, rows), ...details]
  })
  return page('control-api.md', [
    '# Control API',
    oneLine(control.info.description),
    'What is done to a simulator by a command has a call here. ' +
      '[specs/control.yaml](../../specs/control.yaml) has every field.',
    ...parts,
  ])
}

function queryOf({ parameters = [] }: Call, { components }: Control): string {
  return parameters
    .map(({ $ref, ...own }) => ({
      ...components.parameters?.[$ref?.split('/').at(-1) ?? ''],
      ...own,
    }))
    .flatMap(({ name, in: place }) => (place === 'query' && name !== undefined ? [code(name)] : []))
    .join(', ')
}
