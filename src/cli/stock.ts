// `esimulator stock`: what a provider has in stock, shown and changed in the words of a seed file.
import { readFile } from 'node:fs/promises'
import type { Stock } from '../control/wire.ts'
import { codeOf, reason } from '../stores/disk-errors.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { parseYaml } from './config.ts'
import { argument, connect, print } from './connection.ts'
import { namedTexts, typedValue } from './typed-value.ts'

/** A list by how many it has, all else as it is. */
function lineOf([name, value]: readonly [string, unknown], more = 0): string {
  const text = Array.isArray(value) ? `${value.length + more} entries` : JSON.stringify(value)
  return `${name.padEnd(20)}${text}`
}

function stockText({ provider, stock, more = {} }: Stock): string {
  const lines = Object.entries(stock).map((entry) => lineOf(entry, more[entry[0]]))
  const none = `${provider} has nothing in stock that a seed file could say`
  return lines.length > 0 ? [...lines, '--json shows all of it'].join('\n') : none
}

/** What is to be changed, as on the command line or in a file. @throws CannotRun */
async function changesIn(
  slug: string,
  written: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const [first = ''] = written
  if (!first.includes('=')) return stockIn(slug, first)
  const texts = namedTexts(written, 'balance=12.5')
  return Object.fromEntries(texts.map(([name, text]) => [name, typedValue(text)]))
}

/** A file as a seed file has a provider's part, or a whole seed file. @throws CannotRun */
async function stockIn(slug: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : reason(error)
    throw new CannotRun(`cannot read ${file}: ${why}`)
  })
  const content = await parseYaml(file, text)
  const own = content[slug]
  const isWhole = typeof own === 'object' && own !== null && !Array.isArray(own)
  return isWhole ? (own as Readonly<Record<string, unknown>>) : content
}

export const stock: Run = async (config, args) => {
  const [action = '', ...rest] = args
  const client = connect(config)
  switch (action) {
    case 'show': {
      const slug = argument(rest, 0, 'stock show PROVIDER')
      print(config, await client.stock(slug), stockText)
      return 0
    }
    case 'set': {
      const usage = 'stock set PROVIDER NAME=VALUE..., as in stock set esim-go balance=12.5'
      const slug = argument(rest, 0, usage)
      argument(rest, 1, usage)
      const changes = await changesIn(slug, rest.slice(1))
      print(config, await client.restock(slug, changes), stockText)
      return 0
    }
    case '':
      throw new CannotRun(
        'say what to do: esimulator stock show PROVIDER, or stock set PROVIDER ...',
      )
    default:
      throw unknownAction('stock', action)
  }
}
