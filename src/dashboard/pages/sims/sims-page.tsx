// The SIMs of a world: searched and paged.
import { Page } from '../../kit/page.tsx'

export const SimsPage = () => <Page title="SIMs">{null}</Page>
