// Failures on demand: faults, and values that always fail.
import { Page } from '../../kit/page.tsx'

export const FaultsPage = () => <Page title="Break it">{null}</Page>
