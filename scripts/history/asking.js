// A move made into a request: for which world, asked by whom, and at times with something wrong.
import { damaged } from './damage.js'
import { learn } from './learn.js'

/** Where the world of a request is named; a credential chooses it at providers that have one. */
function placed(memory, { slug, open, secret }, dice) {
  const ways = [
    [5, 'prefix'],
    [2.5, 'header'],
  ]
  if (memory.name === 'default') ways.push([9, 'nothing'])
  else if (slug && slug !== 'highland' && (!open || secret)) ways.push([3, 'credential'])
  return dice.weighted(ways)
}

function queryText(query = {}) {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each) => [name, each]),
  )
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
}

function credentialHeaders(town, memory, { slug, open }) {
  if (!slug) return town.token === undefined ? {} : { Authorization: `Bearer ${town.token}` }
  if (open) return {}
  if (slug === 'esim-go') return { 'X-API-Key': memory.credentials[slug]?.apiKey ?? 'none' }
  if (slug !== 'highland') {
    const token = memory.tokens[slug]
    return token === undefined ? {} : { Authorization: `Bearer ${token}` }
  }
  const {
    auth,
    authHeader = 'Authorization',
    authValue = 'Bearer test-highland-key',
  } = memory.settings.highland ?? {}
  return auth === 'header' && town.dice.chance(0.85) ? { [authHeader]: authValue } : {}
}

/** The path of an href, without what a public URL puts before it. */
function pathOfLink(town, link) {
  const { pathname, search } = new URL(link)
  const { base } = town
  return (pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname) + search
}

/** Where callbacks may have been queued by it, so that they are waited for. */
function worldsMoved(town, memory, { method, url, damaged: wrong }, way) {
  if (method === 'GET' && !url.includes('/refresh')) return []
  return way === 'credential' || wrong ? [...town.worlds.keys()] : [memory.name]
}

function requestOf(town, memory, move) {
  const { dice } = town
  const { method, slug, mount = '', path, query, link, json, about, open, token, elsewhere } = move
  const way = link ? 'link' : placed(memory, move, dice)
  const own = slug === 'esim-go' && town.ports.own && !link && dice.chance(0.1)
  const below = `${slug && !own ? `/${slug}` : ''}${mount}${path}${queryText(query)}`
  const request = {
    method,
    port: own ? town.ports.own : town.ports.main,
    url: link ? pathOfLink(town, link) : `${way === 'prefix' ? `/w/${memory.name}` : ''}${below}`,
    headers: {
      ...credentialHeaders(town, memory, move),
      ...(way === 'header' ? { 'X-Sim-World': memory.name } : {}),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...move.headers,
    },
    ...{ body: json === undefined ? move.body : JSON.stringify(json), json },
    ...{ slug, about, open, token, elsewhere },
  }
  const spoiled = dice.chance(move.share ?? 0.1) ? damaged(request, dice) : request
  return { ...spoiled, after: worldsMoved(town, memory, spoiled, way) }
}

/**
 * Asks one thing of a world and learns from the reply. `share` of a move tells how often it is
 * spoiled; 0 leaves it as it is.
 */
export function* ask(town, memory, move) {
  const request = requestOf(town, memory, move)
  const reply = yield request
  town.played += 1
  learn(memory, request, reply, town.secrets)
  return reply
}
