// The page of limits: its numbers are those of the code and the specs, and every collection is on it.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { STATE_LIMIT } from '../../src/control/request.ts'
import { LONGEST_POLL } from '../../src/control/wait.ts'
import { CALLBACKS_SHOWN } from '../../src/control/wire.ts'
import { MOST_RUNNING, MOST_RUNS } from '../../src/library/workflow-runs.ts'
import { LONGEST_NAME, MOST_TOLD } from '../../src/server/bounded.ts'
import { MOST_CHOSEN } from '../../src/server/chosen-credentials.ts'
import { COMMANDS_LENGTH, COMMANDS_SIZE } from '../../src/server/commands.ts'
import {
  ANSWER_TIMEOUT,
  HEAD_TIMEOUT,
  IDLE_TIMEOUT,
  MOST_CONNECTIONS,
  MOST_HEAD,
  REQUEST_TIMEOUT,
} from '../../src/server/connections.ts'
import { MOST_DELAYED } from '../../src/server/delayed-replies.ts'
import { FEED_LENGTH, MOST_KEPT, MOST_LISTENERS } from '../../src/server/feed.ts'
import { BODY_KEPT, JOURNAL_LENGTH, JOURNAL_SIZE } from '../../src/server/journal.ts'
import { LONGEST_WAIT } from '../../src/server/longest-wait.ts'
import { BODY_LIMIT, DROPPED, MOST_LARGE } from '../../src/server/read-body.ts'
import { MOST_WAITING as MOST_WAITING_FOR_WORLD } from '../../src/server/replicas/crowd.ts'
import { SOUGHT_FOR } from '../../src/server/replicas/replicas.ts'
import { MOST_HELD } from '../../src/server/replicas/shared-worlds.ts'
import { MOST_LISTED } from '../../src/server/runner.ts'
import { specOf } from '../../src/server/spec.ts'
import { MOST_WORLDS } from '../../src/server/worlds.ts'
import { REPLIES_KEPT } from '../../src/simulators/accounts-orders/idempotency.ts'
import { USAGE_KEPT } from '../../src/simulators/accounts-orders/records.ts'
import { MONTHS_KEPT } from '../../src/simulators/accounts-orders/subscriptions.ts'
import { TOKENS_KEPT } from '../../src/simulators/client-credentials.ts'
import { TAKEN_OFF_KEPT } from '../../src/simulators/esim-go/assignments.ts'
import { HISTORY_LENGTH } from '../../src/simulators/esim-go/esims/history.ts'
import { MOST_INSTALLED } from '../../src/simulators/esim-go/esims/install-details.ts'
import { MOST_ON_PAGE } from '../../src/simulators/esim-go/orders/handlers.ts'
import { MOST_ESIMS } from '../../src/simulators/esim-go/orders/ordering.ts'
import { CALLERS_KEPT } from '../../src/simulators/esim-go/rate-limit.ts'
import { simulators } from '../../src/simulators/index.ts'
import { LONGEST_STOCK_TEXT, MOST_IN_STOCK_LIST } from '../../src/simulators/seed-reading.ts'
import { MOST_CHARACTERISTICS } from '../../src/simulators/wholesale/activation.ts'
import { TRANSACTIONS_KEPT } from '../../src/simulators/wholesale/records.ts'
import { MOST } from '../../src/state/amount.ts'
import {
  ATTEMPTS_KEPT,
  CALLBACKS_KEPT,
  LONGEST_CALLBACK,
  MOST_WAITING,
  UNSENT_KEPT,
} from '../../src/state/callbacks.ts'
import { DELIVERIES_KEPT } from '../../src/state/deliveries.ts'
import { MOST_YEARS } from '../../src/state/duration.ts'
import { TIMELINE_LENGTH } from '../../src/state/events.ts'
import { FAULTS_KEPT, LONGEST_FAULT } from '../../src/state/faults.ts'
import { HISTORY_BYTES, HISTORY_STEPS } from '../../src/state/history.ts'
import { LONGEST_CODE } from '../../src/state/installation-code.ts'
import { END_OF_CALENDAR, LAST_INSTANT } from '../../src/state/instant.ts'
import { MESSAGES_KEPT } from '../../src/state/messages.ts'
import { LONGEST_REASON } from '../../src/state/refusal.ts'
import { LONGEST_TEXT, MOST_DURATIONS, MOST_TEXTS } from '../../src/state/settings.ts'
import { sharedCollections } from '../../src/state/shared-collections.ts'
import { MOST_SNAPSHOTS } from '../../src/state/snapshot-moves.ts'
import { LONGEST_CHAIN } from '../../src/state/task-queue.ts'
import { USES_KEPT } from '../../src/state/usage-records.ts'
import { isWorldName } from '../../src/state/world-name.ts'
import {
  LARGEST_ANSWER,
  LEAST_KEPT,
  LONGEST_ANSWER,
  LONGEST_KEPT,
  MOST_KEPT as MOST_KEPT_OF_CASE,
  STEP_BUDGET,
  WAIT_BUDGET,
} from '../../src/workflows/budget.ts'
import { LARGEST_FILE, MOST_FILES } from '../../src/workflows/catalogue.ts'
import { ROOT } from '../support/source.ts'

