// An amount over time as steps, with lines at its thresholds; and the same as a table.
import { bytesShown, instantShown } from '../shown.ts'
import { Table } from './table.tsx'

/** How much it was from an instant on. */
export interface CurvePoint {
  /** ISO 8601. */
  readonly at: string
  readonly bytes: number
}

export interface CurveProps {
  readonly label: string
  /** In order of time. */
  readonly points: readonly CurvePoint[]
  /** Where the curve begins and ends, as ISO 8601. */
  readonly from: string
  readonly to: string
  /** The most there can be; absent where there is no end. */
  readonly all?: number | undefined
  /** Per cent of all, each a line. */
  readonly thresholds: readonly number[]
}

const WIDTH = 420
const HEIGHT = 200
const INNER = { left: 8, right: 68, top: 14, bottom: 26 } as const

export function Curve(props: CurveProps) {
  const { label, points, from, to, all, thresholds } = props
  const most = Math.max(all ?? 0, ...points.map(({ bytes }) => bytes), 1)
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const xOf = (at: string) => {
    const part = end > start ? (Date.parse(at) - start) / (end - start) : 1
    return INNER.left + Math.min(1, Math.max(0, part)) * (WIDTH - INNER.left - INNER.right)
  }
  const yOf = (bytes: number) =>
    HEIGHT - INNER.bottom - (bytes / most) * (HEIGHT - INNER.top - INNER.bottom)
  const steps = points.map(({ at, bytes }) => `H${xOf(at).toFixed(1)}V${yOf(bytes).toFixed(1)}`)
  const line = `M${xOf(from)} ${yOf(0)}${steps.join('')}H${xOf(to).toFixed(1)}`
  const marks =
    all === undefined
      ? [{ bytes: most, text: bytesShown(most) }]
      : [...new Set([...thresholds, 100])].map((percent) => ({
          bytes: (all * percent) / 100,
          text: `${percent} %`,
        }))
  return (
    <figure class="curve">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {marks.map(({ bytes, text }) => (
          <Mark key={text} y={yOf(bytes)} text={text} />
        ))}
        <path class="curve-ground" d={`${line}V${yOf(0)}Z`} />
        <path class="curve-line" d={line} />
        <line class="curve-axis" x1={INNER.left} x2={WIDTH - INNER.right} y1={yOf(0)} y2={yOf(0)} />
        <text x={INNER.left} y={HEIGHT - 8}>
          {instantShown(from).slice(0, 16)}
        </text>
        <text x={WIDTH - INNER.right} y={HEIGHT - 8} text-anchor="end">
          {instantShown(to).slice(0, 16)} UTC
        </text>
      </svg>
      <CurveTable points={points} all={all} />
    </figure>
  )
}

const Mark = ({ y, text }: { readonly y: number; readonly text: string }) => (
  <g class="curve-mark">
    <line x1={INNER.left} x2={WIDTH - INNER.right} y1={y} y2={y} />
    <text x={WIDTH - INNER.right + 6} y={y + 4}>
      {text}
    </text>
  </g>
)

const CurveTable = ({ points, all }: Pick<CurveProps, 'points' | 'all'>) => (
  <details>
    <summary>As a table</summary>
    <Table
      label="Use as a table"
      head={['At (UTC)', 'Used until then', ...(all === undefined ? [] : ['Of all'])]}
    >
      {points.map(({ at, bytes }, index) => (
        <tr key={index}>
          <td>{instantShown(at)}</td>
          <td>{bytesShown(bytes)}</td>
          {all !== undefined && <td>{Math.floor((bytes / all) * 100)} %</td>}
        </tr>
      ))}
    </Table>
  </details>
)
