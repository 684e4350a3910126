// The attempts at a callback, the latest first: what left, what was answered, and what a fault did to it.
import type { AttemptShown, CallbackShown, DeliveryShown } from '../../../control/wire.ts'
import { Badge } from '../../kit/badge.tsx'
import { Body, Headers } from '../../kit/body.tsx'
import { Command } from '../../kit/copy.tsx'
import { curlOf } from '../../kit/curl.ts'
import { Section } from '../../kit/page.tsx'
import { Instant } from '../../kit/time.tsx'
import { SignatureLine } from './signature-line.tsx'

export interface AttemptsProps {
  readonly callback: CallbackShown
  readonly deliveries: readonly DeliveryShown[]
}

export function Attempts({ callback, deliveries }: AttemptsProps) {
  const { attempts, earlierAttempts = 0 } = callback
  const numbered = attempts.map((attempt, index) => ({
    attempt,
    number: earlierAttempts + index + 1,
  }))
  return (
    <Section title="Attempts">
      {attempts.length === 0 && <p class="hint">None was made yet.</p>}
      <ol class="attempts">
        {numbered.toReversed().map(({ attempt, number }) => (
          <li key={number}>
            <Attempt
              number={number}
              attempt={attempt}
              delivery={deliveries.find((each) => each.attempt === number)}
            />
          </li>
        ))}
      </ol>
      {earlierAttempts > 0 && <p class="hint">and {earlierAttempts} before those</p>}
    </Section>
  )
}

interface AttemptProps {
  readonly number: number
  readonly attempt: AttemptShown
  readonly delivery: DeliveryShown | undefined
}

function Attempt({ number, attempt, delivery }: AttemptProps) {
  const { at, status, error, note, faults = [] } = attempt
  return (
    <>
      <p class="attempt-line">
        <strong>Attempt {number}</strong> <Instant at={at} /> UTC{' '}
        {status === undefined ? (
          <Badge tone="bad">no answer</Badge>
        ) : (
          <Badge tone={status < 300 ? 'good' : 'bad'}>answered {status}</Badge>
        )}{' '}
        {faults.map((kind) => (
          <Badge key={kind} tone="warn">
            fault {kind}
          </Badge>
        ))}
      </p>
      {error !== undefined && <p class="refused">{error}</p>}
      {note !== undefined && <p>{note}</p>}
      {delivery ? (
        <>
          <SignatureLine delivery={delivery} />
          <WhatLeft delivery={delivery} />
        </>
      ) : (
        <p class="hint">nothing of it is kept: it did not leave, or was forgotten since</p>
      )}
    </>
  )
}

function WhatLeft({ delivery }: { readonly delivery: DeliveryShown }) {
  const { url, headers, body, attempt } = delivery
  return (
    <details>
      <summary>What left at attempt {attempt}</summary>
      <div class="left">
        <p class="mono">POST {url}</p>
        <Headers of={headers} label={`Headers of attempt ${attempt}`} />
        <Body text={body} label={`Body of attempt ${attempt}`} />
        <Command text={curlOf({ method: 'POST', url, headers, body })} />
      </div>
    </details>
  )
}
