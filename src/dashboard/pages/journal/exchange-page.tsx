// One exchange: request and reply side by side, and why it was refused.
import { Page } from '../../kit/page.tsx'

export const ExchangePage = () => <Page title="Exchange">{null}</Page>
