// What has just happened, live: events of SIMs, callbacks, calls of the providers, and the clock.
import type { ComponentChildren } from 'preact'
import { type Happened, happened } from '../../feed.ts'
import { Badge, type Tone, toneOf } from '../../kit/badge.tsx'
import { Empty } from '../../kit/empty.tsx'
import { CallbackLink, ExchangeLink, SimLink } from '../../kit/link.tsx'
import { Section } from '../../kit/page.tsx'
import { instantShown } from '../../shown.ts'

export const HappenedSection = () => (
  <Section title="Just happened">
    {happened.value.length === 0 ? (
      <Empty title="Nothing since this page was opened">
        <p>Calls, events, callbacks and moves of the clock stand here as they come.</p>
      </Empty>
    ) : (
      <ol class="happened" aria-live="off">
        {happened.value.map((each) => (
          <li key={each.number}>
            <time class="mono" dateTime={each.data.at}>
              {instantShown(each.data.at)}
            </time>{' '}
            <What of={each} />
          </li>
        ))}
      </ol>
    )}
  </Section>
)

const Line = ({
  tone,
  kind,
  children,
}: {
  tone: Tone
  kind: string
  children: ComponentChildren
}) => (
  <span>
    <Badge tone={tone}>{kind}</Badge> {children}
  </span>
)

function What({ of: { name, data } }: { readonly of: Happened }) {
  switch (name) {
    case 'event':
      return (
        <Line tone="good" kind={data.type}>
          <SimLink iccid={data.iccid} /> <span class="hint">{data.provider}</span>
        </Line>
      )
    case 'callback': {
      const { callback, what } = data
      return (
        <Line tone={toneOf(callback.state)} kind={`callback ${what}`}>
          <CallbackLink id={callback.id}>{callback.type}</CallbackLink>{' '}
          <span class="hint">{callback.provider}</span>
        </Line>
      )
    }
    case 'exchange':
      return (
        <Line
          tone={data.refused === undefined ? 'neutral' : 'bad'}
          kind={`${data.status ?? 'hung'}`}
        >
          <ExchangeLink id={data.id}>
            {data.method} {data.url}
          </ExchangeLink>
        </Line>
      )
    case 'clock':
      return (
        <Line tone="info" kind="clock">
          {data.advance ? `advanced to ${instantShown(data.advance.to)}` : data.mode}
        </Line>
      )
    case 'world':
      return (
        <Line tone="warn" kind="world">
          {data.what}
        </Line>
      )
  }
}
