// Makes a cassette of what a run exchanged: nothing of it is written before it is redacted.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { namesOnly, type Redactor } from '../../server/redaction/redactor.ts'
import { secretsSent } from '../../server/redaction/secrets-sent.ts'
import { packageVersion } from '../../server/server.ts'
import { defined } from '../../state/defined.ts'
import { percentDecoded } from '../../state/percent-encoding.ts'
import { reasonOf } from '../../state/reason.ts'
import { secretsShown } from '../../workflows/exchange-result.ts'
import type { ReadWorkflow } from '../../workflows/program.ts'
import type { PlannedCase } from '../../workflows/runner.ts'
import { addressesTold } from '../../workflows/told.ts'
import type { RecordedCase, RecordedExchange } from '../recording.ts'
import type { Leaf } from './json-leaves.ts'
import {
  bytesOfKept,
  type KeptBody,
  keptBinary,
  keptText,
  readable,
  unzipped,
} from './kept-body.ts'
import {
  type CaseLine,
  type ExchangeLine,
  FORMAT,
  type HeadLine,
  type KeptAnswer,
  type KeptRequest,
} from './lines.ts'
import { collectPersonalValues, type PersonalValues } from './personal-values.ts'
import { credentialLeaves, isStructure, openReplacer, type Replacer } from './replacer.ts'

/** What was run, as far as it has come. */
export interface Recording {
  /** In the order in which they were planned. */
  readonly planned: readonly PlannedCase[]
  readonly cases: readonly RecordedCase[]
  /** What reports call the target. */
  readonly target: string
  readonly isReal: boolean
  /** Wall ms since the epoch. */
  readonly recordedAt: number
  readonly provider?: string | undefined
  readonly seed?: string | undefined
  /** Hosts with their ports that change from run to run, and what they are told as. */
  readonly addresses: Readonly<Record<string, string>>
}

/** The text of a cassette, and what was redacted in it. */
export interface MadeCassette {
  readonly text: string
  readonly head: HeadLine
}

export async function makeCassette(recording: Recording): Promise<MadeCassette> {
  const { planned, target, recordedAt, provider, seed, isReal } = recording
  const cases = recording.cases.map((each) => steadied(each, recording.addresses))
  const isPublic = publicIn(planned)
  const redactors = redactorsOf(cases, isPublic)
  const values = collectPersonalValues(isPublic)
  for (const each of cases) learnCase(values, each)
  const all = openReplacer(namesOnly, values)

  const lines = cases.flatMap((each) => {
    const replacer = all.with(redactors.get(each) ?? namesOnly)
    return [
      caseLine(each, planned, replacer),
      ...each.exchanges.map((exchange) => exchangeLine(each.title, exchange, replacer)),
    ]
  })
  const head = defined({
    format: FORMAT,
    version: await packageVersion(),
    target: all.text(target, 'url'),
    recordedAt: new Date(recordedAt).toISOString(),
    provider,
    seed,
    isReal: isReal ? (true as const) : undefined,
    redacted: all.redacted(),
    kept: values.kept.size,
  })
  return { text: [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''), head }
}

/** Why a file may not be written over: it is there, and no cassette. */
export async function whyNotWritten(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8')
    return text === '' || text.startsWith('{"format":"esimulator cassette')
      ? undefined
      : `${file} is there and is no cassette: name another file to record to`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    return `${file} cannot be recorded to: ${reasonOf(error)}`
  }
}

/** Writes it whole or not at all. @throws Error where it cannot be written */
export async function writeCassette(file: string, { text }: MadeCassette): Promise<void> {
  const before = `${file}.new`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(before, text)
  await rename(before, file)
}

/** A case without what is another at each run: addresses, and where cursors of `/_sim` begin. */
function steadied(each: RecordedCase, addresses: Readonly<Record<string, string>>): RecordedCase {
  const all = { ...addresses, ...cursorsIn(each) }
  const told = <T>(value: T) => JSON.parse(addressesTold(JSON.stringify(value), all)) as T
  const body = (bytes: Buffer) =>
    isPlain(bytes) ? Buffer.from(addressesTold(bytes.toString('utf8'), all)) : bytes
  const exchanges = each.exchanges.map((exchange) => {
    const { request, answer } = exchange
    const same =
      'error' in answer
        ? told(answer)
        : { ...answer, headers: told(answer.headers), body: body(answer.body) }
    return { ...exchange, request: told(request), answer: same }
  })
  const { inputs, bases, reason } = each
  const why = reason === undefined ? undefined : addressesTold(reason, all)
  return defined({ ...each, inputs: told(inputs), bases: told(bases), reason: why, exchanges })
}

