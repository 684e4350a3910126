// What happened to a SIM, in plain words.
import type { EventShown } from '../../../control/wire.ts'
import { cut } from '../../shown.ts'

const WORDS: Readonly<Record<string, string>> = {
  'sim.downloaded': 'A handset downloaded the profile',
  'sim.installed': 'The handset installed the profile',
  'sim.enabled': 'The profile was switched on',
  'sim.disabled': 'The profile was switched off',
  'sim.deleted': 'The profile was deleted from the handset',
  'sim.released': 'The profile was released for another download',
  'sim.attached': 'It registered on a network',
  'sim.first-attached': 'It was on the air for the first time',
  'sim.detached': 'It left the network',
  'sim.first-used': 'It was used for the first time',
  'sim.activated': 'The service was activated',
  'sim.suspended': 'The service was suspended',
  'sim.resumed': 'The service was resumed',
  'sim.ceased': 'The service was ceased',
  'sim.reactivated': 'The service was activated again',
  'sim.deletion-scheduled': 'It is to be deleted, since it is idle',
  'sim.idle-deleted': 'It was deleted, since it was idle',
  'bundle.assigned': 'A bundle was assigned, and is being processed',
  'bundle.queued': 'A bundle is ready for use',
  'bundle.activated': 'A bundle began',
  'bundle.depleted': 'A bundle is used up',
  'bundle.expired': 'A bundle ended',
  'bundle.removed': 'A bundle was taken off',
}

/** What one event is, in a sentence without a full stop; of an unknown one its type. */
export function eventWords({ type, detail = {} }: Pick<EventShown, 'type' | 'detail'>): string {
  const { name, country, network } = detail
  const [, percent] = /^bundle\.used-(\d+)$/.exec(type) ?? []
  const said = percent === undefined ? WORDS[type] : `${percent} % of a bundle is used`
  const where = [network, country && `in ${country}`].filter(Boolean).join(' ')
  return [said ?? type, cut(String(name ?? where))].filter(Boolean).join(': ')
}

/** Several events in one line. */
export const allWords = (events: readonly EventShown[]): string =>
  events.length === 0 ? 'nothing happened' : events.map(eventWords).join('; ')

const UNITS: Readonly<Record<string, string>> = {
  Y: 'year',
  M: 'month',
  W: 'week',
  D: 'day',
  H: 'hour',
}

/** A duration in words, as in `7 days`; one of several parts as it is. */
export function durationWords(duration: string): string {
  const [, count, unit = ''] = /^PT?(\d+)([YMWDH])$/.exec(duration) ?? []
  if (count === undefined || (duration.startsWith('PT') && unit !== 'H')) return duration
  return `${count} ${UNITS[unit]}${count === '1' ? '' : 's'}`
}
