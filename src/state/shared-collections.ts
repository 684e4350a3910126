// The collections that every provider has records in.
import { bundles } from './bundles.ts'
import { callbacks, targets, unsentCallbacks } from './callbacks.ts'
import type { AnyCollection } from './collection.ts'
import { credentials } from './credentials.ts'
import { deliveries } from './deliveries.ts'
import { timeline } from './events.ts'
import { faults } from './faults.ts'
import { messages } from './messages.ts'
import { chosenSettings } from './settings.ts'
import { sims } from './sims.ts'
import { snapshotRecords, snapshots } from './snapshots.ts'
import { tasks } from './task-queue.ts'
import { usageRecords } from './usage-records.ts'
import { worldRecords } from './world-records.ts'

export const sharedCollections: readonly AnyCollection[] = [
  worldRecords,
  sims,
  bundles,
  usageRecords,
  tasks,
  timeline,
  callbacks,
  unsentCallbacks,
  deliveries,
  targets,
  messages,
  credentials,
  chosenSettings,
  faults,
  snapshots,
  snapshotRecords,
]
