// Worlds, snapshots and the history of a world.
import { Page } from '../../kit/page.tsx'

export const WorldsPage = () => <Page title="Worlds">{null}</Page>
