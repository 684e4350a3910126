// No secret is shown: not in the journal, not with callbacks, not in problems, logs and reports, in whatever spelling it came.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sentenceFor } from '../../src/cli/foreseen.ts'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { call } from '../support/control.ts'
import { send } from '../support/http.ts'
import { head, sendRaw } from '../support/raw.ts'
import { SPELLINGS } from '../support/spellings.ts'

const KEY = 'test-esim-go-key'
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const TOKENS = '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token'
const RECEIVER = 'http://127.0.0.1:9'

let sim: RunningSimulator
beforeAll(async () => {
  sim = await startSimulator({ given: 'an assigned bundle' })
})
afterAll(() => sim.close())

/** The newest exchange, as its reader gets it. */
async function newest(): Promise<string> {
  const [entry] = await sim.journal.list({ limit: 1 })
  return JSON.stringify(entry)
}

const UNKNOWN = 'Hunter2-of-ours'

test.each([
  [
    'the password of grant_type=password',
    TOKENS,
    `grant_type=password&username=u&password=${UNKNOWN}`,
  ],
  [
    'a second client_secret',
    TOKENS,
    `grant_type=client_credentials&client_secret=a&client_secret=${UNKNOWN}`,
  ],
  ['a client_secret whose name is escaped', TOKENS, `grant_type=x&client%5Fsecret=${UNKNOWN}`],
  ['a refresh_token', TOKENS, `grant_type=refresh_token&refresh_token=${UNKNOWN}`],
  ['a client_assertion', TOKENS, `grant_type=x&client_assertion=${UNKNOWN}`],
  ['a list of secrets', TOKENS, `secret[]=${UNKNOWN}&secret[1]=${UNKNOWN}`],
  ['a value with a quote in it', TOKENS, `password=ab"${UNKNOWN}&x=1`],
])('in a form: %s', async (_what, path, raw) => {
  await send('POST', sim.url + path, { raw, headers: FORM })
  expect(await newest()).not.toContain(UNKNOWN)
  expect(await newest()).toContain('[redacted]')
})

test.each([
  `?access_token=${UNKNOWN}`,
  `?perPage=1&api_key=${UNKNOWN}`,
  `?key=${UNKNOWN}`,
  `?sig=${UNKNOWN}`,
  `?x=https%3A%2F%2Fh.example%2F%3Ftoken%3D${UNKNOWN}`,
  `?x=https://me:${UNKNOWN}@h.example/`,
  `?Client-Secret=${UNKNOWN}&Client-Secret=${UNKNOWN}`,
  `?%61ccess_token=${UNKNOWN}`,
])('in the URL: %s', async (query) => {
  await send('GET', `${sim.baseUrl('esim-go')}/catalogue${query}`, {
    headers: { 'X-API-Key': KEY },
  })
  const entry = await newest()
  expect(entry).not.toContain(UNKNOWN)
  expect(entry).toContain('/esim-go/v2.4/catalogue?')
})

test.each([
  'api-key',
  'x-apikey',
  'X-Api-Key',
  'Apikey',
  'X-Auth-Token',
  'X-Access-Token',
  'Proxy-Authorization',
  'Authorization',
  'Cookie',
  'Set-Cookie',
  'X-Client-Secret',
  'Ocp-Apim-Subscription-Key',
  'X-Amz-Security-Token',
])('in the header %s', async (name) => {
  await send('GET', `${sim.baseUrl('esim-go')}/catalogue`, { headers: { [name]: UNKNOWN } })
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry?.requestHeaders[name.toLowerCase()]).toBe('[redacted]')
  expect(JSON.stringify(entry)).not.toContain(UNKNOWN)
})

