// The simulator behind a body parser of the application that embeds it: the body that was read counts.
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { createApp, type SimulatorApp } from '../../src/index.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const order = {
  type: 'validate',
  Order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}

/** An application that mounts the simulator behind `parsers`. */
function behind(app: SimulatorApp, ...parsers: RequestHandler[]) {
  return express().use('/sim', ...parsers, app)
}

test.each([
  ['express.json()', express.json()],
  ['express.json({ strict: false })', express.json({ strict: false })],
  ['express.raw()', express.raw({ type: '*/*' })],
  ['express.text()', express.text({ type: '*/*' })],
  ['express.urlencoded(), which reads no JSON', express.urlencoded({ extended: true })],
])('behind %s a POST is answered, at providers and /_sim', async (_name, parser) => {
  await using app = await createApp()
  const outer = behind(app, parser)
  const { body } = await request(outer).post('/sim/esim-go/v2.4/orders').set(KEY).send(order)
  expect(body).toMatchObject({ valid: true })
  await request(outer).post('/sim/_sim/clock/advance').send({ by: 'P1D' }).expect(200)
  // What the parser left alone is read here, up to the limit.
  await request(outer)
    .post('/sim/_sim/clock/advance')
    .expect(400, /needs a body/)
  await request(outer).post('/sim/_sim/clock/advance').send('[1]').type('json').expect(400)
})

test.each([
  ['extended', express.urlencoded({ extended: true })],
  ['simple', express.urlencoded({ extended: false })],
  ['text', express.text({ type: '*/*' })],
])('behind a parser of forms (%s) a token is given', async (_name, parser) => {
  await using app = await createApp()
  const form = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
  const ask = (body: string) =>
    request(behind(app, parser)).post('/sim/wholesale/oauth/token').type('form').send(body)
  expect((await ask(form)).body).toMatchObject({ token_type: 'Bearer' })
  expect((await ask(`${form}&client_id=x`)).body).toMatchObject({ error: 'invalid_request' })
})

test('a compressed body that a parser inflated is not inflated again', async () => {
  await using app = await createApp()
  const { gzipSync } = await import('node:zlib')
  const asked = request(behind(app, express.json())).post('/sim/_sim/clock/advance')
  asked.set('Content-Encoding', 'gzip').set('Content-Type', 'application/json')
  const { status } = await asked.serialize(() => gzipSync('{"by":"P1D"}') as never).send({})
  expect(status).toBe(200)
})

test('a body that was read and left nowhere is 500, and says what to do', async () => {
  await using app = await createApp({ report: () => {} })
  const swallow: RequestHandler = (incoming, _response, next) => {
    incoming.resume()
    incoming.once('end', () => next())
  }
  const outer = behind(app, swallow)
  for (const path of ['/sim/esim-go/v2.4/orders', '/sim/_sim/clock/advance'])
    await request(outer)
      .post(path)
      .set(KEY)
      .send(order)
      .expect(500, /mount the simulator before what reads bodies/)
  await request(outer).get('/sim/esim-go/v2.4/esims').set(KEY).expect(200)
})

test('a body that is no JSON behind a parser of bytes is refused as ever', async () => {
  await using app = await createApp()
  const outer = behind(app, express.raw({ type: '*/*' }))
  const send = (body: Buffer) =>
    request(outer)
      .post('/sim/esim-go/v2.4/orders')
      .set(KEY)
      .type('application/json')
      .serialize(() => body as never)
      .send({})
  await send(Buffer.from([0xff])).expect(400, /not UTF-8/)
  await send(Buffer.from('\ufeff{"type":')).expect(400, /not JSON/)
})
