// Defects of each setting's default: a duration longer and shorter, another choice, another number.
import { builtText, change } from './text.js'

const BEGIN = /^ {4}(\w+): (duration|durations|choice|flag|whole)\(/gm
const LIST = /^\s*\[([^\]]*)\],\s*/

const MONTHS_AND_YEARS = /^P(\d+)([MY])$/
const DAYS = /^P(\d+)D$/
const TIMES = /^PT(\d+)([SMH])$/
const SECONDS = { S: 1, M: 60, H: 3600 }

/** A second longer, and half as long (`undefined` where it is 0 already). */
function others(duration) {
  const months = MONTHS_AND_YEARS.exec(duration)
  const days = DAYS.exec(duration)
  const time = TIMES.exec(duration)
  if (months)
    return [`${duration}T1S`, `P${(Number(months[1]) * (months[2] === 'Y' ? 12 : 1)) / 2}M`]
  if (days) return [`${duration}T1S`, `PT${Number(days[1]) * 12}H`]
  if (!time) throw new Error(`${duration} is no duration that is understood`)
  const seconds = Number(time[1]) * SECONDS[time[2]]
  const half = seconds < 2 ? 'PT0S' : `PT${Math.floor(seconds / 2)}S`
  return [`PT${seconds + 1}S`, seconds === 0 ? undefined : half]
}

/** The first text of `rest` that `pattern` finds, as a place in the file. */
function found(rest, at, pattern) {
  const match = pattern.exec(rest)
  if (!match) throw new Error(`no default is found in ${JSON.stringify(rest.slice(0, 60))}`)
  const start = at + match.index + match[0].indexOf(match[1])
  return { text: match[1], place: { start, end: start + match[1].length } }
}

const wordsOf = (list) => list.split(',').map((each) => each.trim())

/** By kind of setting what its default becomes: `[suffix of the id, place, text]`. */
const DEFECTS = {
  duration(rest, at) {
    const { text, place } = found(rest, at, /^\s*'([^']+)'/)
    const [longer, shorter] = others(text)
    const all = [
      ['longer', place, `${longer}`],
      ['shorter', place, shorter],
    ]
    return all.filter(([, , value]) => value !== undefined)
  },
  durations(rest, at) {
    const { text, place } = found(rest, at, LIST)
    const all = wordsOf(text)
    const [longer, shorter] = others(all[0].slice(1, -1))
    const [last] = others(all.at(-1).slice(1, -1))
    return [
      ['first-longer', place, [`'${longer}'`, ...all.slice(1)].join(', ')],
      ['first-shorter', place, [`'${shorter}'`, ...all.slice(1)].join(', ')],
      ['last-longer', place, [...all.slice(0, -1), `'${last}'`].join(', ')],
      ['one-fewer', place, all.slice(0, -1).join(', ')],
      ['one-more', place, [...all, all.at(-1)].join(', ')],
    ]
  },
  choice(rest, at) {
    const [head, list] = LIST.exec(rest)
    const { text, place } = found(rest.slice(head.length), at + head.length, /^('[^']*'|\d+)/)
    const all = wordsOf(list)
    return [['another', place, all[(all.indexOf(text) + 1) % all.length]]]
  },
  flag(rest, at) {
    const { text, place } = found(rest, at, /^\s*(true|false)/)
    return [['another', place, String(text !== 'true')]]
  },
  whole(rest, at) {
    const { text, place } = found(rest, at, /^\s*[\d_]+,\s*[\d_]+,\s*([\d_]+)/)
    return [
      ['more', { ...place, start: place.end - text.length }, `${text.replaceAll('_', '')} + 1`],
    ]
  },
}

/** Each setting of a provider. */
export function settingMutants(provider) {
  const file = `simulators/${provider}/settings`
  const text = builtText(file)
  return [...text.matchAll(BEGIN)].flatMap((match) => {
    const [head, setting, kind] = match
    const at = match.index + head.length
    return DEFECTS[kind](text.slice(at), at).map(([suffix, place, value]) => ({
      id: `${provider}-setting-${setting}-${suffix}`,
      ...change(file, place, value),
      what: `where nothing is set, ${setting} is ${suffix}: ${value}`,
    }))
  })
}