const page = readFileSync(`${ROOT}docs/limits.md`, 'utf8')

/** The cells of every row of the tables below a heading. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('| '))
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()))
  return cells.slice(1).map((row) => row.slice(1, -1))
}

type Schema = Readonly<Record<string, unknown>>

/** A number that a spec says, found by the names that lead to it. */
async function said(file: string, ...path: readonly string[]): Promise<number> {
  let at: unknown = (await specOf(file)).document.components
  for (const name of path) at = (at as Schema | undefined)?.[name]
  return Number(at)
}

/** The schema of a parameter of an operation. */
async function parameter(file: string, operation: string, name: string): Promise<Schema> {
  const { parameters = [] } = (await specOf(file)).operations.get(operation)?.object ?? {}
  return (parameters.find((each) => each.name === name)?.schema ?? {}) as Schema
}

async function largest(file: string, operation: string, name = 'limit'): Promise<number> {
  return Number((await parameter(file, operation, name)).maximum)
}

const longestName = Array.from({ length: 200 }, (_, at) => at).findLast((length) =>
  isWorldName('a'.repeat(length)),
)
const SMS = ['sendSms', 'requestBody', 'content', 'application/json', 'schema', 'properties', 'to']
const smsOperation = (await specOf('accounts-orders.yaml')).operations.get('sendSms')?.object
const recipients = SMS.slice(1).reduce<unknown>(
  (at, name) => (at as Schema | undefined)?.[name],
  smsOperation,
)

const GO = 'esim-go.yaml'
const year = (instant: number) => new Date(instant).getUTCFullYear()

