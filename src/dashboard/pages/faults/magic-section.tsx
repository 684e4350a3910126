// Values that provoke something wherever they are given, without a fault: at hand to be copied.
import type { MagicValueShown } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { CopyButton } from '../../kit/copy.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Marked } from '../../kit/marked.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { useLive } from '../../use-live.ts'

const NEVER = () => false

export function MagicSection() {
  const live = useLive(() => world().magic(), [], NEVER)
  return (
    <Section title="Magic values">
      <p class="hint">
        A request that has one of these meets what stands beside it, without a fault: for tests that
        can choose what they send. In a value, * stands for any characters.
      </p>
      <Loaded live={live}>
        {(values) =>
          byProvider(values).map(([provider, own]) => (
            <details class="magic" key={provider} open>
              <summary>
                {provider} ({own.length})
              </summary>
              <MagicTable provider={provider} values={own} />
            </details>
          ))
        }
      </Loaded>
    </Section>
  )
}

type Group = readonly [provider: string, values: readonly MagicValueShown[]]

function byProvider(values: readonly MagicValueShown[]): readonly Group[] {
  const providers = [...new Set(values.map(({ provider }) => provider))]
  return providers.map((provider) => [
    provider,
    values.filter((each) => each.provider === provider),
  ])
}

interface MagicTableProps {
  readonly provider: string
  readonly values: readonly MagicValueShown[]
}

const MagicTable = ({ provider, values }: MagicTableProps) => (
  <Table label={`Magic values of ${provider}`} head={['Value', 'Given as', 'What it brings about']}>
    {values.map(({ value, where, says }) => (
      <tr key={`${where} ${value}`}>
        <td class="magic-value">
          <code>{value}</code> <CopyButton text={value} what={value} />
        </td>
        <td>{where}</td>
        <td>
          <Marked text={says} />
        </td>
      </tr>
    ))}
  </Table>
)
