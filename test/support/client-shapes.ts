// What browsers and other clients send, header by header, and whether each is let in.

/** A request as one kind of client sends it; Host is that of the server unless it is named. */
export interface Shape {
  readonly what: string
  readonly method?: string
  /** By name; several values are several headers. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** Sent as HTTP/1.0, and without a Host. */
  readonly old?: true
  /** The target is a URL with this authority, as proxies are sent it. */
  readonly authority?: string
  /** For whom it is let in: P the API of a provider, C the control API, F the front page. */
  readonly in: string
  /** The control API takes no body of its type, and says 415. */
  readonly wrongType?: true
}

type Headers = Shape['headers']

const JSON_TYPE = { 'Content-Type': 'application/json' }
const TEXT = { 'Content-Type': 'text/plain;charset=UTF-8' }
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const CHROME = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'en-GB,en;q=0.9',
}
/** Safari before 16.4 and Firefox before 90: no Sec-Fetch headers. */
const OLD_BROWSER = {
  'User-Agent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/15.6 Safari/605.1.15',
  'Accept-Encoding': 'gzip, deflate',
  'Accept-Language': 'de-DE,de;q=0.9',
}
const NODE = {
  Accept: '*/*',
  'Accept-Language': '*',
  'Sec-Fetch-Mode': 'cors',
  'User-Agent': 'node',
  'Accept-Encoding': 'gzip, deflate',
}
const EVIL = 'https://evil.example'

/** The Sec-Fetch headers of a browser of today. */
function chrome(site: string, mode: string, dest: string, more: Headers = {}): Headers {
  const fetched = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest }
  return { ...CHROME, ...fetched, ...more }
}

const link = (site: string, dest = 'document') =>
  chrome(site, 'navigate', dest, { 'Upgrade-Insecure-Requests': '1' })

const get = (what: string, headers: Headers, letIn: string): Shape => ({ what, headers, in: letIn })

const post = (what: string, headers: Headers, letIn: string): Shape => ({
  what,
  method: 'POST',
  headers,
  body: '{}',
  in: letIn,
})

const wrongType = (shape: Shape): Shape => ({ ...shape, wrongType: true })

