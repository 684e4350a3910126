// What stands where there is no SIM: how one is ordered.

import { defined } from '../../../state/defined.ts'
import { world } from '../../client.ts'
import { Empty } from '../../kit/empty.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { useLive } from '../../use-live.ts'
import { orderCommand } from './order-commands.ts'

const NEVER = () => false

/** @param provider whose SIMs were asked for; those of all where none is named */
export function NoSims({ provider }: { readonly provider: string | undefined }) {
  const live = useLive(() => world().show(), [], NEVER)
  return (
    <Loaded live={live}>
      {(shown) => {
        const slugs = provider === undefined ? Object.keys(shown.baseUrls) : [provider]
        const slug = slugs.find((each) => orderCommand(each, shown) !== undefined) ?? slugs[0] ?? ''
        const url = shown.baseUrls[slug]
        return (
          <Empty
            title={provider ? `There is no SIM of ${provider} yet` : 'There are no SIMs yet'}
            {...defined({ command: orderCommand(slug, shown) })}
          >
            {url === undefined ? (
              <p>This simulator has no provider {slug}.</p>
            ) : (
              <p>
                Order one from <strong>{slug}</strong> at <code>{url}</code>, and it is shown here
                as it comes.
              </p>
            )}
          </Empty>
        )
      }}
    </Loaded>
  )
}
