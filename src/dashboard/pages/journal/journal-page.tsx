// What the providers were asked and answered, as it happens.
import { Page } from '../../kit/page.tsx'

export const JournalPage = () => <Page title="Journal">{null}</Page>
