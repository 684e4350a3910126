// The worlds there are, and of this one: where it is reached, its snapshots, its history and its state as a file.
import { Page } from '../../kit/page.tsx'
import { ReachSection } from '../../kit/reach-section.tsx'
import { AllWorlds } from './all-worlds.tsx'
import { HistorySection } from './history-section.tsx'
import { ResetSection } from './reset-section.tsx'
import { SnapshotsSection } from './snapshots-section.tsx'
import { StateSection } from './state-section.tsx'

export const WorldsPage = () => (
  <Page title="Worlds">
    <AllWorlds />
    <ReachSection />
    <SnapshotsSection />
    <HistorySection />
    <div class="grid">
      <ResetSection />
      <StateSection />
    </div>
  </Page>
)
