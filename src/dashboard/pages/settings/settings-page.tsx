// Settings of each provider, what it has in stock, and where its operations come from.
import { call } from '../../client.ts'
import { SelectField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'
import { ProvenanceSection } from './provenance-section.tsx'
import { SettingsSection } from './settings-section.tsx'
import { StockSection } from './stock-section.tsx'

const NEVER = () => false

/** One provider at a time, which the URL names. */
export function SettingsPage() {
  const [query, change] = useQuery()
  const live = useLive(() => call('listProvenance'), [], NEVER)
  return (
    <Page title="Settings">
      <Loaded live={live}>
        {({ providers }) => {
          const known = providers.find(({ provider }) => provider === query.provider)
          const shown = known ?? providers[0]
          if (!shown) return <p>There is no provider.</p>
          return (
            <>
              <div class="form">
                <SelectField
                  label="Provider"
                  value={shown.provider}
                  onValue={(provider) => change({ provider })}
                  options={providers.map(({ provider }) => [provider, provider])}
                />
              </div>
              <SettingsSection key={shown.provider} provider={shown.provider} />
              <ProvenanceSection key={`of ${shown.provider}`} provider={shown.provider} />
              <StockSection key={`in ${shown.provider}`} provider={shown.provider} />
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}
