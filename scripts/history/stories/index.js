// Calls that belong together, so that a history runs deep; by provider.
import { appointed, idle, inventory, many, older, suspension, trip } from './esim-go.js'
import { highlandTrip, line, subscription } from './others.js'
import { trouble } from './trouble.js'

/** By provider: how often each story is told. */
export const stories = {
  'esim-go': [
    [6, trip],
    [4, inventory],
    [2, suspension],
    [0.7, idle],
    [1, appointed],
    [0.4, older],
    [0.2, many],
    [1.5, trouble],
  ],
  highland: [[1, highlandTrip]],
  wholesale: [
    [4, line],
    [0.6, trouble],
  ],
  'accounts-orders': [[1, subscription]],
}
