// A callback as a command of curl: what the receiver would get now.
import type { CallbackShown } from '../../../control/wire.ts'
import { Command } from '../../kit/copy.tsx'
import { curlOf, needsSecret } from '../../kit/curl.ts'
import { Section } from '../../kit/page.tsx'

/** The headers that it would be sent with now; the simulator tells those that sign it. */
export const headersOf = ({ headers = {} }: CallbackShown): Readonly<Record<string, string>> => ({
  'Content-Type': 'application/json',
  'User-Agent': 'esimulator',
  ...headers,
})

export function CallbackCurl({ callback }: { readonly callback: CallbackShown }) {
  const { url, body } = callback
  const command = curlOf({ method: 'POST', url, headers: headersOf(callback), body })
  return (
    <Section title="The same with curl">
      <p class="hint">
        It sends the same bytes with the same signature to the receiver, and the simulator knows
        nothing of it.
        {needsSecret(command) && (
          <>
            {' '}
            Secrets are shown nowhere: give yours as <code>API_KEY</code> first.
          </>
        )}
      </p>
      <Command text={command} />
    </Section>
  )
}
