// One SIM as a picture of its life.
import { useRoute } from 'preact-iso'
import { Loaded } from '../../kit/loaded.tsx'
import { Page } from '../../kit/page.tsx'
import { pathOf, pathTo } from '../../place.ts'
import { useLive } from '../../use-live.ts'
import { BundlesSection } from './bundles-section.tsx'
import { CodeSection } from './code-section.tsx'
import { DueSection } from './due-section.tsx'
import { FactsSection } from './facts-section.tsx'
import { MessagesSection } from './messages-section.tsx'
import { NetworkSection } from './network-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { ServiceSection } from './service-section.tsx'
import { SimCallbacksSection } from './sim-callbacks-section.tsx'
import { isOfSim, loadSim, type SeveralSims, type SimLife } from './sim-life.ts'
import { TimeLineSection } from './time-line-section.tsx'
import { UseSection } from './use-section.tsx'

export function SimPage() {
  const { params, query } = useRoute()
  const { iccid = '' } = params
  const provider = query.provider || undefined
  const live = useLive(
    () => loadSim(iccid, provider),
    [iccid, provider],
    (event) => isOfSim(event, iccid),
  )
  return (
    <Page
      title={`SIM ${iccid}`}
      actions={
        <>
          <a class="button" href={pathTo('journal', { iccid })}>
            Its journal
          </a>
          <a class="button" href={pathTo('sims')}>
            All SIMs
          </a>
        </>
      }
    >
      <Loaded live={live}>
        {(loaded) =>
          'providers' in loaded ? (
            <ProviderChoice iccid={iccid} providers={loaded.providers} />
          ) : (
            <Life life={loaded} reload={live.reload} />
          )
        }
      </Loaded>
    </Page>
  )
}

const ProviderChoice = ({ iccid, providers }: SeveralSims & { readonly iccid: string }) => (
  <section class="card" aria-label="Several providers">
    <p>Several providers have a SIM of this ICCID. Which one?</p>
    <div class="actions">
      {providers.map((provider) => (
        <a
          key={provider}
          class="button"
          href={`${pathOf('sims', iccid)}?provider=${encodeURIComponent(provider)}`}
        >
          {provider}
        </a>
      ))}
    </div>
  </section>
)

export interface LifeProps {
  readonly life: SimLife
  /** Asks for all of it again: to be called after something was done to it. */
  readonly reload: () => void
}

const Life = ({ life, reload }: LifeProps) => (
  <>
    <div class="sim">
      <div>
        <FactsSection life={life} />
        <CodeSection sim={life.sim} />
        <DueSection life={life} />
      </div>
      <div>
        <ProfileSection life={life} reload={reload} />
        <ServiceSection life={life} />
        <NetworkSection life={life} reload={reload} />
      </div>
      <div>
        <BundlesSection sim={life.sim} />
        <UseSection sim={life.sim} />
        <SimCallbacksSection life={life} />
        <MessagesSection messages={life.messages} />
      </div>
    </div>
    <TimeLineSection life={life} />
  </>
)
