// A real endpoint behind the proxy: calls go there as they came, and links in its answers lead back.
import { isJson } from '../server/media-type.ts'
import type { Upstream, UpstreamReply, UpstreamRequest } from '../server/upstream.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { openSender } from '../workflows/send.ts'
import { paced } from './real-target.ts'

/** Where calls of a provider go. */
export interface RealEndpoint {
  /** What the paths of its document stand behind, without a trailing slash. */
  readonly baseUrl: string
  /** Requests a second at most; as many as come unless given. */
  readonly rate?: number
}

/** Wall ms that an answer may take. */
const LONGEST = 30_000

/** An upstream that is let go of when nobody calls any more. */
export interface OpenUpstream extends Disposable {
  readonly upstream: Upstream
}

/** Nothing but the endpoint's own host is asked: redirects are passed on, and not followed. */
export function realUpstream(endpoint: RealEndpoint, { mounts }: Simulator): OpenUpstream {
  const { baseUrl, rate } = endpoint
  const versions = mounts.map(({ basePath }) => basePath).filter((each) => each !== '')
  const version = versions.find((each) => baseUrl.endsWith(each)) ?? ''
  const front = baseUrl.slice(0, baseUrl.length - version.length)
  const sender = openSender(LONGEST)
  const pace = rate === undefined ? async () => {} : paced(rate)
  return {
    async upstream(request) {
      const { method, headers, body } = request
      await pace()
      // Where the base URL names no version, all versions are behind it.
      const path = version === '' ? request.path.slice(request.basePath.length) : request.path
      const answer = await sender.send({ method, url: front + path, headers, body })
      if ('error' in answer) throw new Error(answer.error)
      return ledBack(answer, front, request, version === '')
    },
    [Symbol.dispose]: () => sender.close(),
  }
}

/** An answer whose links lead to the proxy, so that who follows them stays there. */
function ledBack(
  { headers, body, ...others }: UpstreamReply,
  front: string,
  { root, basePath }: UpstreamRequest,
  isBare: boolean,
): UpstreamReply {
  const to = isBare ? root + basePath : root
  const led = (text: string) => text.replaceAll(`${front}/`, `${to}/`)
  const own = Object.entries(headers).map(([name, value]) => [name, led(value)])
  const type = headers['content-type'] ?? ''
  const isText = isJson(type) || type.startsWith('text/')
  return {
    ...others,
    headers: Object.fromEntries(own),
    body: isText && body.includes(`${front}/`) ? Buffer.from(led(body.toString('utf8'))) : body,
  }
}
