// What happens now: the clock, what is due next, what has just happened.
import { Page } from '../../kit/page.tsx'
import { ReachSection } from '../../kit/reach-section.tsx'
import { ClockSection } from './clock-section.tsx'
import { HappenedSection } from './happened-section.tsx'
import { UpcomingSection } from './upcoming-section.tsx'

export const NowPage = () => (
  <Page title="Now">
    <div class="now">
      <div>
        <ClockSection />
        <ReachSection />
      </div>
      <div>
        <UpcomingSection />
        <HappenedSection />
      </div>
    </div>
  </Page>
)
