// The dashboard as a whole: what stands around every page, and which page a path shows.
import { LocationProvider, Route, Router } from 'preact-iso'
import { locked } from './client.ts'
import { connection } from './live.ts'
import { CallPage } from './pages/call/call-page.tsx'
import { CallbackPage } from './pages/callbacks/callback-page.tsx'
import { CallbacksPage } from './pages/callbacks/callbacks-page.tsx'
import { FaultsPage } from './pages/faults/faults-page.tsx'
import { ExchangePage } from './pages/journal/exchange-page.tsx'
import { JournalPage } from './pages/journal/journal-page.tsx'
import { NowPage } from './pages/now/now-page.tsx'
import { SettingsPage } from './pages/settings/settings-page.tsx'
import { SimPage } from './pages/sims/sim-page.tsx'
import { SimsPage } from './pages/sims/sims-page.tsx'
import { RunPage } from './pages/workflows/run-page.tsx'
import { WorkflowsPage } from './pages/workflows/workflows-page.tsx'
import { WorldsPage } from './pages/worlds/worlds-page.tsx'
import { base } from './place.ts'
import { Arrival } from './shell/arrival.tsx'
import { NothingHere } from './shell/nothing-here.tsx'
import { SaidLines } from './shell/said-lines.tsx'
import { TokenPage } from './shell/token-page.tsx'
import { TopBar } from './shell/top-bar.tsx'
import { WorldGone } from './shell/world-gone.tsx'

export function App() {
  if (locked.value !== undefined) return <TokenPage why={locked.value} />
  return (
    <LocationProvider scope={base}>
      <a class="skip" href="#content">
        Skip to the page
      </a>
      <TopBar />
      {connection.value === 'gone' ? <WorldGone /> : <Pages />}
      <Arrival />
      <SaidLines />
    </LocationProvider>
  )
}

function Pages() {
  return (
    <Router>
      <Route path={base} component={NowPage} />
      <Route path={`${base}/sims`} component={SimsPage} />
      <Route path={`${base}/sims/:iccid`} component={SimPage} />
      <Route path={`${base}/call`} component={CallPage} />
      <Route path={`${base}/callbacks`} component={CallbacksPage} />
      <Route path={`${base}/callbacks/:id`} component={CallbackPage} />
      <Route path={`${base}/journal`} component={JournalPage} />
      <Route path={`${base}/journal/:id`} component={ExchangePage} />
      <Route path={`${base}/faults`} component={FaultsPage} />
      <Route path={`${base}/worlds`} component={WorldsPage} />
      <Route path={`${base}/settings`} component={SettingsPage} />
      <Route path={`${base}/workflows`} component={WorkflowsPage} />
      <Route path={`${base}/workflows/runs/:id`} component={RunPage} />
      <Route default component={NothingHere} />
    </Router>
  )
}
