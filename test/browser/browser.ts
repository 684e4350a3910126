// The Chromium that is installed, driven in tests; and servers of pages, also of a name that is led elsewhere.
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { type Browser, chromium } from 'playwright-core'

const PATH = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** False where there is no browser. In CI there has to be one: tests that need it fail without. */
export const hasBrowser = process.env.CI !== undefined || existsSync(PATH)
if (!hasBrowser)
  console.warn(
    `tests in a browser are left out, since there is none at ${PATH}: ` +
      'apt-get install chromium, or name another in CHROMIUM',
  )

/** A browser on a machine that has other work takes its time; wall ms. */
export const LONG = { timeout: 120_000 }

/** @param names where host names lead, as in `evil.example 127.0.0.1` */
export function openBrowser(names: readonly string[]): Promise<Browser> {
  const rules = names.map((each) => `MAP ${each}`).join(', ')
  return chromium.launch({
    executablePath: PATH,
    headless: true,
    args: ['--no-sandbox', `--host-resolver-rules=${rules}`],
  })
}

export interface PageServer extends AsyncDisposable {
  readonly port: number
}

/** Serves an empty page at every path, on a free port of 127.0.0.1. */
export async function servePages(): Promise<PageServer> {
  const server = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>a page</title>'),
  )
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

export interface Rebinding extends PageServer {
  /** Leads what comes from now on to another port. */
  leadTo(port: number): void
}

/** Where a name leads that its owner leads elsewhere later on, as in DNS rebinding. */
export async function openRebinding(first: number): Promise<Rebinding> {
  const sockets = new Set<Socket>()
  let target = first
  const server = createTcpServer((socket) => {
    const onward = connect(target, '127.0.0.1')
    for (const each of [socket, onward]) {
      sockets.add(each)
      each.on('close', () => sockets.delete(each))
      each.on('error', () => {
        socket.destroy()
        onward.destroy()
      })
    }
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port
      cut()
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((closed) => server.close(closed))
    },
  }
}
