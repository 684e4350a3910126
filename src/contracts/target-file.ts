// The file that describes a real endpoint: where it is, how one is let in, what is known to differ.
import { readFile } from 'node:fs/promises'
import { nearest } from '../server/nearest.ts'
import { defined } from '../state/defined.ts'
import { isObject } from '../stores/json-shape.ts'
import {
  type LocatedDocument,
  type Mistake,
  MistakesError,
  readDocument,
} from '../workflows/document.ts'

/** A real endpoint. */
export interface TargetFile {
  readonly file: string
  /** Of the provider it is of; absent for an API that is none of ours. */
  readonly provider?: string
  /** What the paths of its document stand behind, without a trailing slash. */
  readonly baseUrl: string
  /**
   * Their values, taken out of the environment: `apiKey`, or `clientId`, `clientSecret`
   * and `tokenUrl`, or `token`; `callbackSecret` where callbacks are signed with another. */
  readonly credentials: Readonly<Record<string, string>>
  /** Requests a second at most. */
  readonly rate: number
  /** Fields that may differ from call to call: JSON pointers, `*` for any name or place. */
  readonly volatile: readonly string[]
  readonly known: readonly KnownDifference[]
}

/** Something that is known to be wrong, and does not count until a day. */
export interface KnownDifference {
  /** The name of a check, an operation as `METHOD /path`, or both with a blank between. */
  readonly where: string
  readonly reason: string
  /** ISO 8601, a day. */
  readonly until?: string
}

const CREDENTIALS = ['apiKey', 'clientId', 'clientSecret', 'tokenUrl', 'token', 'callbackSecret']
const FIELDS = ['provider', 'baseUrl', 'credentials', 'rate', 'volatile', 'known']

/** Requests a second where a file says nothing: a real endpoint is no place for load. */
const USUAL_RATE = 5

/**
 * Reads a target file. Secrets may only be named: `${ESIM_GO_KEY}` is taken from the environment.
 * @throws MistakesError with everything that is wrong in it, each with its line
 * @throws Error where it cannot be read
 */
export async function readTargetFile(file: string, env: NodeJS.ProcessEnv): Promise<TargetFile> {
  const document = readDocument(file, await readFile(file, 'utf8'))
  const reading = new Reading(document, env)
  const target = reading.target()
  if (reading.mistakes.length > 0 || !target) throw new MistakesError(reading.mistakes)
  return target
}

/** Collects what is wrong while it reads: all of it is told at once. */
class Reading {
  readonly mistakes: Mistake[]
  readonly #document: LocatedDocument
  readonly #env: NodeJS.ProcessEnv

  constructor(document: LocatedDocument, env: NodeJS.ProcessEnv) {
    this.#document = document
    this.#env = env
    this.mistakes = [...document.mistakes]
  }

  target(): TargetFile | undefined {
    if (this.mistakes.length > 0) return undefined
    const { value } = this.#document
    if (!isObject(value)) {
      this.#wrong([], 'a target file has at least a baseUrl')
      return undefined
    }
    for (const name of Object.keys(value)) this.#checkName([name], name, FIELDS)
    return defined({
      file: this.#document.file,
      provider: this.#text(['provider'], value.provider),
      baseUrl: this.#baseUrl(value.baseUrl),
      credentials: this.#credentials(value.credentials),
      rate: this.#rate(value.rate),
      volatile: this.#texts(['volatile'], value.volatile),
      known: this.#known(value.known),
    })
  }

  #wrong(path: readonly (string | number)[], message: string): void {
    this.mistakes.push(this.#document.mistake(path, message))
  }

  #checkName(path: readonly string[], name: string, names: readonly string[]): void {
    if (names.includes(name)) return
    const near = nearest(name, names)
    const advice = near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`
    this.#wrong(path, `there is no field "${name}": ${advice}`)
  }

  #text(path: readonly (string | number)[], value: unknown): string | undefined {
    if (value === undefined) return undefined
    if (typeof value === 'string') return value
    this.#wrong(path, `${path.join('.')} must be a text`)
    return undefined
  }

  #texts(path: readonly string[], value: unknown): readonly string[] {
    if (value === undefined) return []
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
    this.#wrong(path, `${path.join('.')} must be a list of texts`)
    return []
  }

  #baseUrl(value: unknown): string {
    const text = this.#text(['baseUrl'], value) ?? ''
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      this.#wrong(
        ['baseUrl'],
        'baseUrl must be an http or https URL, as in https://api.example.com/v1',
      )
      return ''
    }
    const { username, password } = new URL(text)
    if (username !== '' || password !== '')
      this.#wrong(['baseUrl'], 'baseUrl must have no credential in it: name it under credentials')
    return text.replace(/\/+$/, '')
  }

  #credentials(value: unknown): Readonly<Record<string, string>> {
    if (value === undefined) return {}
    if (!isObject(value)) {
      this.#wrong(['credentials'], 'credentials must have fields, such as apiKey')
      return {}
    }
    const read: Record<string, string> = {}
    for (const [name, written] of Object.entries(value)) {
      const path = ['credentials', name]
      this.#checkName(path, name, CREDENTIALS)
      const text = this.#text(path, written)
      if (text !== undefined) read[name] = name === 'tokenUrl' ? text : this.#secret(path, text)
    }
    return read
  }

  /** A secret is never in the file: it is named. */
  #secret(path: readonly string[], text: string): string {
    const [, name] = /^\$\{([A-Za-z_]\w*)\}$/.exec(text) ?? []
    const where = path.join('.')
    if (name === undefined) {
      this.#wrong(path, `${where} must name a variable of the environment, as in \${ESIM_GO_KEY}`)
      return ''
    }
    const value = this.#env[name]
    if (value === undefined || value === '')
      this.#wrong(path, `${where}: the variable ${name} is not set in the environment`)
    return value ?? ''
  }

  #rate(value: unknown): number {
    if (value === undefined) return USUAL_RATE
    const [, count, unit] = /^(\d+(?:\.\d+)?)\/(s|min)$/.exec(String(value)) ?? []
    if (count === undefined || Number(count) === 0) {
      this.#wrong(['rate'], 'rate must be as in 5/s or 60/min')
      return USUAL_RATE
    }
    return unit === 's' ? Number(count) : Number(count) / 60
  }

  #known(value: unknown): readonly KnownDifference[] {
    if (value === undefined) return []
    if (!Array.isArray(value)) {
      this.#wrong(['known'], 'known must be a list of {where, reason, until}')
      return []
    }
    return value.flatMap((each: unknown, at) => {
      const path = ['known', at]
      const { where, reason, until } = isObject(each) ? each : {}
      if (typeof where !== 'string' || typeof reason !== 'string') {
        this.#wrong(path, 'what is known has a where and a reason')
        return []
      }
      const day = this.#text([...path, 'until'], until)
      if (day !== undefined && Number.isNaN(Date.parse(day)))
        this.#wrong([...path, 'until'], 'until must be a day, as in 2027-01-31')
      return [defined({ where, reason, until: day })]
    })
  }
}
