// What is no operation, or hardly one: the front page, what there is not, foreign hosts.

export const nowhere = [
  '/',
  '/nothing',
  '/favicon.ico',
  '/_sim',
  '/_sim/',
  '/_simulator/health',
  '/_sim/unknown',
  '/_sim/worlds/',
  '/_SIM/health',
  '/_sim/sims/8943108170000000013/eat',
  '/_sim/faults',
  '/esim-go',
  '/esim-go/',
  '/esim-go/v2.3/esims',
  '/esim-go/v2.4/nothing',
  '/esim-go//v2.4/esims',
  '/ESIM-GO/v2.4/esims',
  '/highland/b2b',
  '/highland/b2b/sim/bar_code/%zz',
  '/wholesale',
  '/wholesale/activate/',
  '/accounts-orders/enterprise',
  '/accounts-orders/enterprise/accounts/',
  '/accounts-orders/auth/realms/other/protocol/openid-connect/token',
  '/w',
  '/w/',
  '/w/default',
  '/w/default/',
  '/w/default/_sim/clock',
  '/w/nobody/_sim/clock',
  '/w/nobody/esim-go/v2.4/esims',
  '/w/nobody/highland/b2b/company/summary',
  '/w/%64efault/_sim/clock',
  '/w/default/w/default/_sim/clock',
]

export const hosts = [
  '127.0.0.1',
  '::1',
  'other.example:80',
  'SIM.example.test:8443',

  'evil.example',
  'localhost:1',
  '[::1]:80',
  'LOCALHOST',
  '127.0.0.1.',
  'sim.example.test',
  '',
]
export const origins = [
  'https://sim.example.test:8443',
  'https://evil.example',
  'null',
  'http://127.0.0.1:1',
  'http://localhost',
]

/** A request that belongs nowhere, or comes from where it should not; `token` is the server's. */
export function oddRequest(dice, token) {
  const trusted = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const method = dice.weighted([
    [8, 'GET'],
    [1, 'POST'],
    [1, 'HEAD'],
    [1, 'OPTIONS'],
    [1, 'PATCH'],
    [1, 'DELETE'],
    [0.5, 'TRACE'],
    [0.3, 'PROPFIND'],
  ])
  const url = dice.chance(0.6)
    ? dice.pick(nowhere)
    : dice.pick([
        '/_sim/clock',
        '/_sim/worlds',
        '/_sim/health',
        '/_sim/journal?limit=1',
        '/esim-go/v2.4/',
        '/',
      ])
  const headers = {
    ...(dice.chance(0.85)
      ? trusted
      : dice.pick([{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic x' }])),
    ...dice.some({ Host: dice.pick(hosts) }, 0.3),
    ...dice.some({ Origin: dice.pick(origins) }, 0.15),
    ...dice.some({ 'X-Sim-World': dice.pick(['nobody', '', 'default']) }, 0.15),
  }
  const whole = dice.chance(0.04) ? { url: `http://elsewhere.example${url}` } : {}
  const hostless = dice.chance(0.02) ? { setHost: false } : {}
  return { method, url, headers, ...whole, ...hostless }
}