test.each([
  `{"password":"${UNKNOWN}"}`,
  `{"a":[{"b":{"Client_Secret":["x","${UNKNOWN}"]}}]}`,
  `{"secret":"x","secret":"${UNKNOWN}"}`,
  `{"apiKey" : { "value": "${UNKNOWN}" }, "iccid": "8943108170000000013"}`,
  `{"cl\\u0069ent_secret":"a\\",${UNKNOWN}"}`,
  `{"password":"${UNKNOWN}`,
  `{"password": ${UNKNOWN}, "x": 1`,
  `{"password": "a"${UNKNOWN}", "x": 1}`,
  `{password: ${UNKNOWN}}`,
  `password: ${UNKNOWN}`,
  `{"note":"{\\"password\\":\\"a\\\\\\"${UNKNOWN}\\"}"}`,
  `{"note":"see https://h.example/?token=${UNKNOWN}"}`,
  `{"note":"curl -H 'Authorization: Bearer ${UNKNOWN}'"}`,
  `<login><password>${UNKNOWN}</password></login>`,
  `--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${UNKNOWN}\r\n--b--`,
  `{"token":${'['.repeat(50)}"${UNKNOWN}"`,
])('in the body %s', async (raw) => {
  const headers = { 'X-API-Key': KEY, 'Content-Type': 'application/json' }
  await send('POST', `${sim.baseUrl('esim-go')}/orders`, { raw, headers })
  expect(await newest()).not.toContain(UNKNOWN)
})

test('a secret nobody knows is not shown where the reply repeats it, either', async () => {
  await send('POST', sim.url + TOKENS, {
    raw: `grant_type=${UNKNOWN}&password=${UNKNOWN}`,
    headers: FORM,
  })
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry?.replyBody).toContain('[redacted]')
  expect(JSON.stringify(entry)).not.toContain(UNKNOWN)
})

/** A secret as a user may choose it, with what each way of spelling has to escape. */
const CHOSEN = 'p/ss"W0rd\\u+%41&é='.replace('é', 'e')

test.each(Object.entries(SPELLINGS))('a known secret %s is shown nowhere', async (_how, spell) => {
  await using own = await startSimulator({ credentials: { 'esim-go': [CHOSEN] } })
  const spelled = spell(CHOSEN)
  const inJson = JSON.stringify(`before ${spelled} behind`)
  const headers = { 'X-API-Key': CHOSEN, 'Content-Type': 'application/json', 'X-Told': spelled }
  const base = own.baseUrl('esim-go')
  await send('POST', `${base}/orders`, { raw: `{"note":${inJson}}`, headers })
  await send('POST', `${base}/orders`, { raw: `{"note":"${spelled}"`, headers })
  const path = `/esim-go/v2.4/esims?x=${spelled.replaceAll(/[^\w%&;=+/-]/g, encodeURIComponent)}`
  await new Promise<void>((done) =>
    request({ port: own.port, host: '127.0.0.1', path, headers }, (answer) => {
      answer.resume().on('end', done)
    }).end(),
  )
  const entries = await own.journal.list()
  expect(entries).toHaveLength(3)
  for (const { url, requestHeaders, requestBody, ...rest } of entries) {
    expect(requestHeaders['x-told']).not.toContain(spelled)
    expect(JSON.stringify([requestHeaders, requestBody, rest])).not.toContain(
      JSON.stringify(spelled).slice(1, -1),
    )
    if (url.includes('?')) expect(url).toMatch(/^\/esim-go\/v2.4\/esims\?x=[^&]*\[redacted\]/)
    else expect(requestBody).toContain('[redacted]')
  }
})

