// What a page can try on a server that is not its own. Runs in a browser: it knows nothing but its arguments.

/** What one attempt came to. */
export interface Attempt {
  readonly what: string
  /** What the page could read of an answer: its text, or what it made of it. */
  readonly read: string | undefined
}

/** What is attacked: URLs that only read, and URLs that change something. */
export interface Victim {
  readonly reads: readonly string[]
  readonly changes: readonly string[]
}

/**
 * Tries everything on every URL, each marked by the query `attack`. Ends when the browser is done
 * with all of it.
 */
export async function attack({ reads, changes }: Victim): Promise<Attempt[]> {
  const attempts: Attempt[] = []
  const marked = (url: string, what: string) =>
    `${url}${url.includes('?') ? '&' : '?'}attack=${what}`

  const within = <T>(promise: Promise<T>) =>
    Promise.race([promise, new Promise<undefined>((done) => setTimeout(done, 3000, undefined))])

  const textOf = (read: unknown) => (typeof read === 'string' && read !== '' ? read : undefined)

  async function attempt(what: string, act: () => Promise<unknown>) {
    let read: string | undefined
    try {
      read = textOf(await within(act()))
    } catch {
      // The browser says no.
    }
    attempts.push({ what, read })
  }

  const fetched = async (url: string, options: RequestInit) => {
    const answer = await fetch(url, options)
    if (answer.type === 'opaque') return undefined
    return `${answer.status} ${await answer.text()}`
  }

  /** Puts an element into the page, and waits until it is there or is not. */
  const element = (make: () => HTMLElement) =>
    new Promise<HTMLElement>((done, fail) => {
      const made = make()
      made.addEventListener('load', () => done(made))
      made.addEventListener('error', () => fail(new Error('error')))
      document.body.append(made)
    })

  const part = (tag: string, attribute: string, url: string, more: object = {}) =>
    element(() => {
      const made = document.createElement(tag)
      for (const [name, value] of Object.entries(more)) made.setAttribute(name, value)
      made.setAttribute(attribute, url)
      return made
    })

  /** What a page can see of a frame. */
  const insideOf = (frame: HTMLElement) =>
    (frame as HTMLIFrameElement).contentDocument?.body.textContent ?? undefined

  const form = async (url: string, method: string, enctype: string) => {
    const frame = document.createElement('iframe')
    frame.name = `frame-${attempts.length}`
    document.body.append(frame)
    const made = document.createElement('form')
    Object.assign(made, { action: url, method, enctype, target: frame.name })
    const field = document.createElement('input')
    Object.assign(field, { name: '{"by":"P1D","x":"', value: '"}' })
    // A form that is sent by GET puts its fields in the place of the query.
    const mark = document.createElement('input')
    Object.assign(mark, { name: 'attack', value: new URL(url).searchParams.get('attack') })
    made.append(field, mark)
    document.body.append(made)
    const loaded = new Promise((done) => frame.addEventListener('load', done))
    made.submit()
    await loaded
    return insideOf(frame)
  }

  for (const url of reads) {
    const at = (what: string) => marked(url, what)
    await attempt('fetch', () => fetched(at('fetch'), {}))
    await attempt('fetch-no-cors', () => fetched(at('fetch-no-cors'), { mode: 'no-cors' }))
    await attempt('fetch-credentials', () =>
      fetched(at('fetch-credentials'), { credentials: 'include' }),
    )
    await attempt('fetch-language', () =>
      fetched(at('fetch-language'), { headers: { 'Accept-Language': '*' } }),
    )
    await attempt('fetch-no-language', () =>
      fetched(at('fetch-no-language'), { headers: { 'Accept-Language': '' } }),
    )
    await attempt('fetch-header', () =>
      fetched(at('fetch-header'), { headers: { 'X-API-Key': 'test-esim-go-key' } }),
    )
    await attempt('fetch-no-referrer', () =>
      fetched(at('fetch-no-referrer'), { referrerPolicy: 'no-referrer' }),
    )
    await attempt('xhr', async () => {
      const asked = new XMLHttpRequest()
      const done = new Promise((ended) => asked.addEventListener('loadend', ended))
      asked.open('GET', at('xhr'))
      asked.send()
      await done
      return asked.status === 0 ? undefined : `${asked.status} ${asked.responseText}`
    })
    await attempt('image', async () => {
      const image = (await part('img', 'src', at('image'))) as HTMLImageElement
      return `a picture ${image.naturalWidth} wide`
    })
    await attempt('script', async () => {
      await part('script', 'src', at('script'))
      return 'a script'
    })
    await attempt('style', async () => {
      await part('link', 'href', at('style'), { rel: 'stylesheet' })
      return 'a style sheet'
    })
    await attempt('frame', async () => insideOf(await part('iframe', 'src', at('frame'))))
    await attempt('object', async () => insideOf(await part('object', 'data', at('object'))))
    await attempt('form-get', () => form(at('form-get'), 'GET', ''))
    await attempt('event-source', async () => {
      const source = new EventSource(at('event-source'))
      await new Promise((ended) => source.addEventListener('error', ended))
      source.close()
    })
    await attempt('web-socket', async () => {
      const socket = new WebSocket(at('web-socket').replace('http', 'ws'))
      const opened = await new Promise((done) => {
        socket.addEventListener('open', () => done(true))
        socket.addEventListener('error', () => done(false))
      })
      return opened ? 'a socket' : undefined
    })
    await attempt('worker', async () => {
      const text = `importScripts(${JSON.stringify(at('worker'))}); postMessage('a script')`
      const worker = new Worker(URL.createObjectURL(new Blob([text])))
      return new Promise((done) => {
        worker.addEventListener('message', () => done('a script'))
        worker.addEventListener('error', () => done(undefined))
      })
    })
  }

  for (const url of changes) {
    const at = (what: string) => marked(url, what)
    const body = '{"company_id":"1a9a1d8ddc9311f09e024c50dd6c0d86","by":"P1D","name":"evil"}'
    const post = (what: string, options: RequestInit) =>
      attempt(what, () => fetched(at(what), { method: 'POST', body, ...options }))
    await post('post-text', {})
    await post('post-no-cors', { mode: 'no-cors' })
    await post('post-keepalive', { mode: 'no-cors', keepalive: true })
    await post('post-json', { headers: { 'Content-Type': 'application/json' } })
    await post('post-world', { headers: { 'X-Sim-World': 'default' } })
    await post('put', { method: 'PUT' })
    await post('delete', { method: 'DELETE' })
    await attempt('beacon', async () => void navigator.sendBeacon(at('beacon'), body))
    await attempt('beacon-form', async () => {
      navigator.sendBeacon(at('beacon-form'), new URLSearchParams({ by: 'P1D' }))
    })
    await attempt('form-text', () => form(at('form-text'), 'POST', 'text/plain'))
    await attempt('form-url', () => form(at('form-url'), 'POST', ''))
    await attempt('form-parts', () => form(at('form-parts'), 'POST', 'multipart/form-data'))
    await attempt('link-ping', async () => {
      const link = document.createElement('a')
      Object.assign(link, { href: '#', ping: at('link-ping') })
      document.body.append(link)
      link.click()
    })
  }
  return attempts
}
