// Whether the signature of what left holds, and by which rule.
import type { DeliveryShown } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useLive } from '../../use-live.ts'

const SAYS: Readonly<Record<DeliveryShown['signature'], readonly [tone: Tone, says: string]>> = {
  genuine: ['good', 'it left as the provider signed it'],
  none: ['neutral', 'it left without one'],
  broken: ['bad', 'a fault spoilt it, or what it is of: a receiver has to refuse it'],
}

export function SignatureLine({ delivery }: { readonly delivery: DeliveryShown }) {
  const { id, signature } = delivery
  const { data } = useLive(
    async () => (await call('getDelivery', { path: { id } })).signatureCheck,
    [id],
    () => false,
  )
  const [tone, says] = SAYS[signature]
  return (
    <>
      <p>
        Signature: <Badge tone={tone}>{signature}</Badge> <span class="hint">{says}</span>
      </p>
      {data && (
        <p>
          Checked now:{' '}
          <Badge tone={checkTone(data.signed, data.holds)}>
            {data.holds ? 'it holds' : 'it does not hold'}
          </Badge>{' '}
          <span class="hint">
            {data.scheme !== undefined && (
              <>
                by {data.scheme}
                {data.header !== undefined && (
                  <>
                    {' '}
                    in <code>{data.header}</code>
                  </>
                )}
                :{' '}
              </>
            )}
            {data.says}
          </span>
        </p>
      )}
    </>
  )
}

function checkTone(isSigned: boolean, holds: boolean): Tone {
  if (holds) return 'good'
  return isSigned ? 'bad' : 'neutral'
}