test('what another world and the control API are opened with is shown nowhere, also when it went', async () => {
  await using own = await startSimulator({ token: 'control-token-1' })
  const auth = { Authorization: 'Bearer control-token-1' }
  const json = { name: 'other', credentials: { 'esim-go': ['the-other-key'] } }
  await call(own.url, '/_sim/worlds', { json, headers: auth })
  const tokens = await send<{ access_token: string }>('POST', `${own.url}/wholesale/oauth/token`, {
    raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
    headers: FORM,
  })
  const token = tokens.body.access_token
  const told = `the-other-key, control-token-1 and ${token}`
  await send('GET', `${own.url}/esim-go/v2.4/esims?x=${encodeURIComponent(told)}`)
  const read = async () => JSON.stringify(await own.journal.list())
  const expectNone = (text: string) => {
    for (const secret of ['the-other-key', 'control-token-1', token])
      expect(text).not.toContain(secret)
  }
  expectNone(await read())
  await call(own.url, '/_sim/worlds/other', { method: 'DELETE', headers: auth })
  await own.clock.advance('P1D')
  await send('POST', `${own.url}/wholesale/oauth/token`, {
    raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
    headers: FORM,
  })
  expectNone(await read())
  expect(await read()).toContain('x=[redacted]%2C%20[redacted]%20and%20[redacted]')
})

test('a key, a setting and a callback URL that were replaced are still struck out', async () => {
  await using own = await startSimulator({
    settings: { highland: { auth: 'header', authValue: 'Bearer first-highland-key' } },
  })
  await own.callbacks.target('esim-go', `${RECEIVER}/?token=first-target-token`)
  await send('GET', `${own.baseUrl('esim-go')}/esims?x=first-highland-key,first-target-token`)
  await own.set('highland', { authValue: 'Bearer second-highland-key' })
  await own.callbacks.target('esim-go', RECEIVER)
  const [entry] = await own.journal.list()
  expect(entry?.url).toBe('/esim-go/v2.4/esims?x=[redacted],[redacted]')
})

test('a short secret is struck out where it stands for itself, and a very short one by its name', async () => {
  await using own = await startSimulator({
    credentials: { 'esim-go': ['trip7'], wholesale: [{ client: 'c', secret: 's' }] },
  })
  await send('POST', `${own.url}/esim-go/v2.4/orders`, {
    raw: '{"note":"trip7 of trip77 s","client_secret":"s"}',
    headers: { 'X-API-Key': 'trip7', 'Content-Type': 'application/json' },
  })
  const [entry] = await own.journal.list()
  expect(entry?.requestBody).toBe('{"note":"[redacted] of trip77 s","client_secret":"[redacted]"}')
})

test('a URL with a user in it, and such a Host, are shown without', async () => {
  await sendRaw(sim.port, head(`GET http://me:${UNKNOWN}@127.0.0.1/esim-go/v2.4/esims`))
  expect(await newest()).not.toContain(UNKNOWN)
  await sendRaw(sim.port, head('GET /esim-go/v2.4/esims', { Host: `me:${UNKNOWN}@x y` }))
  expect(await newest()).not.toContain(UNKNOWN)
  expect(await newest()).toContain('the Host')
})

test('what is no JSON is told without a piece of it', async () => {
  for (const raw of [`{"client_secret": ${UNKNOWN}`, UNKNOWN, `{"a":"b" ${UNKNOWN}}`]) {
    const headers = { 'X-API-Key': KEY, 'Content-Type': 'application/json' }
    const answers = [
      await send('POST', `${sim.baseUrl('esim-go')}/orders`, { raw, headers }),
      await send('POST', `${sim.url}/_sim/clock/advance`, { raw, headers }),
    ]
    const [entry] = await sim.journal.list({ limit: 1 })
    expect(entry?.refusal?.reason).toMatch(/^the body is not JSON: \w+/)
    for (const text of [...answers.map((answer) => answer.text), entry?.refusal?.reason])
      expect(text).not.toMatch(/Hunt|nter/)
  }
})

