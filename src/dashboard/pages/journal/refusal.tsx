// Why an exchange was refused, in truth, beside what the client was told of it.
import type { ExchangeShown } from '../../../control/wire.ts'
import { Body } from '../../kit/body.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'

export interface RefusalProps {
  readonly exchange: ExchangeShown
  /** Codes of other refusals that are worded just like this one. */
  readonly alike: readonly string[]
}

export function Refusal({ exchange, alike }: RefusalProps) {
  const { refusal, status, replyBody } = exchange
  if (!refusal) return null
  const { code, reason, fields = [], stage } = refusal
  return (
    <div class="grid">
      <Section title="Why it was refused">
        <p class="problem">
          <strong>{code}</strong>: {reason}
        </p>
        {fields.length > 0 && <Fields of={fields} />}
        {stage !== undefined && <p class="hint">refused by the stage “{stage}”</p>}
      </Section>
      <Section title="What the client was told">
        <p>{status === undefined ? 'Nothing: no reply left.' : `Status ${status}`}</p>
        <Body text={replyBody} label="The reply as the client got it" />
        {alike.length > 0 && (
          <p class="hint">
            The reply may also stand for {alike.join(', ')}: it tells them not apart.
          </p>
        )}
      </Section>
    </div>
  )
}

type FieldProblem = NonNullable<NonNullable<ExchangeShown['refusal']>['fields']>[number]

const Fields = ({ of: fields }: { readonly of: readonly FieldProblem[] }) => (
  <Table label="What does not fit the spec" head={['Where', 'Rule', 'Expected', 'Came']}>
    {fields.map(({ in: part, pointer, rule, expected, got = 'nothing' }) => (
      <tr key={`${part} ${pointer} ${rule} ${expected}`}>
        <td class="mono">
          {part} {pointer}
        </td>
        <td>{rule}</td>
        <td class="mono">{expected}</td>
        <td class="mono">{got}</td>
      </tr>
    ))}
  </Table>
)
