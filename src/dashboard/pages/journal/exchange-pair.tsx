// Request and reply of an exchange, side by side where there is room.
import type { ExchangeShown } from '../../../control/wire.ts'
import { Body, Headers } from '../../kit/body.tsx'
import { CopyButton } from '../../kit/copy.tsx'
import { Section } from '../../kit/page.tsx'

/** Characters of a body that the simulator keeps. */
const KEPT = 32_768

export function ExchangePair({ exchange }: { readonly exchange: ExchangeShown }) {
  const { requestHeaders, requestBody, replyHeaders = {}, replyType, replyBody } = exchange
  const { status, undocumented, violations, preference } = exchange
  const type = replyType === undefined ? {} : { 'content-type': replyType }
  return (
    <div class="grid pair">
      <Section title="Request" actions={<CopyBody text={requestBody} what="request" />}>
        <Headers of={requestHeaders} label="Headers of the request" />
        <Body text={requestBody} label="Body of the request" />
        <CutHint text={requestBody} />
        <Notes title="The spec does not know" notes={undocumented} />
        {preference !== undefined && (
          <p class="hint">
            <code>Prefer</code> asked for {preference}, and got it.
          </p>
        )}
      </Section>
      <Section
        title={status === undefined ? 'No reply left' : `Reply ${status}`}
        actions={<CopyBody text={replyBody} what="reply" />}
      >
        <Headers of={{ ...type, ...replyHeaders }} label="Headers of the reply" />
        <Body text={replyBody} label="Body of the reply" />
        <CutHint text={replyBody} />
        <Notes title="What breaks the spec" notes={violations} />
      </Section>
    </div>
  )
}

interface CopyBodyProps {
  readonly text: string | undefined
  readonly what: string
}

const CopyBody = ({ text, what }: CopyBodyProps) =>
  text === undefined || text === '' ? null : (
    <CopyButton text={text} label={`Copy the body of the ${what}`} />
  )

const CutHint = ({ text = '' }: { readonly text: string | undefined }) =>
  text.length > KEPT ? <p class="hint">Only the beginning of it was kept.</p> : null

interface NotesProps {
  readonly title: string
  readonly notes: readonly string[]
}

function Notes({ title, notes }: NotesProps) {
  if (notes.length === 0) return null
  return (
    <div>
      <h3>{title}</h3>
      <ul class="points">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  )
}
