// What caused a callback, with a link to it.
import { ExchangeLink } from '../../kit/link.tsx'
import type { Cause } from './cause.ts'

export function CauseLine({ cause }: { readonly cause: Cause }) {
  switch (cause.kind) {
    case 'exchange':
      return (
        <>
          <ExchangeLink id={cause.id}>exchange {cause.id}</ExchangeLink>, {cause.what}
        </>
      )
    case 'events':
      return <>what happened to its SIM then: {cause.types.join(', ')}</>
    case 'unknown':
      return (
        <>no request that the journal still has; it was sent on demand, or fell due by itself</>
      )
  }
}
