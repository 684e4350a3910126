// One callback with its attempts, headers, body and signature.
import { Page } from '../../kit/page.tsx'

export const CallbackPage = () => <Page title="Callback">{null}</Page>