/** True for a text that is not compressed. */
function isPlain(bytes: Buffer): boolean {
  const read = readable(bytes, undefined)
  return read !== undefined && read.coding === undefined
}

/** Cursors of the control API begin with a word that is another at each start. */
function cursorsIn({ exchanges }: RecordedCase): Readonly<Record<string, string>> {
  const bodies = exchanges.flatMap(({ source, answer }) =>
    source === 'control' && 'body' in answer ? [answer.body.toString('utf8')] : [],
  )
  const found = bodies.flatMap((body) => /"next":"([a-z0-9]{6,})-\d+"/.exec(body)?.[1] ?? [])
  return Object.fromEntries(found.map((start) => [start, 'cursor']))
}

/** What is struck out of each case. */
function redactorsOf(
  cases: readonly RecordedCase[],
  isPublic: (value: string) => boolean,
): ReadonlyMap<RecordedCase, Redactor> {
  const shown = new Map(cases.map((each) => [each, secretsShownIn(each)]))
  const all = new Set(cases.flatMap(({ secrets }) => secrets))
  // What a workflow's own file has may be a word that another case uses for something else.
  for (const secret of [...shown.values()].flat()) if (!isPublic(secret)) all.add(secret)
  const everywhere = namesOnly.with(all)
  return new Map(cases.map((each) => [each, everywhere.with(shown.get(each) ?? [])]))
}

/** What the exchanges and inputs of a case show to be credentials. */
function secretsShownIn({ exchanges, inputs }: RecordedCase): string[] {
  const shown = exchanges.flatMap(({ request, answer }) =>
    secretsShown({ request }, inflated(answer)),
  )
  const bodies = [JSON.stringify(inputs)]
  const all = [...shown, ...secretsSent({ credential: undefined, headers: {}, url: '', bodies })]
  // Of a whole object of credentials each one may stand elsewhere by itself.
  return all.flatMap((secret) =>
    isStructure(secret) ? longEnough(credentialLeaves(secret)) : [secret],
  )
}

/** Shorter texts are likely to say something else where they are repeated. */
const SHORTEST = 6

function longEnough(leaves: readonly Leaf[]): string[] {
  return leaves.map(({ text }) => text).filter((text) => text.length >= SHORTEST)
}

/** An answer whose body is no longer compressed. */
function inflated(answer: RecordedExchange['answer']): RecordedExchange['answer'] {
  if ('error' in answer) return answer
  const read = readable(answer.body, answer.headers['content-encoding'])
  return read?.coding === undefined ? answer : { ...answer, body: Buffer.from(read.text) }
}

/** Tells what stands in the files of workflows: who has these has it already. */
function publicIn(planned: readonly PlannedCase[]): (value: string) => boolean {
  const programs = new Set<ReadWorkflow['program']>()
  const seen = new Set<ReadWorkflow>()
  const add = (workflow: ReadWorkflow) => {
    if (seen.has(workflow)) return
    seen.add(workflow)
    programs.add(workflow.program)
    for (const { work } of workflow.steps) if (work.kind === 'workflow') add(work.ref.workflow())
    for (const each of workflow.dependsOn) add(each.workflow())
  }
  for (const { workflow } of planned) add(workflow)
  const texts = [...programs].flatMap(({ document }) => textsIn(document.value))
  const all = texts.join('\n')
  return (value) => standsIn(all, value)
}

function textsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([name, each]) => [name, ...textsIn(each)])
}

const PART_OF_A_WORD = /[\p{L}\p{N}_]/u

function standsIn(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const beside = (text[at - 1] ?? '') + (text[at + value.length] ?? '')
    if (!PART_OF_A_WORD.test(beside)) return true
  }
  return false
}

