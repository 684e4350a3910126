// A table of few rows, which scrolls by itself where it is wider than the page.
import type { ComponentChildren } from 'preact'

export interface TableProps {
  readonly label: string
  /** Names of the columns. */
  readonly head: readonly string[]
  /** A class of the style sheet for what is its own. */
  readonly look?: string
  /** The rows, each a `tr`. */
  readonly children: ComponentChildren
}

export const Table = ({ label, head, look = '', children }: TableProps) => (
  <section class={`scroll ${look}`} tabIndex={0} aria-label={label}>
    <table>
      <thead>
        <tr>
          {head.map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </section>
)
