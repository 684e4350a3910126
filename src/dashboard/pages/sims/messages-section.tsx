// Mails and SMS that a provider sent to people about a SIM.
import type { MessageShown } from '../../../control/wire.ts'
import { Section } from '../../kit/page.tsx'
import { Distance } from '../../kit/time.tsx'

export const MessagesSection = ({ messages }: { readonly messages: readonly MessageShown[] }) => (
  <Section title="Messages">
    {messages.length === 0 && <p class="hint">No mail and no SMS names it.</p>}
    <ul class="messages">
      {messages.map(({ id, channel, to, at, text }) => (
        <li key={id}>
          <p>
            {channel === 'email' ? 'Mail' : 'SMS'} to <span class="mono">{cut(to, 200)}</span>,{' '}
            <Distance to={at} />
          </p>
          <pre class="message-text">{cut(text, 2000)}</pre>
        </li>
      ))}
    </ul>
  </Section>
)

const cut = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length)}…`
