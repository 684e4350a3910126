// Mails and SMS that a provider sent to people about a SIM.
import type { MessageShown } from '../../../control/wire.ts'
import { Section } from '../../kit/page.tsx'
import { Text } from '../../kit/text.tsx'
import { Distance } from '../../kit/time.tsx'

export const MessagesSection = ({ messages }: { readonly messages: readonly MessageShown[] }) => (
  <Section title="Messages">
    {messages.length === 0 && <p class="hint">No mail and no SMS names it.</p>}
    <ul class="sim-messages">
      {messages.map(({ id, channel, to, at, text }) => (
        <li key={id}>
          <p>
            {channel === 'email' ? 'Mail' : 'SMS'} to{' '}
            <span class="mono">
              <Text of={to} />
            </span>
            , <Distance to={at} />
          </p>
          <pre class="sim-message-text">
            <Text of={text} length={1000} />
          </pre>
        </li>
      ))}
    </ul>
  </Section>
)
