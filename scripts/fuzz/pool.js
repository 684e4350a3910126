// Values that replies told, by the name of their field: what the next requests speak of.

/** How many values a name keeps; the oldest go. */
const KEPT = 40
/** How many values of one reply are looked at. */
const LOOKED_AT = 600

/** Fields that tell the same thing under another name. */
const ALIASES = {
  iccids: 'iccid',
  esims: 'iccid',
  orderReference: 'reference',
  applyReference: 'reference',
  item: 'bundle',
}

/** A seeded pool. @param avoid values never taken in, such as those that provoke failures */
export function openPool(dice, avoid = () => false) {
  const byName = new Map()

  function keep(name, value) {
    if (avoid(value)) return
    const list = byName.get(name) ?? []
    if (list.includes(value)) return
    list.push(value)
    if (list.length > KEPT) list.shift()
    byName.set(name, list)
  }

  /** @param left how many values are still looked at */
  function look(value, name, left) {
    left.count -= 1
    if (left.count < 0 || value === null || value === undefined) return
    if (Array.isArray(value)) {
      for (const each of value) look(each, name, left)
      if (name === 'assignments') for (const { id } of value) if (id) keep('assignment', id)
    } else if (typeof value === 'object')
      for (const [key, each] of Object.entries(value)) look(each, key, left)
    else if (name !== '' && (typeof value === 'number' || typeof value === 'string')) {
      if (String(value).length > 200) return
      keep(name, value)
      if (ALIASES[name]) keep(ALIASES[name], value)
      if (name === 'name' && String(value).startsWith('esim_')) keep('bundle', value)
      const [, kind] = /^(acc|otpl|sub|sbr|prod|order|ord)_/.exec(String(value)) ?? []
      if (kind) keep(kind, value)
      const [, code] = /\/bar_code\/([0-9a-f]{32})$/.exec(String(value)) ?? []
      if (code) keep('bar_code', code)
      if (/^(cb|un)_/.test(String(value))) keep('callback', value)
    }
  }

  return {
    /** Takes in what a reply told. */
    learn: (body) => look(body, '', { count: LOOKED_AT }),
    keep,
    /** One of the values of a name, more often a late one; `undefined` where there is none. */
    get(name) {
      const list = byName.get(name)
      return list && dice.recent(list)
    },
    forget: () => byName.clear(),
  }
}
