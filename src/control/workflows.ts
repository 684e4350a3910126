// Workflows: which there are, and runs of them against this very simulator.
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { worldUrl } from './base-urls.ts'
import type { ControlHandlers } from './call.ts'

/** A page that may load nothing, run nothing and lead nowhere, whatever stands in it. */
const ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"

const TYPES = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  junit: 'application/xml; charset=utf-8',
} as const

export const workflowHandlers = {
  listWorkflows: async ({ workflows }) => reply(200, await (await workflows()).list()),
  async recordWorkflow({ workflows, hosted, body, root }) {
    const { name: world } = hosted.world
    return reply(200, await (await workflows()).record(body, { root, world }))
  },
  listWorkflowRuns: async ({ workflows }) => reply(200, { runs: (await workflows()).runs() }),
  async startWorkflowRun({ workflows, hosted, body, root }) {
    const { name: world } = hosted.world
    const run = await (await workflows()).start(body, { root, world })
    const prefix = worldUrl(root, world === DEFAULT_WORLD ? undefined : world)
    const headers = { Location: `${prefix}/_sim/workflows/runs/${run.id}` }
    return { status: 201, headers, body: run }
  },
  getWorkflowRun: async ({ workflows, path }) => reply(200, (await workflows()).show(path.id)),
  async removeWorkflowRun({ workflows, path }) {
    await (await workflows()).remove(path.id)
    return { status: 204 }
  },
  nextWorkflowStep: async ({ workflows, path }) =>
    reply(200, await (await workflows()).next(path.id)),
  continueWorkflowRun: async ({ workflows, path }) =>
    reply(200, (await workflows()).continue(path.id)),
  async getWorkflowReport({ workflows, path, query: { format = 'html' } }) {
    const text = await (await workflows()).report(path.id, format)
    const headers = { 'Content-Security-Policy': ALONE, 'X-Content-Type-Options': 'nosniff' }
    return { status: 200, text, type: TYPES[format], headers }
  },
} satisfies Partial<ControlHandlers>