function learnCase(values: PersonalValues, { inputs, exchanges }: RecordedCase): void {
  values.learn(JSON.stringify(inputs))
  for (const { request, answer, operation } of exchanges) {
    learnPath(values, request.url, operation)
    values.learn(request.url)
    learnHeaders(values, request.headers)
    if (request.body !== undefined) values.learn(request.body)
    if ('error' in answer) {
      values.learn(answer.error)
      continue
    }
    learnHeaders(values, answer.headers)
    learnBody(values, answer.body, answer.headers['content-encoding'])
  }
}

function learnBody(values: PersonalValues, body: Buffer, coding?: string): void {
  const read = readable(body, coding)
  if (read) values.learn(read.text)
  for (const [name, bytes] of read ? [] : Object.entries(unzipped(body) ?? {})) {
    values.learn(name)
    learnBody(values, Buffer.from(bytes))
  }
}

function learnHeaders(values: PersonalValues, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    values.learnNamed(name, value)
    values.learn(value)
  }
}

/** The parameters of a path by their names: its end is that of the operation. */
function learnPath(values: PersonalValues, url: string, operation: string | undefined): void {
  const [, template = ''] = operation?.split(' ') ?? []
  const parts = (url.split(/[?#]/, 1)[0] ?? '').split('/').toReversed()
  for (const [at, name] of template.split('/').toReversed().entries()) {
    const [, parameter] = /^\{(.+)\}$/.exec(name) ?? []
    if (parameter !== undefined)
      values.learnNamed(parameter, percentDecoded(parts[at] ?? '') ?? parts[at] ?? '')
  }
}

function caseLine(
  { title, outcome, reason, inputs, bases }: RecordedCase,
  planned: readonly PlannedCase[],
  replacer: Replacer,
): CaseLine {
  const one = planned.find((each) => each.title === title)
  const ownCase = one?.workflow.extension.cases?.find(({ name }) => name === one.name)
  const own = (ownCase?.inputs ?? {}) as Readonly<Record<string, unknown>>
  const isOwn = (name: string) => JSON.stringify(own[name]) === JSON.stringify(one?.inputs[name])
  return defined({
    case: title,
    outcome,
    reason: reason === undefined ? undefined : replacer.text(reason, 'sentence'),
    inputs: toldJson(inputs, replacer),
    given: Object.keys(inputs).filter((name) => !isOwn(name)),
    bases: toldJson(bases, replacer),
  })
}

function toldJson<T>(value: T, replacer: Replacer): T {
  return JSON.parse(replacer.text(JSON.stringify(value), 'body')) as T
}

function exchangeLine(
  title: string,
  { step, source, operation, request, answer, isFaulted }: RecordedExchange,
  replacer: Replacer,
): ExchangeLine {
  const { id, within, attempt } = step
  return defined({
    case: title,
    step: id,
    within,
    attempt,
    source,
    operation,
    isFaulted,
    request: requestKept(request, replacer),
    answer: answerKept(answer, replacer),
  })
}

function requestKept(
  { method, url, headers, body }: RecordedExchange['request'],
  replacer: Replacer,
): KeptRequest {
  const text = body === undefined ? undefined : replacer.text(body, 'body')
  return defined({
    method,
    url: replacer.text(url, 'url'),
    headers: replacer.headers(headers),
    body: text === undefined ? undefined : keptText(text),
  })
}

function answerKept(answer: RecordedExchange['answer'], replacer: Replacer): KeptAnswer {
  if ('error' in answer) return { error: replacer.text(answer.error, 'sentence') }
  const { status, isStoodIn } = answer
  const headers = replacer.headers(answer.headers)
  if (answer.body.length === 0) return defined({ status, headers, isStoodIn })
  const body = bodyKept(answer.body, answer.headers['content-encoding'], replacer)
  // A stand-in may be longer or shorter than what it stands for.
  if (headers['content-length'] !== undefined)
    headers['content-length'] = String(bytesOfKept(body).length)
  return defined({ status, headers, body, isStoodIn })
}

function bodyKept(bytes: Buffer, coding: string | undefined, replacer: Replacer): KeptBody {
  const read = readable(bytes, coding)
  if (read) return keptText(replacer.text(read.text, 'body'), read.coding)
  const files = unzipped(bytes)
  if (!files) return keptBinary(bytes)
  const zip = Object.entries(files).map(([name, file]) => ({
    name: replacer.text(name, 'sentence'),
    body: bodyKept(Buffer.from(file), undefined, replacer),
  }))
  return { zip }
}
