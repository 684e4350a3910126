// The framework's share: Express that parses a body, decides nothing and sends the bytes bare-server.js sends.
import { readFileSync } from 'node:fs'
import express from 'express'

const [port, file] = process.argv.slice(2)
const replies = JSON.parse(readFileSync(`${file}`, 'utf8'))
const app = express()

// The same headers as the others send, and no work they do not have.
app.disable('x-powered-by')
app.disable('etag')
app.use(express.json())
const send =
  (/** @type {'GET' | 'POST'} */ method) =>
  (/** @type {unknown} */ _request, /** @type {express.Response} */ response) => {
    response.setHeader('Content-Type', 'application/json').send(Buffer.from(replies[method]))
  }
app.get('/esim-go/v2.4/esims{/:iccid}', send('GET'))
app.post('/esim-go/v2.4/orders', send('POST'))
app.listen(Number(port), '127.0.0.1')