test('a callback URL is shown without what opens it; its receiver still gets it', async () => {
  await using own = await startSimulator({ given: 'an assigned bundle' })
  const url = `${RECEIVER}/hook?token=${UNKNOWN}&x=1`
  await own.callbacks.target('esim-go', url)
  const put = await call<{ url: string }>(own.url, '/_sim/callbacks/target/esim-go', {
    method: 'PUT',
    json: { url },
  })
  const shown = `${RECEIVER}/hook?token=[redacted]&x=1`
  expect(put.body.url).toBe(shown)
  const [esim] = await own.sims('esim-go')
  await own.device(esim?.iccid ?? '').use('800MB')
  const { fired } = await own.clock.advance('P1D')
  const [callback] = await own.callbacks.list()
  expect(callback?.url).toBe(shown)
  const one = await call(own.url, `/_sim/callbacks/${callback?.id}`)
  const sim1 = await own.device(esim?.iccid ?? '').show()
  const seen = JSON.stringify([fired, await own.show(), await own.callbacks.list(), one.body, sim1])
  expect(seen).not.toContain(UNKNOWN)
  expect(JSON.stringify(await own.state())).toContain(url)
})

test('what differs from a snapshot is told without tokens, keys and what opens a callback URL', async () => {
  await using own = await startSimulator({ credentials: { 'esim-go': ['a-key-of-mine'] } })
  await own.snapshots.save('before')
  const form = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
  const url = `${own.url}/wholesale/oauth/token`
  const { body } = await send<{ access_token: string }>('POST', url, { raw: form, headers: FORM })
  await own.callbacks.target('esim-go', `${RECEIVER}/?token=${UNKNOWN}`)
  await own.set('highland', { auth: 'header', authValue: 'Bearer a-highland-key' })
  const difference = await own.snapshots.diff('before')
  const text = JSON.stringify([difference, await own.history()])
  expect(difference.records).toContainEqual(
    expect.objectContaining({ collection: 'credentials', key: 'wholesale/[redacted]' }),
  )
  for (const secret of [body.access_token, UNKNOWN, 'a-highland-key', 'a-key-of-mine'])
    expect(text).not.toContain(secret)

  await own.snapshots.save('after')
  await send('POST', url, { raw: form, headers: FORM })
  const state = await own.state()
  const kept = state.collections['snapshot-records'] ?? {}
  const [place = ''] = Object.keys(kept).filter((key) => key.includes('/credentials/'))
  const broken = { ...kept, [place]: { ...kept[place], snapshot: 'none' } }
  const collections = { ...state.collections, 'snapshot-records': broken }
  const answer = await call(own.url, '/_sim/state', {
    method: 'PUT',
    json: { ...state, collections },
  })
  expect(answer.body).toMatchObject({
    detail: expect.stringContaining('credentials/wholesale/[redacted]'),
  })
})

test('problems do not repeat the key of a bad credential record', async () => {
  await using own = await startSimulator()
  const state = await own.state()
  for (const record of [
    { provider: 'esim-go', kind: 'no kind', secret: UNKNOWN },
    { provider: 'highland', kind: 'api-key', secret: UNKNOWN },
  ]) {
    const collections = { ...state.collections, credentials: { [`esim-go/${UNKNOWN}`]: record } }
    const answer = await call(own.url, '/_sim/state', {
      method: 'PUT',
      json: { ...state, collections },
    })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).not.toContain(UNKNOWN)
  }
})