/** What the code and the specs say, by the first cell of a row. */
const bounds: Readonly<Record<string, readonly unknown[]>> = {
  'connections of a port': [MOST_CONNECTIONS],
  'request line and headers': [MOST_HEAD],
  'seconds until the headers are there, and until all of the request is': [
    HEAD_TIMEOUT / 1000,
    REQUEST_TIMEOUT / 1000,
  ],
  'seconds a connection may be idle between requests': [IDLE_TIMEOUT / 1000],
  'seconds in which a client takes nothing of its answer': [ANSWER_TIMEOUT / 1000],
  'body, before and after it is inflated': [BODY_LIMIT],
  'body of `PUT /_sim/state`': [STATE_LIMIT, MOST_LARGE],
  'problems told of one request': [MOST_TOLD, LONGEST_NAME],
  'reason of a refusal': [LONGEST_REASON],
  'setting that is a list': [MOST_TEXTS, LONGEST_TEXT, MOST_DURATIONS],
  'customer reference (eSIM Go)': [await said(GO, 'schemas', 'CustomerRef', 'maxLength')],
  'lines of an order (eSIM Go)': [
    await said(GO, 'schemas', 'OrderRequest', 'properties', 'order', 'maxItems'),
    await said(GO, 'schemas', 'Count', 'maximum'),
  ],
  'eSIMs of an order or application (eSIM Go)': [MOST_ESIMS],
  'lines of `PUT /highland/esim` (Highland)': [
    await said('highland.yaml', 'schemas', 'Lines', 'maxItems'),
  ],
  'activation code': [LONGEST_CODE],
  'texts and lists of a bundle or an eSIM of your own stock (eSIM Go)': [
    LONGEST_STOCK_TEXT,
    MOST_IN_STOCK_LIST,
  ],
  'product changes of an activation (wholesale)': [
    await said('wholesale.yaml', 'schemas', 'Activation', 'properties', 'products', 'maxItems'),
    MOST_CHARACTERISTICS,
  ],
  'recipients of an SMS (accounts-orders)': [(recipients as Schema | undefined)?.maxItems],
  "addresses of an order's mail (accounts-orders)": await Promise.all(
    ['to', 'cc'].map((name) =>
      said('accounts-orders.yaml', 'schemas', 'Delivery', 'properties', name, 'maxItems'),
    ),
  ),

  'page of eSIMs or of the catalogue (eSIM Go)': [await largest(GO, 'listEsims', 'perPage')],
  'page of orders (eSIM Go)': [await largest(GO, 'listOrders'), MOST_ON_PAGE],
  'eSIMs of one CSV, ZIP of QR codes or list of assignments (eSIM Go)': [MOST_INSTALLED],
  'page of accounts-orders': [await largest('accounts-orders.yaml', 'listSubscriptions')],
  'page of `/_sim`': [await largest('control.yaml', 'listCallbacks')],
  'what happened in an advance': [MOST_LISTED],
  'seconds of a long poll': [LONGEST_POLL / 1000],
  'callbacks shown with a SIM': [CALLBACKS_SHOWN],

  'bytes, cents, counts, and sums of them': [MOST],
  clock: [year(0), year(LAST_INSTANT)],
  'instant that follows from another': [year(END_OF_CALENDAR)],
  duration: [MOST_YEARS, LONGEST_WAIT / 86_400_000],
  'tasks of one instant that follow one another': [LONGEST_CHAIN],

  'worlds open at once, where simulators share a database': [MOST_HELD],
  'requests that wait for one world to be opened or taken over, where simulators share a database':
    [MOST_WAITING_FOR_WORLD, SOUGHT_FOR / 1000],
  worlds: [MOST_WORLDS],
  'name of a world, and its seed': [
    longestName,
    await said('control.yaml', 'schemas', 'Seed', 'maxLength'),
  ],
  'keys or clients of your own': [MOST_CHOSEN],
  journal: [JOURNAL_LENGTH, JOURNAL_SIZE, BODY_KEPT],
  'calls of `/_sim` that were to change it': [COMMANDS_LENGTH, COMMANDS_SIZE, BODY_KEPT],
  'steps of the history': [HISTORY_STEPS, HISTORY_BYTES],
  snapshots: [MOST_SNAPSHOTS],
  'listeners to the events of a world': [MOST_LISTENERS],
  'events kept for a listener that comes back': [FEED_LENGTH, MOST_KEPT],
  'callback sent by `POST /_sim/callbacks`': [LONGEST_CALLBACK],
  'calls that a delay keeps waiting, before they are carried out or for the clock': [MOST_DELAYED],
  faults: [FAULTS_KEPT, LONGEST_FAULT],
  'callbacks that wait for an attempt': [MOST_WAITING],
  'callbacks that are delivered or dead': [CALLBACKS_KEPT],
  deliveries: [DELIVERIES_KEPT],
  'callbacks that were not sent': [UNSENT_KEPT],
  'attempts of a callback': [ATTEMPTS_KEPT],
  'mails, and SMS': [MESSAGES_KEPT],
  'access tokens': [TOKENS_KEPT],
  'answers under an Idempotency-Key (accounts-orders)': [REPLIES_KEPT],
  'callers that a rate limit counts (eSIM Go)': [CALLERS_KEPT],
  'timeline of a SIM': [TIMELINE_LENGTH],
  'history of an eSIM (eSIM Go)': [HISTORY_LENGTH],
  'assignments taken off an eSIM (eSIM Go)': [TAKEN_OFF_KEPT],
  'uses of a SIM (Highland)': [USES_KEPT],
  'usage items of a subscription (accounts-orders)': [USAGE_KEPT],
  'months of a product that are over (accounts-orders)': [MONTHS_KEPT],
  'settled transactions of a SIM (wholesale)': [TRANSACTIONS_KEPT],

  'steps of a run of a workflow': [STEP_BUDGET],
  'days that its retries wait in all': [WAIT_BUDGET / 86_400],
  'seconds until an answer is there': [LONGEST_ANSWER / 1000],
  'answer to a step': [LARGEST_ANSWER],
  'runs of workflows under way, and kept': [MOST_RUNNING, MOST_RUNS],
  'files of a workflow folder': [MOST_FILES, LARGEST_FILE],
  'bodies in a result': [LONGEST_KEPT, MOST_KEPT_OF_CASE, LEAST_KEPT],
}

const HEADINGS = [
  'Requests',
  'Answers',
  'Numbers and time',
  'What a world keeps',
  'Workflows that are run',
]
const rows = HEADINGS.flatMap(rowsBelow)

function numbersIn(text: string): number[] {
  return (text.match(/\d[\d,]*/g) ?? []).map((number) => Number(number.replaceAll(',', '')))
}

test('every limit on the page is one of the code, and has its number', () => {
  expect(
    Object.fromEntries(rows.map(([what = '', bound = '']) => [what, numbersIn(bound)])),
  ).toEqual(bounds)
  expect(numbersIn(rows.find(([what]) => what?.startsWith('body, before'))?.[2] ?? '')).toEqual([
    413,
    DROPPED,
  ])
})

test('every limit says what happens there', () => {
  for (const [what, , then] of rows)
    expect([what, then]).toEqual([what, expect.stringMatching(/\w/)])
})

test('the page says of every collection whether it is capped', () => {
  const listed = rowsBelow('Collections').flatMap(([names = '']) =>
    names.split(', ').map((name) => name.replaceAll('`', '')),
  )
  const own = simulators.flatMap(({ collections = [] }) => collections)
  const all = [...sharedCollections, ...own].map(({ name }) => name)
  expect(listed.toSorted()).toEqual(all.toSorted())
})

test('the README leads to the page', () => {
  expect(readFileSync(`${ROOT}README.md`, 'utf8')).toContain('](docs/limits.md)')
})
