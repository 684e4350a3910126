// Failures on demand: faults, and values that always fail.
import { call } from '../../client.ts'
import { Loaded } from '../../kit/loaded.tsx'
import { Page, Section } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'
import { FaultForm } from './fault-form.tsx'
import { FaultList } from './fault-list.tsx'
import { MagicSection } from './magic-section.tsx'

const NEVER = () => false

/** What never changes while the page is open: the providers, and what can happen. */
async function load() {
  const [{ providers }, { kinds }] = await Promise.all([
    call('listProvenance'),
    call('listFaultKinds'),
  ])
  return { providers, kinds }
}

export function FaultsPage() {
  const live = useLive(load, [], NEVER)
  return (
    <Page title="Break it">
      <FaultList />
      <Section title="Break something">
        <Loaded live={live}>{(known) => <FaultForm known={known} />}</Loaded>
      </Section>
      <MagicSection />
    </Page>
  )
}
