// Settings of each provider, and where its operations come from.
import { Page } from '../../kit/page.tsx'

export const SettingsPage = () => <Page title="Settings">{null}</Page>
