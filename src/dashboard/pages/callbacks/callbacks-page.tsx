// The callbacks of a world, and where they go.
import { Page } from '../../kit/page.tsx'

export const CallbacksPage = () => <Page title="Callbacks">{null}</Page>
