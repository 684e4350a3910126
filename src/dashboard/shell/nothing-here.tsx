// What is shown at a path that is no page.
import { Page } from '../kit/page.tsx'
import { base } from '../place.ts'

export const NothingHere = () => (
  <Page title="There is no such page">
    <p>
      The address has a mistake. <a href={base}>Go to what happens now</a>, or choose a page above.
    </p>
  </Page>
)
