// Runs something again whenever a file that it read has changed, until it is told to stop.
import { type FSWatcher, watch } from 'node:fs'
import { constants } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import { pause } from '../server/ticker.ts'
import { sentenceFor } from './foreseen.ts'

/** Editors write in several steps: wall ms in which nothing more may change. */
const QUIET = 150

const ENDING = ['SIGINT', 'SIGTERM'] as const

/**
 * Runs, and runs again, until SIGINT or SIGTERM, which breaks off a run that is under way.
 * @param once is to say which files it reads; what it throws is told, and counts as status 2
 * @returns the status of the last run that came to its end
 */
export async function watched(
  once: (onRead: (file: string) => void, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const changes = openChanges()
  const told = new AbortController()
  let status: number | undefined
  let isRunning = false
  const stop = (signal: NodeJS.Signals) => {
    // Asked a second time, it ends at once.
    if (told.signal.aborted) process.exit(status ?? 128 + constants.signals[signal])
    status ??= isRunning ? 128 + constants.signals[signal] : undefined
    told.abort(new Error(`the run was broken off (${signal})`))
  }
  for (const signal of ENDING) process.on(signal, stop)
  try {
    while (!told.signal.aborted) {
      isRunning = true
      const ended = await once(changes.follow, told.signal).catch((error: unknown) => {
        console.error(`esimulator: ${sentenceFor(error)}`)
        return 2
      })
      isRunning = false
      if (told.signal.aborted) break
      status = ended
      console.log('waiting for a change; Ctrl-C ends')
      const file = await changes.next(told.signal)
      if (file !== undefined) console.log(`\n${basename(file)} has changed`)
    }
    return status ?? 0
  } finally {
    for (const signal of ENDING) process.off(signal, stop)
    changes.close()
  }
}

/** Changes of files that are followed. */
interface Changes {
  follow(file: string): void
  /** A file that has changed since `next` last resolved; `undefined` once the signal aborts. */
  next(signal: AbortSignal): Promise<string | undefined>
  close(): void
}

function openChanges(): Changes {
  const files = new Set<string>()
  const watchers = new Map<string, FSWatcher>()
  const changed = new Set<string>()
  let bell = new AbortController()

  const note = (file: string) => {
    if (!files.has(file)) return
    changed.add(file)
    bell.abort()
  }
  // Folders are watched: an editor may put another file in the place of the one there was.
  const watchFolder = (folder: string) => {
    if (watchers.has(folder)) return
    try {
      const watcher = watch(folder, (_, name) => {
        if (name !== null) note(resolve(folder, name))
      })
      watcher.on('error', () => watcher.close())
      watchers.set(folder, watcher)
    } catch {}
  }
  return {
    follow(file) {
      if (/^https?:/.test(file)) return
      const path = resolve(file)
      files.add(path)
      watchFolder(dirname(path))
    },
    async next(signal) {
      while (changed.size === 0 && !signal.aborted)
        await pause(2 ** 30, AbortSignal.any([bell.signal, signal]))
      for (let count = -1; count !== changed.size && !signal.aborted; ) {
        count = changed.size
        bell = new AbortController()
        await pause(QUIET, signal)
        if (bell.signal.aborted) count = -1
      }
      const [file] = changed
      changed.clear()
      return signal.aborted ? undefined : file
    },
    close() {
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
