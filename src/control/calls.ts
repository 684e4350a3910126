// Operations of the providers: which there are to be called, and calls of them.
import { reply } from '../simulators/call.ts'
import { type ControlHandlers, providerOf } from './call.ts'

export const callHandlers = {
  async listCallable({ calls, server, path }) {
    return reply(200, await (await calls()).list(providerOf(server, path.slug).simulator.slug))
  },
  async callProvider({ calls, server, hosted, body, root }) {
    const { slug } = providerOf(server, body.provider).simulator
    const origin = { root, world: hosted.world.name }
    return reply(200, await (await calls()).call({ ...body, provider: slug }, origin))
  },
} satisfies Partial<ControlHandlers>
