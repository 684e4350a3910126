// What is shown where the simulator has no world of this name, as after it was started anew.
import { Command } from '../kit/copy.tsx'
import { Page } from '../kit/page.tsx'
import { homeOf, worldName } from '../place.ts'
import { commandThere } from '../terminal.ts'

export const WorldGone = () => (
  <Page title={`There is no world ${worldName}`}>
    <p>
      It was removed, or the simulator was started anew without it. Choose another world above, go
      to <a href={`${homeOf('default')}/worlds`}>all worlds</a>, or make it again:
    </p>
    <Command text={commandThere(['world', 'create', worldName])} />
  </Page>
)
