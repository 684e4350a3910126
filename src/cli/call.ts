// `esimulator call`: an operation of a provider, called by hand with the credentials of the world.
import type { CallableShown, CalledShown } from '../control/provider-calls.ts'
import { unknownName } from '../server/nearest.ts'
import { defined } from '../state/defined.ts'
import { printable } from '../state/printable.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'
import { namedTexts, typedValue } from './typed-value.ts'

export const callFlags: readonly OwnFlag[] = [
  { usage: '--body <JSON>', says: 'the body that is sent' },
  { usage: '--example <NAME>', says: 'a body of the documentation, by its name' },
]

function listText({ provider, operations }: CallableShown): string {
  const rows = operations.map(({ id, method, path, bodies }) => [
    id,
    `${method} ${path}`,
    bodies.map(({ name }) => name).join(' '),
  ])
  const how = `esimulator call ${provider} OPERATION [NAME=VALUE...] [--example NAME]`
  return [table(['operation', 'path', 'examples'], rows), how].join('\n')
}

function answerText({ status, body, bytes = 0, error, exchange }: CalledShown): string {
  if (error !== undefined) return `no answer: ${printable(error)}`
  const why = `esimulator journal explain ${exchange}`
  const lines = [`${status}`, body === undefined ? `(${bytes} bytes)` : printable(body)]
  return [...lines, ...((status ?? 0) >= 400 ? [`why: ${why}`] : [])].join('\n')
}

/** @throws CannotRun */
function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new CannotRun(`--body ${text} is no JSON: write it as in --body '{"name":"value"}'`)
  }
}

/** @throws CannotRun */
function parametersIn(written: readonly string[]): Readonly<Record<string, unknown>> {
  const texts = namedTexts(written, 'page=2')
  const values = texts.map(([name, text]) => [name, /^\d+$/.test(text) ? text : typedValue(text)])
  return Object.fromEntries(values)
}

/** A body of the documentation by its name. @throws CannotRun */
function exampleOf({ provider, operations }: CallableShown, id: string, example: string): unknown {
  const operation = operations.find((each) => each.id === id)
  const ids = operations.map((each) => each.id)
  if (!operation) throw new CannotRun(`${provider}: ${unknownName('no operation', id, ids)}`)
  const found = operation.bodies.find(({ name }) => name === example)
  if (found) return found.value
  const names = operation.bodies.map(({ name }) => name)
  throw new CannotRun(`${id}: ${unknownName('no example', example, names)}`)
}

export const call: Run = async (config, args, { body: written, example }) => {
  const provider = argument(args, 0, 'call PROVIDER [OPERATION] [NAME=VALUE...]')
  const { calls } = connect(config)
  const [, operation, ...pairs] = args
  if (operation === undefined) {
    print(config, await calls.list(provider), listText)
    return 0
  }
  const parameters = parametersIn(pairs)
  if (written !== undefined && example !== undefined)
    throw new CannotRun('a call has one body: give --body or --example, not both')
  const body =
    typeof example === 'string'
      ? exampleOf(await calls.list(provider), operation, example)
      : jsonOf(written)
  const called = await calls.make(defined({ provider, operation, parameters, body }))
  print(config, called, answerText)
  return (called.status ?? 599) < 400 ? 0 : 1
}