test('a state that cannot be opened is told without the secrets in it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'esimulator-secrets-'))
  try {
    const good = await startSimulator({ store: dir })
    const made = { name: 'ci', credentials: { 'esim-go': [UNKNOWN] } }
    await call(good.url, '/_sim/worlds', { json: made })
    const { body } = await call<object>(good.url, '/w/ci/_sim/state')
    await good.close()
    for (const broken of [
      `{"format":1,"world":"ci","logged":0,"collections":{"credentials":{"esim-go/${UNKNOWN}":5}}}`,
      JSON.stringify({ ...body, logged: 0 }).replace('"api-key"', '"no-kind"'),
      `{"format":1,"logged":${UNKNOWN}}`,
    ]) {
      for (const file of await readdir(dir)) if (file.startsWith('ci.')) await rm(join(dir, file))
      await writeFile(join(dir, 'ci.json'), broken)
      const reports: string[] = []
      await using next = await startSimulator({
        store: dir,
        report: (line) => void reports.push(line),
      })
      const worlds = await call(next.url, '/_sim/worlds')
      const health = await call(next.url, '/_sim/health')
      expect(reports.join()).toContain('"ci" cannot be opened')
      expect(JSON.stringify([reports, worlds.body, health.body])).not.toMatch(/Hunter2|of-ours/)
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('a mistake of ours is reported, and told, without secrets', async () => {
  const reports: string[] = []
  await using own = await startSimulator({
    credentials: { 'esim-go': [UNKNOWN] },
    report: (line) => void reports.push(line),
  })
  const state = await own.state()
  const callbacks = { broken: 'x' }
  await call(own.url, '/_sim/state', {
    method: 'PUT',
    json: { ...state, collections: { ...state.collections, callbacks } },
  })
  expect(sentenceFor(new Error(`no answer of http://me:${UNKNOWN}@h.example/`))).not.toContain(
    UNKNOWN,
  )
  expect(reports.join()).not.toContain(UNKNOWN)
})

test('what is no secret stays as it is', async () => {
  const note = {
    matchingId: 'AB12-CD34-EF56',
    activationCode: 'LPA:1$rsp.example.com$AB12-CD34-EF56',
    iccid: '8943108170000000013',
    smdpAddress: 'rsp.example.com',
    email: 'ada.byron+token@bank.example',
    nextPageToken: 'eyJvIjoxMDB9',
    page_token: 'abcdefgh',
    cursor: 'eyJhZnRlciI6InN1Yl8wMUhUUTgifQ',
    token_type: 'Bearer',
    error: 'invalid_token',
    error_description: 'The access token is unknown or has expired',
    characteristics: [{ key: 'colour', value: 'red' }],
    puk: '12345678',
    pin: '1234',
    confirmationCode: '4711',
    keyboard: 'qwertz',
    compass: 'north',
    tokens: null,
    qr: Buffer.from('a picture of a code, as base64').toString('base64'),
    reference: '4d3f7a1e-0c55-4f6a-9d1c-2b9e8f7a6c5d',
  }
  const raw = JSON.stringify(note)
  const headers = {
    'X-API-Key': KEY,
    'Content-Type': 'application/json',
    'Idempotency-Key': 'order-2026-01-01',
    'X-Request-Id': 'a1b2c3d4e5f6',
    Accept: 'application/json',
  }
  const query =
    'perPage=1&cursor=eyJvIjoxMDB9&page_token=abc&matchingId=AB12&email=ada%40bank.example'
  const url = `${sim.baseUrl('esim-go')}/orders?${query}`
  const { text } = await send('POST', url, { raw, headers })
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry).toMatchObject({
    url: `/esim-go/v2.4/orders?${query}`,
    requestBody: raw,
    replyBody: text,
    requestHeaders: { 'idempotency-key': 'order-2026-01-01', 'x-request-id': 'a1b2c3d4e5f6' },
  })
})

test.each([
  '/esim-go/v2.4/esims?perPage=5',
  '/esim-go/v2.4/catalogue?perPage=5',
  '/esim-go/v2.5/catalogue?perPage=5',
  '/highland/b2b/company/product_list',
])('a reply of %s is kept as it was', async (path) => {
  const { text } = await send('GET', sim.url + path, { headers: { 'X-API-Key': KEY } })
  const [entry] = await sim.journal.list({ limit: 1 })
  const kept = entry?.replyBody?.replace(/\.\.\. \(\d+ characters\)$/, '') ?? ''
  expect(text.startsWith(kept)).toBe(true)
  expect(kept.length).toBeGreaterThan(50)
})

test('the journal tells why a token was refused, and where to get one', async () => {
  await send('GET', `${sim.url}/accounts-orders/enterprise/accounts`)
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry?.refusal?.reason).toBe('the header Authorization: Bearer <token> is missing')
})
