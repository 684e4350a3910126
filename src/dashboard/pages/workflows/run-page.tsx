// One run of a workflow, a step at a time.
import { Page } from '../../kit/page.tsx'

export const RunPage = () => <Page title="Run">{null}</Page>
