// A world's log being written: each append is in the log when it returns, and survives kill -9 from then on.
import { dirname } from 'node:path'
import { headerLine, type LogHeader } from './change-log.ts'
import { type Disk, type OpenLog, syncFolder } from './disk.ts'

/**
 * Writes without waiting: what waits for a thread, and for its turn after that, may wait long while
 * the process is busy, and what was acknowledged meanwhile is not in the log.
 */
export interface LogAppender {
  /** Bytes of whole lines. */
  readonly size: number
  /**
   * Writes all of `lines` after what is there; when it throws, none that would be read again.
   * @returns where they have to be on the disk, a promise that resolves when they are
   */
  append(lines: Buffer): Promise<void> | undefined
  /** The same as the process ends; an append of the same lines may wait for the disk. */
  appendNow(lines: Buffer): void
  /** Sets the log aside under another name and starts an empty one. */
  moveTo(file: string): void
  close(): void
}

export interface LogAppenderOptions {
  readonly disk: Disk
  readonly file: string
  /** Bytes of whole lines that are there. */
  readonly size: number
  /** Written before the first line. */
  readonly header: LogHeader
  /** Whether one is there already. */
  readonly isHeaded: boolean
  /** Whether an append has to be on the disk. */
  readonly synced: boolean
}

/** A log that goes on after `size` bytes. The file is first touched by the first append. */
export function openLogAppender(options: LogAppenderOptions): LogAppender {
  return new OpenLogAppender(options)
}

/** A class, since its methods work on the same few things. */
class OpenLogAppender implements LogAppender {
  readonly #options: LogAppenderOptions
  #size: number
  #isHeaded: boolean
  #log: OpenLog | undefined
  /** Whether the name of the file is on the disk, too. */
  #isNamed: boolean

  constructor(options: LogAppenderOptions) {
    this.#options = options
    this.#size = options.size
    this.#isHeaded = options.isHeaded
    this.#isNamed = options.size > 0
  }

  get size(): number {
    return this.#size
  }

  append(lines: Buffer): Promise<void> | undefined {
    const bytes = this.#write(lines)
    if (!this.#options.synced) {
      this.#keep(bytes)
      return undefined
    }
    return this.#sync().then(
      () => this.#keep(bytes),
      (error) => {
        this.#takeBack()
        throw error
      },
    )
  }

  appendNow(lines: Buffer): void {
    const bytes = this.#write(lines)
    if (this.#options.synced) this.#log?.syncNow()
    this.#keep(bytes)
  }

  moveTo(other: string): void {
    this.close()
    this.#options.disk.renameNow(this.#options.file, other)
    this.#size = 0
    this.#isHeaded = false
    this.#isNamed = false
  }

  close(): void {
    const log = this.#log
    this.#log = undefined
    log?.close()
  }

  /** @returns how many bytes were written behind what is there */
  #write(lines: Buffer): number {
    const bytes = this.#isHeaded ? lines : Buffer.concat([headerLine(this.#options.header), lines])
    try {
      this.#log ??= this.#open()
      let done = 0
      while (done < bytes.length) done += this.#log.write(bytes.subarray(done), this.#size + done)
    } catch (error) {
      this.#takeBack()
      throw error
    }
    return bytes.length
  }

  #keep(bytes: number): void {
    this.#size += bytes
    this.#isHeaded = true
  }

  /** A part may be on the disk: it goes now, or else when the file is opened for the next try. */
  #takeBack(): void {
    try {
      this.#log?.truncate(this.#size)
    } catch {}
    try {
      this.close()
    } catch {}
  }

  async #sync(): Promise<void> {
    const { disk, file } = this.#options
    if (!this.#isNamed) await syncFolder(disk, dirname(file))
    this.#isNamed = true
    await this.#log?.sync()
  }

  /** Opens the log to write behind what is there; what is there beyond it was torn, and goes. */
  #open(): OpenLog {
    const log = this.#options.disk.openLog(this.#options.file)
    try {
      const found = log.size()
      if (found < this.#size) throw new Error('another program cut it short')
      if (found > this.#size) log.truncate(this.#size)
    } catch (error) {
      log.close()
      throw error
    }
    return log
  }
}