/** Clients that are no browsers. */
const programs: readonly Shape[] = [
  get('curl', { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }, 'PCF'),
  post('curl --json', { 'User-Agent': 'curl/8.5.0', ...JSON_TYPE }, 'PCF'),
  post('curl -d', { 'User-Agent': 'curl/8.5.0', ...FORM }, 'PCF'),
  { ...post("curl -d ''", { 'User-Agent': 'curl/8.5.0', ...FORM }, 'PCF'), body: '' },
  post('a body of no type', { 'User-Agent': 'x' }, 'PCF'),
  get('fetch of Node', NODE, 'PCF'),
  post('fetch of Node with JSON', { ...NODE, ...JSON_TYPE }, 'PCF'),
  wrongType(post('fetch of Node with a text', { ...NODE, ...TEXT }, 'PCF')),
  get('fetch of Node under the name of a container', { ...NODE, Host: 'esimulator:4010' }, 'PF'),
  get('axios', { Accept: 'application/json, text/plain, */*', 'User-Agent': 'axios/1.12' }, 'PCF'),
  get('requests', { 'User-Agent': 'python-requests/2.32', 'Accept-Encoding': 'gzip' }, 'PCF'),
  get('httpx under the name of a pod', { 'User-Agent': 'httpx', Host: 'sim.ns.svc' }, 'PF'),
  get('Go', { 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip' }, 'PCF'),
  post('OkHttp', { 'User-Agent': 'okhttp/5.1.0', ...JSON_TYPE }, 'PCF'),
  get('java.net.http through a tunnel', { 'User-Agent': 'Java', Host: 'a.tunnel.example' }, 'PF'),
  get('Postman', { 'User-Agent': 'PostmanRuntime/7', 'Postman-Token': 'x' }, 'PCF'),
  get('a probe by the address of a pod', { 'User-Agent': 'kube-probe', Host: '10.1.2.3' }, 'PF'),
  { ...get('HTTP/1.0 without a Host', {}, 'PF'), old: true },
  get('a program under an allowed name', { Host: 'sim.example.test:8080' }, 'PCF'),
  get('the same in other letters, with a dot', { Host: 'SIM.example.Test.' }, 'PCF'),
  get('an allowed name of another script', { Host: 'xn--bcher-kva.example' }, 'PCF'),
  get('an allowed address', { ...OLD_BROWSER, Host: '[fd00:0::5]:4010' }, 'PCF'),
  get('an allowed address in brackets', { ...OLD_BROWSER, Host: '[FD00::6]' }, 'PCF'),
  get('a name below an allowed one', { Host: 'a.sim.example.test' }, 'PF'),
  get('a program at the public URL', { Host: 'public.example.test' }, 'PCF'),
  get('Accept-Language of a program', { 'Accept-Language': 'de' }, 'PCF'),
  get('a program that cannot be told from a browser', { ...CHROME, Host: 'esimulator' }, ''),
  get('fetch of Deno under the name of a container', { 'Accept-Language': '*', Host: 'sim' }, ''),
  ...['LOCALHOST:1', 'localhost.', 'a.localhost', '[::1]:80', '[0:0:0:0:0:0:0:1]'].map((Host) =>
    get(`loopback as ${Host}`, { Host }, 'PCF'),
  ),
  ...['127.1', '0x7f.1', '2130706433', '017700000001', '127.1.2.3'].map((Host) =>
    get(`loopback as ${Host}, for a browser, too`, { ...OLD_BROWSER, Host }, 'PCF'),
  ),
  ...['169.254.1.1', '[::ffff:169.254.1.1]', '0.0.0.0', '[::]', '10.0.0.5'].map((Host) =>
    get(`an address that is not this one: ${Host}`, { ...OLD_BROWSER, Host }, ''),
  ),
]

/** Pages that the simulator serves itself, and people who type its address. */
const ownPages = (port: number): readonly Shape[] => {
  const own = `http://127.0.0.1:${port}`
  return [
    get('a typed address', link('none'), 'PCF'),
    get('a typed address, old browser', OLD_BROWSER, 'PCF'),
    get('a link of the front page', link('same-origin'), 'PCF'),
    get('fetch of an own page', chrome('same-origin', 'cors', 'empty'), 'PCF'),
    post(
      'fetch of an own page with JSON',
      chrome('same-origin', 'cors', 'empty', { Origin: own, ...JSON_TYPE }),
      'PCF',
    ),
    wrongType(
      post('a form of an own page', { ...link('same-origin'), Origin: own, ...FORM }, 'PCF'),
    ),
    post('an own page, old browser', { ...OLD_BROWSER, Origin: own, ...JSON_TYPE }, 'PCF'),
    post('an own Origin in capitals', { Origin: own.toUpperCase(), ...JSON_TYPE }, 'PCF'),
    get('a frame of an own page', link('same-origin', 'iframe'), 'PCF'),
    get('a picture of an own page', chrome('same-origin', 'no-cors', 'image'), 'PCF'),
    ...['localhost', 'localhost.', '[::1]', 'a.localhost', 'sim.example.test'].map((name) =>
      post(
        `an own page at ${name}`,
        {
          Host: `${name}:${port}`,
          ...chrome('same-origin', 'cors', 'empty', { Origin: `http://${name}:${port}` }),
          ...JSON_TYPE,
        },
        'PCF',
      ),
    ),
    post(
      'an own page at port 80',
      { Host: 'localhost:80', Origin: 'http://localhost', ...JSON_TYPE },
      'PCF',
    ),
    post(
      'a page of the public URL',
      {
        Host: 'public.example.test',
        ...chrome('same-origin', 'cors', 'empty', { Origin: 'https://public.example.test' }),
        ...JSON_TYPE,
      },
      'PCF',
    ),
    post(
      'a page of the public URL, by a proxy that names another Host',
      {
        ...chrome('same-origin', 'cors', 'empty', { Origin: 'https://public.example.test' }),
        ...JSON_TYPE,
      },
      'PCF',
    ),
  ]
}

/** Pages of other sites. */
const foreignPages = (port: number): readonly Shape[] => {
  const own = `http://127.0.0.1:${port}`
  const from = (Origin: string) => chrome('cross-site', 'cors', 'empty', { Origin })
  return [
    get('fetch', from(EVIL), ''),
    get('fetch, no-cors', chrome('cross-site', 'no-cors', 'empty'), ''),
    get('Sec-Fetch-Site alone', { 'Sec-Fetch-Site': 'cross-site' }, ''),
    post('fetch with a text', { ...from(EVIL), ...TEXT }, ''),
    post('fetch with a text, old browser', { ...OLD_BROWSER, Origin: EVIL, ...TEXT }, ''),
    post(
      'fetch with a text, no-cors',
      chrome('cross-site', 'no-cors', 'empty', { Origin: EVIL, ...TEXT }),
      '',
    ),
    post('fetch with JSON, as a browser without preflights', { Origin: EVIL, ...JSON_TYPE }, ''),
    post('fetch with nothing', { ...OLD_BROWSER, Origin: EVIL }, ''),
    {
      ...get('a preflight', from(EVIL), ''),
      method: 'OPTIONS',
      headers: {
        ...from(EVIL),
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'content-type,x-api-key',
        'Access-Control-Request-Private-Network': 'true',
      },
    },
    { ...get('fetch by DELETE', from(EVIL), ''), method: 'DELETE' },
    { ...get('fetch by HEAD', from(EVIL), ''), method: 'HEAD' },
    get('EventSource', { ...from(EVIL), Accept: 'text/event-stream' }, ''),
    post('sendBeacon', chrome('cross-site', 'no-cors', 'empty', { Origin: EVIL, ...TEXT }), ''),
    post('ping of a link', { ...from(EVIL), 'Content-Type': 'text/ping', 'Ping-From': EVIL }, ''),
    post('a report of a policy', { ...from(EVIL), 'Content-Type': 'application/csp-report' }, ''),
    post('a report of JSON', { ...from('null'), ...JSON_TYPE, 'Sec-Fetch-Dest': 'report' }, ''),
    post('a form', { ...link('cross-site'), Origin: EVIL, ...FORM }, ''),
    post('a form, old browser', { ...OLD_BROWSER, Origin: EVIL, ...FORM }, ''),
    post(
      'a form of parts',
      { ...link('cross-site'), Origin: EVIL, 'Content-Type': 'multipart/form-data; boundary=x' },
      '',
    ),
    post('a form as text', { ...link('cross-site'), Origin: EVIL, ...TEXT }, ''),
    post('a form that was redirected', { ...link('cross-site'), Origin: 'null', ...FORM }, ''),
    post('a form without Origin', { ...link('cross-site'), ...FORM }, ''),
    get('a form by GET', link('cross-site'), 'F'),
    get('a link', { ...link('cross-site'), 'Sec-Fetch-User': '?1' }, 'F'),
    get('a link of another port', link('same-site'), 'F'),
    { ...get('a link by HEAD', link('cross-site'), ''), method: 'HEAD' },
    get('a link that says its Origin', { ...link('cross-site'), Origin: EVIL }, ''),
    ...['iframe', 'frame', 'embed', 'object', 'fencedframe'].map((dest) =>
      get(`a ${dest}`, link('cross-site', dest), ''),
    ),
    ...['image', 'script', 'style', 'video', 'audio', 'track', 'manifest'].map((dest) =>
      get(`${dest} as a part`, chrome('cross-site', 'no-cors', dest), ''),
    ),
    get('a font', chrome('cross-site', 'cors', 'font', { Origin: EVIL }), ''),
    get('a script with crossorigin', chrome('cross-site', 'cors', 'script', { Origin: EVIL }), ''),
    get('a prefetch', { ...chrome('cross-site', 'no-cors', 'empty'), Purpose: 'prefetch' }, ''),
    get(
      'WebSocket',
      {
        ...chrome('cross-site', 'websocket', 'empty', { Origin: EVIL, Upgrade: 'websocket' }),
        Connection: 'Upgrade, close',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version': '13',
      },
      '',
    ),
    get('WebSocket, old browser', { Origin: EVIL, Connection: 'Upgrade, close' }, ''),
    get('another port of this machine', chrome('same-site', 'no-cors', 'image'), ''),
    get('a Sec-Fetch-Site of the future', chrome('galaxy', 'cors', 'empty'), ''),
    get('two Sec-Fetch-Sites', { 'Sec-Fetch-Site': ['same-origin', 'cross-site'] }, ''),
    post('an own Origin across sites', { ...from(own), ...JSON_TYPE }, ''),
    ...[
      'null',
      '',
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      'http://127.0.0.1',
      `http://localhost:${port}`,
      `http://127.1:${port}`,
      `http://127.0.0.1.:${port}`,
      `http://[::1]:${port}`,
      `http://127.0.0.1:${port}@evil.example`,
      `http://evil.example@127.0.0.1:${port}`,
      `http://127.0.0.1:${port}.evil.example`,
      `http://127.0.0.1:${port}/`,
      `${own} ${EVIL}`,
      `${own}, ${own}`,
      `//127.0.0.1:${port}`,
      `127.0.0.1:${port}`,
      'http://xn--lcalhost-85g.example',
      'chrome-extension://abcdefghijklmnop',
      'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
      'file://',
      'about:blank',
    ].map((Origin) => post(`Origin "${Origin}"`, { Origin, ...JSON_TYPE }, '')),
    post('two Origins', { Origin: [own, EVIL], ...JSON_TYPE }, ''),
    post(
      'an extension that may reach this machine',
      chrome('none', 'cors', 'empty', { Origin: 'chrome-extension://abcdefgh', ...JSON_TYPE }),
      '',
    ),
    post(
      'a page of the public host without TLS',
      {
        Host: 'public.example.test',
        ...chrome('same-origin', 'cors', 'empty', { Origin: 'http://public.example.test' }),
        ...JSON_TYPE,
      },
      '',
    ),
    post(
      'a page of the public host without TLS, old browser',
      { Host: 'public.example.test', Origin: 'http://public.example.test', ...JSON_TYPE },
      '',
    ),
    post('a page of another port of the public host', from('https://public.example.test:1'), ''),
  ]
}

/** Pages whose own name was led to this machine (DNS rebinding): of one origin, to a browser. */
const reboundPages = (port: number): readonly Shape[] => {
  const Host = `evil.example:${port}`
  const Origin = `http://${Host}`
  return [
    get('fetch', { ...CHROME, Host }, ''),
    get('fetch, old browser', { ...OLD_BROWSER, Host }, ''),
    get('fetch with an Accept-Language of its own', { 'Accept-Language': '*', Host }, ''),
    get('fetch with an empty Accept-Language', { 'Accept-Language': '', Host }, ''),
    get('fetch that says it is a program', { ...CHROME, 'User-Agent': 'curl/8.5.0', Host }, ''),
    get('fetch over TLS', { ...chrome('same-origin', 'cors', 'empty'), Host }, ''),
    get('a link', { ...CHROME, 'Upgrade-Insecure-Requests': '1', Host }, ''),
    get('a link over TLS', { ...link('same-origin'), Host }, ''),
    get('a link of another site', { ...link('cross-site'), Host }, ''),
    post('fetch with JSON', { ...CHROME, Host, Origin, ...JSON_TYPE }, ''),
    post('fetch with a text', { ...OLD_BROWSER, Host, Origin, ...TEXT }, ''),
    post('a form', { ...CHROME, Host, Origin, ...FORM }, ''),
    ...['127.0.0.1.evil.example', 'localhost.evil.example', 'evil.example.', 'evillocalhost'].map(
      (name) => get(`a name that looks right: ${name}`, { ...CHROME, Host: name }, ''),
    ),
    get('a name without a dot', { ...CHROME, Host: 'evil' }, ''),
    { ...get('in the target', { ...CHROME, Host: 'localhost' }, ''), authority: 'evil.example' },
    { ...get('in the Host', { ...CHROME, Host }, 'PCF'), authority: 'localhost' },
  ]
}

/** Every shape, by what it is of, for a server on that port; its names are those of the rows. */
export const shapes = (port: number): readonly Shape[] => [
  ...programs.map((each) => ({ ...each, what: `a program: ${each.what}` })),
  ...ownPages(port).map((each) => ({ ...each, what: `an own page: ${each.what}` })),
  ...foreignPages(port).map((each) => ({ ...each, what: `a foreign page: ${each.what}` })),
  ...reboundPages(port).map((each) => ({ ...each, what: `a rebound page: ${each.what}` })),
]
