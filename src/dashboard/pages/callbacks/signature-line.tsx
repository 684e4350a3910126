// Whether the signature of what left holds.
import type { DeliveryShown } from '../../../control/wire.ts'
import { Badge } from '../../kit/badge.tsx'

const SAYS = {
  genuine: ['good', 'genuine', 'what left was signed by the provider, as it was sent'],
  none: ['neutral', 'none', 'this provider signs nothing'],
  broken: ['bad', 'broken', 'a fault spoilt it, or what it is of: a receiver has to refuse it'],
} as const

export function SignatureLine({ delivery }: { readonly delivery: DeliveryShown }) {
  const [tone, word, says] = SAYS[delivery.signature]
  return (
    <p>
      Signature: <Badge tone={tone}>{word}</Badge> <span class="hint">{says}</span>
    </p>
  )
}
