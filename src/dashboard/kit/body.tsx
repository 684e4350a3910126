// A body as it was sent: JSON laid out, anything else as it is. Always text, never markup.
export function Body({
  text,
  label,
}: {
  readonly text: string | undefined
  readonly label: string
}) {
  if (text === undefined || text === '') return <p class="hint">no body</p>
  return (
    <section class="body" tabIndex={0} aria-label={label}>
      <pre>{laidOut(text)}</pre>
    </section>
  )
}

const LONGEST = 200_000

function laidOut(text: string): string {
  try {
    return cut(JSON.stringify(JSON.parse(text), null, 2))
  } catch {
    return cut(text)
  }
}

const cut = (text: string) =>
  text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}\n… and ${text.length - LONGEST} more characters`

export interface HeadersProps {
  readonly of: Readonly<Record<string, unknown>>
  readonly label: string
}

/** Headers, one a line. */
export function Headers({ of: headers, label }: HeadersProps) {
  const rows = Object.entries(headers)
  if (rows.length === 0) return <p class="hint">no headers</p>
  return (
    <dl class="headers" aria-label={label}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{String(value)}</dd>
        </div>
      ))}
    </dl>
  )
}
