// Workflows: those that are shipped, and the user's own.
import { Page } from '../../kit/page.tsx'

export const WorkflowsPage = () => <Page title="Workflows">{null}</Page>
