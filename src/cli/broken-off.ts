// Breaks a run off when the process is asked to end.

export interface BreakingOff {
  readonly signal: AbortSignal
  /** Of the process, where it was asked to end. */
  readonly status: () => number | undefined
  /** The process ends again as it does. */
  end(): void
}

/** Exit statuses of a process that a signal has ended, as shells tell them. */
const STATUSES = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Breaks a run off when the process is asked to end; asked a second time, it ends at once. The
 * handlers stay: a library ends the process where it finds no other listener beside its own.
 */
export function brokenOff(): BreakingOff {
  const controller = new AbortController()
  let status: number | undefined
  const handlers = Object.entries(STATUSES).map(([name, code]) => ({
    name,
    act: () => {
      if (status !== undefined) process.exit(code)
      status = code
      controller.abort(new Error(`the run was broken off (${name})`))
    },
  }))
  for (const { name, act } of handlers) process.on(name, act)
  return {
    signal: controller.signal,
    status: () => status,
    end() {
      for (const { name, act } of handlers) process.off(name, act)
    },
  }
}
