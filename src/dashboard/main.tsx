// The dashboard begins here.
import { render } from 'preact'
import { App } from './app.tsx'
import { startClock } from './clock-state.ts'
import { startFeed } from './feed.ts'
import { startFollowing } from './live.ts'
import { startTheme } from './theme.ts'

startTheme()
startFollowing()
startClock()
startFeed()
const place = document.getElementById('app')
if (place) render(<App />, place)
