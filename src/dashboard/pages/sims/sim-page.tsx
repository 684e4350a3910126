// One SIM as a picture of its life.
import { Page } from '../../kit/page.tsx'

export const SimPage = () => <Page title="SIM">{null}</Page>
