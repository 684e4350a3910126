// The activation code of a SIM as a QR code, and how long it is still good.
import type { SimShown } from '../../../control/wire.ts'
import { now } from '../../clock-state.ts'
import { Bar } from '../../kit/bar.tsx'
import { CopyButton } from '../../kit/copy.tsx'
import { Section } from '../../kit/page.tsx'
import { QrCode } from '../../kit/qr.tsx'
import { Text } from '../../kit/text.tsx'
import { Instant } from '../../kit/time.tsx'
import { cut, lengthShown } from '../../shown.ts'

export function CodeSection({ sim }: { readonly sim: SimShown }) {
  const { installationCode } = sim
  return (
    <Section
      title="Activation code"
      actions={<CopyButton text={installationCode} label="Copy the code" />}
    >
      <div class="sim-code">
        <QrCode text={installationCode} label={`QR code of ${cut(installationCode)}`} />
        <div class="sim-code-words">
          <code>
            <Text of={installationCode} />
          </code>
          {installationCode.endsWith('$1') && <p>A handset has to give a confirmation code.</p>}
          <CodeLife sim={sim} />
        </div>
      </div>
    </Section>
  )
}

/** How much of the life of the code is left, as a bar and in words. */
function CodeLife({ sim: { codeExpiresAt, createdAt, profile } }: { readonly sim: SimShown }) {
  if (profile !== 'released') return <p>Used: a handset has downloaded the profile.</p>
  if (codeExpiresAt === undefined) return <p>Good for ever.</p>
  const at = now.value || createdAt
  const left = Date.parse(codeExpiresAt) - Date.parse(at)
  const all = Date.parse(codeExpiresAt) - Date.parse(createdAt)
  return (
    <>
      <Bar part={left / all} tone={left > 0 ? 'good' : 'bad'} />
      <p>
        {left > 0
          ? `Good for ${lengthShown(left)} more, until `
          : `Expired ${lengthShown(left)} ago, at `}
        <Instant at={codeExpiresAt} /> UTC.
      </p>
    </>
  )
}
