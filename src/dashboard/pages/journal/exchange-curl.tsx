// The request of an exchange as a command of curl.
import type { ExchangeShown } from '../../../control/wire.ts'
import { Command } from '../../kit/copy.tsx'
import { curlOf, needsSecret } from '../../kit/curl.ts'
import { Section } from '../../kit/page.tsx'
import { rootUrl } from '../../place.ts'
import { commandHere } from '../../terminal.ts'

export function ExchangeCurl({ exchange }: { readonly exchange: ExchangeShown }) {
  const { method, url, requestHeaders, requestBody } = exchange
  const whole = /^https?:/i.test(url) ? url : rootUrl + url
  const command = curlOf({ method, url: whole, headers: requestHeaders, body: requestBody })
  return (
    <Section title="The same with curl">
      {needsSecret(command) && (
        <p class="hint">
          Secrets are shown nowhere: give yours as <code>API_KEY</code> first, as in{' '}
          <code>export API_KEY=…</code>. <code>{commandHere(['env'])}</code> prints those of this
          world.
        </p>
      )}
      <Command text={command} />
    </Section>
  )
}
