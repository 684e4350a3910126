// The history of an eSIM: what was done to it and what became of its bundles, in eSIM Go's words.
import { defineCollection, SEPARATOR, sortable } from '../../../state/collection.ts'
import { count, fields, iccid, instant, oneOf, optional, text } from '../../../state/shape.ts'
import type { World } from '../../../state/world.ts'
import type { components } from '../spec.d.ts'

type Entry = components['schemas']['HistoryEntry']

/** One thing in the history of an eSIM. */
export interface HistoryItem {
  readonly iccid: string
  /** Position among all items of the world, in the order they happened. */
  readonly serial: number
  readonly at: number
  readonly name: Entry['name']
  /** Name of the bundle it happened to. */
  readonly bundle?: string
  /** State of that bundle afterwards. */
  readonly bundleState?: components['schemas']['BundleState']
  /** The alert that told of it, where one was sent. */
  readonly alertType?: string
}

/** How many items an eSIM's history keeps; the oldest go first. */
export const HISTORY_LENGTH = 200

export const history = defineCollection<HistoryItem>({
  name: 'esim-go.history',
  key: (item) => String(item.serial),
  shape: fields<HistoryItem>({
    iccid,
    serial: count,
    at: instant,
    name: oneOf(
      'Bundle Applied',
      'eSIM Updated',
      'eSIM Refreshed',
      'eSIM Utilisation Alert',
      'eSIM Returned',
      'Bundle Refunded To Balance',
      'Bundle Refunded to Inventory',
      'Bundle Revoked',
      'eSIM First Attachment',
      'eSIM First Use',
      'Bundle Expired',
      'Bundle Lapsed',
    ),
    bundle: optional(text),
    bundleState: optional(
      oneOf('processing', 'queued', 'active', 'depleted', 'expired', 'revoked', 'lapsed'),
    ),
    alertType: optional(text),
  }),
  indexes: { esim: (item) => item.iccid + SEPARATOR + sortable(item.serial) },
})

/** Writes down what happened to an eSIM, whether it is in the account or not. */
export function noteHistory(
  world: World,
  iccid: string,
  name: HistoryItem['name'],
  fields: Pick<HistoryItem, 'bundle' | 'bundleState' | 'alertType'> = {},
): void {
  const items = world.in(history)
  items.put({ ...fields, iccid, serial: world.next('esim-go.history'), at: world.now, name })
  const ofEsim = items.matching('esim', iccid + SEPARATOR)
  const [oldest] = ofEsim
  if (oldest && ofEsim.length > HISTORY_LENGTH) items.delete(history.key(oldest))
}
