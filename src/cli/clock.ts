// `esimulator clock`: virtual time of a running simulator.
import type { AdvanceShown, ClockShown, FiredShown } from '../control/clock.ts'
import { CannotRun } from './cannot-run.ts'
import { argument, connect, print } from './connection.ts'
import type { Run } from './program.ts'
import { table } from './table.ts'

const clockText = ({ now, mode, rate }: ClockShown) =>
  `${now}  ${mode}${mode === 'running' && rate !== 1 ? ` at ${rate} times` : ''}`

function outcomeOf(fired: FiredShown): string {
  if (fired.kind === 'callback')
    return `attempt ${fired.attempt}: ${fired.status ?? fired.error}, ${fired.state}`
  if (fired.kind === 'task') return fired.error ?? ''
  return fired.bundle === undefined ? '' : `bundle ${fired.bundle}`
}

function advanceText({ from, to, fired, stopped }: AdvanceShown): string {
  const rows = fired.map((each) => [
    each.at,
    each.kind,
    each.type,
    'iccid' in each ? each.iccid : undefined,
    outcomeOf(each),
  ])
  const happened =
    rows.length > 0
      ? `\n${table(['at', 'what', 'type', 'iccid', 'outcome'], rows)}`
      : '\nnothing happened'
  return `${from} -> ${to}${stopped ? `, stopped: ${stopped.reason}` : ''}${happened}`
}

/** `2026-01-04T00:00:00Z` rather than `P3D`. */
const isInstant = (text: string) => /^\d{4}-\d\d-\d\d/.test(text)

export const clock: Run = async (config, args) => {
  const [action = 'show', value] = args
  const control = connect(config)
  if (action === 'show') print(config, await control.get<ClockShown>('/clock'), clockText)
  else if (action === 'advance') {
    const distance = argument(args, 1, 'clock advance P3D')
    const advanced = await control.send<AdvanceShown>(
      'POST',
      '/clock/advance',
      isInstant(distance) ? { to: distance } : { by: distance },
    )
    print(config, advanced, advanceText)
  } else if (action === 'freeze')
    print(
      config,
      await control.send<ClockShown>(
        'POST',
        '/clock/freeze',
        value === undefined ? {} : { at: value },
      ),
      clockText,
    )
  else if (action === 'resume')
    print(
      config,
      await control.send<ClockShown>(
        'POST',
        '/clock/resume',
        value === undefined ? {} : { rate: Number(value) },
      ),
      clockText,
    )
  else
    throw new CannotRun(`there is no "clock ${action}"; there are: show, advance, freeze, resume`)
  return 0
}
