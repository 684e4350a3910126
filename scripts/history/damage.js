// How a good request is made a bad one: its credential, body, type, query, method or path.

const anyValue = (dice) =>
  dice.pick([null, 0, -1, 1.5, '', 'text', true, [], {}, ['x'], { x: 1 }, 1e21, '0x10', ' '])

/** A body with something wrong in it: a field gone or too many, another value, capitals. */
function twisted(json, dice) {
  if (typeof json !== 'object' || json === null) return anyValue(dice)
  const names = Object.keys(json)
  const name = names.length > 0 ? dice.pick(names) : 'extra'
  if (typeof json[name] === 'object' && json[name] !== null && dice.chance(0.5))
    return Object.assign(Array.isArray(json) ? [...json] : { ...json }, {
      [name]: twisted(json[name], dice),
    })
  if (Array.isArray(json)) return dice.pick([[], [...json, ...json], [anyValue(dice)], {}])
  const { [name]: value, ...rest } = json
  return dice.weighted([
    [3, rest],
    [4, { ...json, [name]: anyValue(dice) }],
    [2, { ...json, unknown_field: anyValue(dice) }],
    [1, { ...rest, [name.toUpperCase()]: value }],
    [1, { ...rest, [name[0].toUpperCase() + name.slice(1)]: value, [name]: value }],
  ])
}

const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth)

/** Bodies that are no JSON, or none that should be read. */
export const brokenBodies = [
  '{"a":',
  '{a: 1}',
  'null',
  '[]',
  '"text"',
  '17',
  '',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":1}}',
  `{"deep":${nested(70)}}`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  '\ufeff{}',
  'a=b&c=d',
]

export const types = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-8',
  'application/json;charset=latin1',
  'application/vnd.api+json',
  'APPLICATION/JSON',
  'nonsense',
  undefined,
]

const withHeaders = (request, headers) => ({
  ...request,
  headers: { ...request.headers, ...headers },
})

function without(request, ...names) {
  const headers = Object.entries(request.headers).filter(([name]) => !names.includes(name))
  return { ...request, headers: Object.fromEntries(headers) }
}

/** By name: how often, and what it makes of a request. */
const damages = {
  noCredential: [3, (request) => without(request, 'X-API-Key', 'Authorization')],
  wrongCredential: [
    2,
    (request, dice) =>
      withHeaders(without(request, 'X-API-Key', 'Authorization'), {
        'X-API-Key': 'wrong',
        Authorization: dice.pick([
          'Bearer wrong',
          'Bearer',
          'Basic eDp5',
          'bearer a b',
          'Bearer wrong ',
        ]),
      }),
  ],
  body: [6, (request, dice) => ({ ...request, body: JSON.stringify(twisted(request.json, dice)) })],
  broken: [3, (request, dice) => ({ ...request, body: dice.pick(brokenBodies) })],
  large: [0.12, (request) => ({ ...request, body: `{"a":"${'x'.repeat(1_100_000)}"}` })],
  type: [
    2,
    (request, dice) => {
      const type = dice.pick(types)
      const bare = without(request, 'Content-Type')
      return type === undefined ? bare : withHeaders(bare, { 'Content-Type': type })
    },
  ],
  chunked: [1, (request) => withHeaders(request, { 'Transfer-Encoding': 'chunked' })],
  encoded: [0.4, (request) => withHeaders(request, { 'Content-Encoding': 'gzip' })],
  query: [
    3,
    (request, dice) => {
      const [before] = [request.url.includes('?') ? '&' : '?']
      const more = dice.pick([
        'unknown=1',
        'limit=abc',
        'page=-1',
        'a=%zz',
        'limit=1&limit=2',
        '&',
        'x[]=1',
        'limit=',
      ])
      return { ...request, url: request.url + before + more }
    },
  ],
  method: [
    1.5,
    (request, dice) => ({
      ...request,
      method: dice.pick(['PATCH', 'PUT', 'DELETE', 'POST', 'GET', 'HEAD', 'OPTIONS']),
    }),
  ],
  path: [
    1.5,
    (request, dice) => {
      const [path, query = ''] = request.url.split('?', 2)
      const other = dice.pick([
        `${path}/`,
        `${path}//`,
        `${path}/more`,
        path.replace(/[a-z]$/, (sign) => sign.toUpperCase()),
        `${path}%2F`,
        `${path}%00`,
        path.replace('/', '//'),
        `${path};x=1`,
      ])
      return { ...request, url: query ? `${other}?${query}` : other }
    },
  ],
  accept: [
    1,
    (request, dice) =>
      withHeaders(request, {
        Accept: dice.pick(['text/html', 'application/xml', 'image/*', '', '*/*;q=0']),
      }),
  ],
  closing: [0.5, (request) => withHeaders(request, { Connection: 'close' })],
  nobody: [0.6, (request) => withHeaders(request, { 'X-Sim-World': 'nobody' })],
  origin: [0.4, (request) => withHeaders(request, { Origin: 'https://evil.example' })],
}

const needBody = new Set(['body', 'broken', 'large', 'type', 'chunked', 'encoded'])
const bodiless = Object.entries(damages).filter(([name]) => !needBody.has(name))

/** The request with one thing wrong with it, or several. */
export function damaged(request, dice) {
  const usable = request.json === undefined ? bodiless : Object.entries(damages)
  const [name, [, damage]] = dice.weighted(usable.map((entry) => [entry[1][0], entry]))
  const once = { ...damage(request, dice), damaged: name }
  return dice.chance(0.1) ? damaged(once, dice) : once
}
