// What an operation takes: its parameters and its body, with bodies to begin with; and its answer.
import { useState } from 'preact/hooks'
import type { CallableOperation, CalledShown } from '../../../control/provider-calls.ts'
import { defined } from '../../../state/defined.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Badge } from '../../kit/badge.tsx'
import { Body, Headers } from '../../kit/body.tsx'
import { AreaField, Form, SelectField, TextField } from '../../kit/field.tsx'
import { ExchangeLink, useQuery } from '../../kit/link.tsx'

const textOf = (value: unknown) => (value === undefined ? '' : JSON.stringify(value, null, 2))

export interface CallFormProps {
  readonly provider: string
  readonly operation: CallableOperation
}

export function CallForm({ provider, operation }: CallFormProps) {
  const [query] = useQuery()
  const { id, parameters, bodies, summary } = operation
  const first = Object.fromEntries(
    parameters.map(({ name, required, example }) => [
      name,
      query[name] ?? (required ? (example ?? '') : ''),
    ]),
  )
  const [given, give] = useState<Readonly<Record<string, string>>>(first)
  const [body, setBody] = useState(textOf(bodies[0]?.value))
  const [answer, setAnswer] = useState<CalledShown>()
  const send = async () => {
    const filled = Object.entries(given).filter(([, value]) => value !== '')
    const wanted = {
      provider,
      operation: id,
      parameters: Object.fromEntries(filled),
      body: body.trim() === '' ? undefined : jsonOf(body),
    }
    setAnswer(await world().calls.make(defined(wanted)))
  }
  return (
    <Form label="Request" onSubmit={() => {}}>
      <div class="call">
        {summary !== undefined && <p>{summary}</p>}
        {parameters.length > 0 && (
          <div class="form">
            {parameters.map(({ name, in: place, required, example }) => (
              <TextField
                key={name}
                label={`${name} (${place}${required ? ', required' : ''})`}
                hint={example && `as in ${example}`}
                value={given[name] ?? ''}
                onValue={(value) => give({ ...given, [name]: value })}
              />
            ))}
          </div>
        )}
        <BodyOfCall bodies={bodies} body={body} onBody={setBody} />
        <div>
          <ActButton type="submit" look="main" act={send}>
            Send
          </ActButton>
        </div>
        {answer && <Answer of={answer} />}
      </div>
    </Form>
  )
}

/** @throws Error for what is no JSON */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`the body is no JSON: ${error instanceof Error ? error.message : error}`)
  }
}

interface BodyProps {
  readonly bodies: CallableOperation['bodies']
  readonly body: string
  readonly onBody: (text: string) => void
}

function BodyOfCall({ bodies, body, onBody }: BodyProps) {
  const [name, setName] = useState(bodies[0]?.name ?? '')
  if (bodies.length === 0) return null
  const choose = (chosen: string) => {
    setName(chosen)
    onBody(textOf(bodies.find((each) => each.name === chosen)?.value))
  }
  return (
    <>
      {bodies.length > 1 && (
        <SelectField
          label="Begin with"
          value={name}
          onValue={choose}
          options={bodies.map((each) => [each.name, each.summary ?? each.name] as const)}
        />
      )}
      <AreaField label="Body (JSON)" rows={12} value={body} onValue={onBody} />
    </>
  )
}

function Answer({
  of: { status, headers = {}, body, bytes, exchange, error },
}: {
  readonly of: CalledShown
}) {
  const isRefused = status === undefined || status >= 400
  return (
    <section class="answer" aria-label="Reply" aria-live="polite">
      <p>
        <Badge tone={isRefused ? 'bad' : 'good'}>{status ?? 'no answer'}</Badge> {error}{' '}
        {exchange !== undefined && (
          <ExchangeLink id={exchange}>
            {isRefused ? 'Why, and what to do next' : 'In the journal'}
          </ExchangeLink>
        )}
      </p>
      {body === undefined && bytes !== undefined ? (
        <p class="hint">{bytes} bytes that are no text</p>
      ) : (
        <Body text={body} label="Body of the reply" />
      )}
      <details>
        <summary>Headers</summary>
        <Headers of={headers} label="Headers of the reply" />
      </details>
    </section>
  )
}
