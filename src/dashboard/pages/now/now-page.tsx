// What happens now: the clock, what is due next, what has just happened.
import { Page } from '../../kit/page.tsx'
import { ClockSection } from './clock-section.tsx'

export const NowPage = () => (
  <Page title="Now">
    <ClockSection />
  </Page>
)
