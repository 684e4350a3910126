// A lifecycle as a picture: states as boxes, moves as arrows, the state of now lit; and the same as a list.
import { useId, useMemo } from 'preact/hooks'
import { type ArrowShape, BOX, type DiagramOf, layoutOf } from './diagram-layout.ts'

export interface DiagramProps {
  readonly of: DiagramOf
  /** The state of now. */
  readonly now: string
  readonly label: string
}

/** What a picture cannot say to everybody is said by the list below it. */
export function Diagram({ of, now, label }: DiagramProps) {
  const { width, height, boxes, arrows } = useMemo(() => layoutOf(of), [of])
  const id = useId()
  return (
    <figure class="diagram">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ maxWidth: `${width}px` }}
        role="img"
        aria-label={`${label}: ${now}`}
      >
        <defs>
          <marker
            id={id}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path class="arrow-head" d="M0 0L8 4L0 8Z" />
          </marker>
        </defs>
        {arrows.map((arrow) => (
          <Arrow
            key={`${arrow.from} ${arrow.by}`}
            arrow={arrow}
            head={id}
            isLit={arrow.from === now}
          />
        ))}
        {boxes.map(({ name, x, y }) => (
          <g key={name} class={name === now ? 'state lit' : 'state'}>
            <rect x={x} y={y} width={BOX.width} height={BOX.height} rx="8" />
            <text x={x + BOX.width / 2} y={y + BOX.height / 2 + 4.5} text-anchor="middle">
              {name}
            </text>
          </g>
        ))}
      </svg>
      <DiagramList of={of} now={now} />
    </figure>
  )
}

interface ArrowProps {
  readonly arrow: ArrowShape
  /** Id of the marker. */
  readonly head: string
  readonly isLit: boolean
}

const Arrow = ({ arrow: { path, by, label }, head, isLit }: ArrowProps) => (
  <g class={isLit ? 'move lit' : 'move'}>
    <path d={path} marker-end={`url(#${head})`} />
    <text x={label.x} y={label.y} text-anchor={label.anchor}>
      {by}
    </text>
  </g>
)

const DiagramList = ({ of: { states, moves }, now }: Pick<DiagramProps, 'of' | 'now'>) => (
  <details>
    <summary>The states in words</summary>
    <ul>
      {states.map(({ name, says }) => {
        const ways = moves.filter(({ from }) => from === name)
        return (
          <li key={name} aria-current={name === now ? 'step' : undefined}>
            <strong>{name}</strong>
            {name === now && ' (now)'}
            {says !== undefined && `: ${says}`}
            {ways.length > 0 && `. ${ways.map(({ by, to }) => `${by} leads to ${to}`).join(', ')}`}
          </li>
        )
      })}
    </ul>
  </details>
)
