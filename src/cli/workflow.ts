// `esimulator workflow`: the workflows that a running simulator knows, and runs of them in it.
import type {
  NewWorkflowRun,
  WorkflowRunRow,
  WorkflowRunShown,
  WorkflowStepShown,
  WorkflowsShown,
} from '../control/wire.ts'
import type { WorldWorkflows } from '../control/world-client.ts'
import { defined } from '../state/defined.ts'
import { printable } from '../state/printable.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config, Flags } from './config.ts'
import { argument, connect, print } from './connection.ts'
import { table } from './table.ts'
import { typedValue } from './typed-value.ts'

export const workflowFlags: readonly OwnFlag[] = [
  { usage: '--case <NAME>', says: 'start: the case of the workflow; its first unless given' },
  { usage: '--pause', says: 'start: wait before each step, until `next` or `continue`' },
  { usage: '--format <FORMAT>', says: 'report: html, json or junit (html)' },
]

const FORMATS = ['html', 'json', 'junit'] as const

/** @throws CannotRun */
function formatOf({ format = 'html' }: Flags): (typeof FORMATS)[number] {
  const found = FORMATS.find((each) => each === format)
  if (found) return found
  throw new CannotRun(`--format ${String(format)}: give ${FORMATS.join(', ')}`)
}

function listText({ workflows, problems, folder }: WorkflowsShown): string {
  const rows = workflows.map(({ file, id, summary }) => [file, id, summary])
  const lines = [table(['file', 'workflow', 'what it shows'], rows)]
  for (const { file, line, says } of problems) lines.push(`${file}:${line}: ${says}`)
  if (folder === undefined) lines.push('for files of your own: esimulator start --workflows DIR')
  return lines.join('\n')
}

function rowText({ id, state, file, workflow, world = '' }: WorkflowRunRow): readonly string[] {
  return [id, state, file, workflow, world]
}

function runsText(runs: readonly WorkflowRunRow[]): string {
  if (runs.length === 0) return 'no workflow was run yet: esimulator workflow start FILE'
  return table(['run', 'state', 'file', 'workflow', 'world'], runs.map(rowText))
}

function stepText({ id, within, state, says, exchange }: WorkflowStepShown): string {
  const { request, reply, error } = exchange ?? {}
  const indent = '  '.repeat(within.length)
  const asked = request ? `  ${request.method} ${request.url}` : ''
  const answered = reply?.status ?? error
  const lines = [`${indent}${state.padEnd(8)}${id}${asked}${answered ? ` -> ${answered}` : ''}`]
  if (says !== undefined) lines.push(`${indent}        ${says}`)
  return lines.join('\n')
}

function runText(run: WorkflowRunShown): string {
  const { id, file, workflow, state, says, world, nextStep, steps } = run
  const where = world === undefined ? '' : `, in the world ${world}`
  const lines = [`${id}: ${workflow} of ${file} ${state}${where}`, ...steps.map(stepText)]
  if (says !== undefined) lines.push(says)
  if (nextStep !== undefined)
    lines.push(`${nextStep} comes next: esimulator workflow next ${id}, or continue ${id}`)
  else if (state === 'running') lines.push(`how far it has come: esimulator workflow show ${id}`)
  return lines.join('\n')
}

/** What is asked for. */
function newRun(config: Config, args: readonly string[], flags: Flags): NewWorkflowRun {
  const inputs = config.input.map(({ name, text }) => [name, typedValue(text)])
  return defined({
    file: argument(args, 1, 'workflow start FILE [WORKFLOW]; `esimulator workflow` lists them'),
    workflow: args[2],
    case: typeof flags.case === 'string' ? flags.case : undefined,
    inputs: inputs.length > 0 ? Object.fromEntries(inputs) : undefined,
    pause: flags.pause === true ? ('each-step' as const) : undefined,
  })
}

/** What the actions on one run do to it. */
const MOVES = {
  show: (workflows: WorldWorkflows, id: string) => workflows.get(id),
  next: (workflows: WorldWorkflows, id: string) => workflows.next(id),
  continue: (workflows: WorldWorkflows, id: string) => workflows.continue(id),
} as const

export const workflow: Run = async (config, args, flags) => {
  const [action = 'list'] = args
  const { workflows } = connect(config)
  const run = () => argument(args, 1, `workflow ${action} RUN, as in workflow ${action} run_1`)
  switch (action) {
    case 'list':
      print(config, await workflows.list(), listText)
      return 0
    case 'start':
      print(config, await workflows.start(newRun(config, args, flags)), runText)
      return 0
    case 'runs':
      print(config, await workflows.runs(), runsText)
      return 0
    case 'show':
    case 'next':
    case 'continue':
      print(config, await MOVES[action](workflows, run()), runText)
      return 0
    case 'report': {
      const text = await workflows.report(run(), formatOf(flags))
      process.stdout.write(process.stdout.isTTY ? printable(text) : text)
      return 0
    }
    case 'remove':
      await workflows.remove(run())
      print(config, { id: run() }, () => `${run()} is gone, and its world`)
      return 0
    default:
      throw unknownAction('workflow', action)
  }
}
