// What happens now: the clock, what is due next, what has just happened.
import { Page } from '../../kit/page.tsx'
import { ClockSection } from './clock-section.tsx'
import { HappenedSection } from './happened-section.tsx'
import { StartSection } from './start-section.tsx'
import { UpcomingSection } from './upcoming-section.tsx'

export const NowPage = () => (
  <Page title="Now">
    <div class="now">
      <div>
        <ClockSection />
        <StartSection />
      </div>
      <div>
        <UpcomingSection />
        <HappenedSection />
      </div>
    </div>
  </Page>
)
