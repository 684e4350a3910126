// Secrets of a run: whatever way they are sent, spelled and looked at, no report shows one.
import { expect, test } from 'vitest'
import { reportKinds } from '../../src/workflows/reports/kinds.ts'
import { caseText } from '../../src/workflows/reports/text.ts'
import type { CaseResult, RunResult } from '../../src/workflows/result.ts'
import { toldCase } from '../../src/workflows/told.ts'
import { SPELLINGS, type Spelling } from '../support/spellings.ts'
import { played } from '../support/workflows.ts'

/** With all that has to be escaped somewhere. */
const SECRET = 'q7/Zk+"w=9&xR~tv\\3'

const spellings = Object.keys(SPELLINGS) as Spelling[]
const place = { file: 'a.yaml', line: 1, column: 1 }

/** A case that sends a text wherever one can be, and looks at it in every way. */
function caseWith(text: string): CaseResult {
  return {
    file: 'a.yaml',
    workflow: 'w',
    summary: `of ${text}`,
    outcome: 'failed',
    reason: `because of ${text}`,
    place,
    duration: 1,
    inputs: { plan: text },
    outputs: { kept: { deep: [text] } },
    steps: [
      {
        step: 's',
        description: `with ${text}`,
        within: ['w'],
        outcome: 'failed',
        place,
        attempt: 1,
        duration: 1,
        action: `again: ${text}`,
        exchange: {
          method: 'POST',
          url: `http://x/a?note=${text}`,
          requestHeaders: { 'x-note': text, cookie: `a=${text}` },
          requestBody: JSON.stringify({ note: text }),
          status: 200,
          replyHeaders: { 'x-back': text },
          replyBody: `<p>${text}</p>`,
          replySize: 9,
          error: `it said ${text}`,
        },
        failures: [
          {
            place,
            expected: `$response.body == '${text}'`,
            expectedValue: { note: text },
            seen: [{ expression: '$response.body', value: [text] }],
            message: `it is ${text}`,
          },
        ],
      },
    ],
    callbacks: [
      {
        callback: 'c',
        provider: 'esim-go',
        type: 'T',
        at: '2026-01-01T00:00:00.000Z',
        attempt: 1,
        url: `http://r/${text}`,
        error: `no ${text}`,
        signature: 'none',
        body: text,
      },
    ],
  }
}

async function everyReport(cases: readonly CaseResult[]): Promise<string> {
  const result: RunResult = {
    format: 1,
    version: '1.0.0',
    outcome: 'failed',
    target: 'sim',
    seed: 's',
    startedAt: '2026-01-01T00:00:00.000Z',
    duration: 1,
    cases,
  }
  const makers = await Promise.all(Object.values(reportKinds).map(({ load }) => load()))
  return [...cases.map(caseText), ...makers.map((make) => make(result))].join('\n')
}

test.each(spellings)('a secret that is known is struck out everywhere, %s', async (spelling) => {
  const text = SPELLINGS[spelling](SECRET)
  const told = toldCase(caseWith(text), { secrets: [SECRET], addresses: {} })
  const reports = await everyReport([told])
  for (const other of spellings) expect(reports).not.toContain(SPELLINGS[other](SECRET))
  expect(reports).not.toContain(text)
  expect(reports).toContain('[redacted]')
})

test('without the secret being known the same reports do show it', async () => {
  const told = toldCase(caseWith('plainly-there'), { secrets: [], addresses: {} })
  expect(await everyReport([told])).toContain('plainly-there')
})

const KEY = 'my-own-key-4711'
const coded = Buffer.from(`x:${KEY}`).toString('base64')

/** It goes under its name once, and under none elsewhere. */
const RUN = `  - workflowId: leaks
    inputs: { type: object, properties: { apiKey: { type: string }, code: { type: string } } }
    outputs: { key: $inputs.apiKey }
    steps:
      - stepId: header
        operationId: $sourceDescriptions.go.getOrganisation
        parameters: [{ name: X-API-Key, in: header, value: $inputs.apiKey }]
        successCriteria: [{ condition: $statusCode == 401 || $statusCode == 403 }]
`

test('an input that is called a key is one wherever the workflow takes it; what a token endpoint gave, too', async () => {
  const text = `${RUN}      - stepId: body
        operationId: $sourceDescriptions.go.createOrder
        requestBody: { payload: { type: "{$inputs.apiKey}", order: [], note: "{$inputs.code}" } }
        successCriteria: [{ condition: $request.body#/type == 'nothing' }]
  - workflowId: tokens
    steps:
      - stepId: status
        operationId: $sourceDescriptions.wholesale.queryTransactionStatus
        parameters: [{ name: partnerTransactionId, in: query, value: none }]
        successCriteria: [{ condition: $request.header.authorization == 'Bearer nothing' }]
`
  const inputs = { apiKey: KEY, code: coded }
  const { cases } = await played(text, { inputs })
  expect(cases.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
  expect(cases[0]?.steps.map(({ step }) => step)).toEqual(['header', 'body'])
  const reports = await everyReport(cases)
  for (const secret of [KEY, encodeURIComponent(KEY), coded, 'test-secret', 'test-esim-go-key'])
    expect(reports).not.toContain(secret)
  expect(cases[1]?.steps[0]?.failures[0]?.seen).toEqual([
    { expression: '$request.header.authorization', value: '[redacted]' },
  ])
  expect(reports).not.toMatch(/Bearer (?!nothing)\w/)
})
