// The event stream: server-sent events to each who listens, at the pace at which it reads.
import type { ServerResponse } from 'node:http'
import { FEED_LENGTH, type Listening, type Told } from '../server/feed.ts'
import { httpDate } from '../server/http-date.ts'
import type { NewsType } from '../server/news.ts'
import type { SimulatorServer } from '../server/server.ts'
import { alarm, wallNow } from '../server/ticker.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { iso } from '../state/instant.ts'
import { reasonOf } from '../state/reason.ts'
import { eventText, toldText } from './stream-events.ts'

/** What a stream tells, and from where. */
export interface StreamOptions {
  readonly server: SimulatorServer
  readonly hosted: HostedWorld
  /** All of them where it is absent. */
  readonly types: ReadonlySet<NewsType> | undefined
  /** The id after which to go on. */
  readonly after: string | undefined
}

/** Wall ms between two comments that keep a connection. */
const HEARTBEAT = 15_000
/** Wall ms without reading after which who has fallen far behind is cut off. */
const PATIENCE = 1000
/** Wall ms in which a listener may still read why nothing more comes, and one that is cut off. */
const FAREWELL = 1000
const CUT_OFF = 5000

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
} as const

/**
 * Tells a listener what happens, until it goes or nothing more comes. Resolves once it has begun.
 * @throws Refusal `busy` where too many listen
 */
export async function streamNews(options: StreamOptions, response: ServerResponse): Promise<void> {
  await options.hosted.timeKept()
  // No event will tell of who has gone already.
  if (response.closed) return
  if (response.req.method === 'HEAD') {
    writeHead(response, options.hosted)
    response.end()
    return
  }
  const stream = new NewsStream(options, response)
  writeHead(response, options.hosted)
  stream.begin()
}

/** The world's time goes with it, as with every answer. */
function writeHead(response: ServerResponse, { world }: HostedWorld): void {
  response.sendDate = false
  response.writeHead(200, { ...HEADERS, Date: httpDate(world.now) })
}

/** A class, since its methods work on the same few things. */
class NewsStream {
  readonly #options: StreamOptions
  readonly #response: ServerResponse
  readonly #listening: Listening
  readonly #heart = alarm(() => this.#beat())
  /** The number of the last thing that was told, or passed over. */
  #position: number
  #isTelling = false
  /** The wall time since which what was written waits to be read. */
  #waitsSince: number | undefined
  #isOver = false

  constructor(options: StreamOptions, response: ServerResponse) {
    this.#options = options
    this.#response = response
    this.#listening = options.hosted.feed.listen({
      wake: () => this.#tell(),
      position: () => this.#position,
      ended: (why) => this.#end(why),
    })
    this.#position = this.#listening.from
  }

  begin(): void {
    const response = this.#response
    response.on('drain', () => {
      this.#waitsSince = undefined
      this.#tell()
    })
    response.once('close', () => this.#stop())
    this.#open()
    this.#comeBack()
    this.#heart.set(HEARTBEAT)
    this.#tell()
  }

  /** Tells that it listens, from where: who reads this first and then asks misses nothing. */
  #open(): void {
    const { world, feed } = this.#options.hosted
    const data = { at: iso(world.now), world: world.name }
    this.#write(eventText('open', data, feed.idOf(this.#position)))
  }

  /** Goes back to where the listener was, as far as what came since is kept. */
  #comeBack(): void {
    const { after, hosted } = this.#options
    if (after === undefined) return
    const number = hosted.feed.numberOf(after)
    if (number !== undefined && hosted.feed.keeps(number)) this.#position = number
    else this.#gap(after)
  }

  #gap(after: string): void {
    const why = 'what came in between is no longer kept: GET what you follow anew'
    this.#write(eventText('gap', { after, why }))
  }

  /** Writes what has come since, once it may be shown, for as long as the listener reads. */
  async #tell(): Promise<void> {
    if (this.#isTelling || this.#isOver) return
    if (this.#waitsSince !== undefined) {
      this.#fallBehind()
      return
    }

    this.#isTelling = true
    const { hosted } = this.#options
    const { feed } = hosted
    try {
      while (this.#position < feed.last && this.#waitsSince === undefined && !this.#isOver) {
        const until = feed.last
        await hosted.timeKept()
        await hosted.kept()
        this.#tellUntil(until)
      }
    } catch (error) {
      this.#end(reasonOf(error))
    } finally {
      this.#isTelling = false
    }
  }

  #tellUntil(last: number): void {
    const { server, hosted, types } = this.#options
    const { feed } = hosted
    const telling = { redactor: server.redactor, hosted }
    while (this.#position < last && this.#waitsSince === undefined && !this.#isOver) {
      if (!feed.keeps(this.#position)) this.#gap(feed.idOf(this.#position))
      const told = feed.after(this.#position)
      if (!told) {
        this.#position = feed.last
        return
      }
      this.#position = told.number
      if (isAsked(told, types)) this.#write(toldText(told, telling))
    }
  }

  /** Cuts off who has had time to read and did not: what is kept for it would only grow. */
  #fallBehind(): void {
    const waits = wallNow() - (this.#waitsSince ?? wallNow())
    const behind = this.#options.hosted.feed.last - this.#position
    if (waits < PATIENCE || behind <= FEED_LENGTH) return
    this.#cutOff(`it did not read for ${Math.round(waits)} ms, and ${behind} events wait for it`)
  }

  #beat(): void {
    if (this.#waitsSince !== undefined) {
      this.#cutOff(`it did not read for ${Math.round(wallNow() - this.#waitsSince)} ms`)
      return
    }
    this.#write(': here\n\n')
    this.#heart.set(HEARTBEAT)
  }

  #write(text: string): void {
    if (!this.#response.write(text)) this.#waitsSince ??= wallNow()
  }

  #cutOff(why: string): void {
    const { server, hosted } = this.#options
    server.report(
      `a listener to /_sim/events of the world "${hosted.world.name}" was cut off: ${why}`,
    )
    this.#end(`you were cut off: ${why}`, CUT_OFF)
  }

  /** Says why nothing more comes, and closes the connection once that is read, or in time. */
  #end(why: string, within = FAREWELL): void {
    if (this.#isOver) return
    this.#stop()
    this.#response.end(eventText('end', { why }))
    alarm(() => this.#response.destroy()).set(within)
  }

  #stop(): void {
    this.#isOver = true
    this.#listening.stop()
    this.#heart.set(undefined)
  }
}

function isAsked({ news }: Told, types: StreamOptions['types']): boolean {
  return types === undefined || types.has(news.type)
}
