// Where the states of a lifecycle stand and how its arrows run: ranks from top to bottom, arrows with corners.

export interface DiagramState {
  readonly name: string
  readonly says?: string
}

export interface DiagramMove {
  readonly from: string
  readonly to: string
  /** The event that makes it. */
  readonly by: string
}

/** A table of states. */
export interface DiagramOf {
  readonly initial: string
  readonly states: readonly DiagramState[]
  readonly moves: readonly DiagramMove[]
}

interface Cell {
  readonly column: number
  readonly row: number
}

export interface BoxShape {
  readonly name: string
  readonly x: number
  readonly y: number
}

export interface ArrowShape extends DiagramMove {
  /** Of an SVG path. */
  readonly path: string
  readonly label: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' }
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly BoxShape[]
  readonly arrows: readonly ArrowShape[]
}

export const BOX = { width: 112, height: 34 } as const
const PITCH = { column: 190, row: 82 } as const
const EDGE = 8
/** px left of the boxes: labels of arrows reach there. */
const LEFT = 24
/** px left of the boxes, where an arrow runs around a column. */
const BOW = 44
/** px between arrows that end at the same side of a box. */
const APART = 26
const CORNER = 8

/** Cells of the states: each a row below the first that leads to it. */
function cellsOf({ initial, states, moves }: DiagramOf): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>()
  const used = new Map<number, number>()
  const place = (name: string, row: number) => {
    if (cells.has(name)) return
    const column = used.get(row) ?? 0
    used.set(row, column + 1)
    cells.set(name, { column, row })
  }
  place(initial, 0)
  // A map goes on to what is put in while it is walked through.
  for (const [name, { row }] of cells)
    for (const { from, to } of moves) if (from === name) place(to, row + 1)
  const last = Math.max(...used.keys())
  for (const { name } of states) place(name, last + 1)
  return cells
}

type Side = 'top' | 'bottom' | 'left' | 'right'

/** An end of an arrow. */
interface Port {
  readonly box: string
  readonly side: Side
  /** Ports of one side stand in the order of these. */
  readonly rank: number
}

interface Ends {
  readonly from: Port
  readonly to: Port
}

/** Where an arrow leaves and arrives: straight within a column, else with one corner. */
function endsOf(move: DiagramMove, at: number, cells: ReadonlyMap<string, Cell>): Ends {
  const from = cells.get(move.from) ?? { column: 0, row: 0 }
  const to = cells.get(move.to) ?? { column: 0, row: 0 }
  const isDown = to.row > from.row
  const port = (box: string, side: Side, rank: number): Port => ({ box, side, rank })
  const rows = Math.abs(to.row - from.row)
  if (from.column === to.column && rows === 1)
    return {
      from: port(move.from, isDown ? 'bottom' : 'top', at),
      to: port(move.to, isDown ? 'top' : 'bottom', at),
    }
  if (from.column === to.column || rows === 0) {
    const side = from.column === 0 && from.column === to.column ? 'left' : 'right'
    const facing = to.column > from.column ? 'left' : 'right'
    const isAcross = rows === 0
    const away = to.column > from.column ? 'right' : 'left'
    return {
      from: port(move.from, isAcross ? away : side, at),
      to: port(move.to, isAcross ? facing : side, at),
    }
  }
  // Of the corners of one box the outermost is that of the farthest row.
  if (to.column > from.column)
    return {
      from: port(move.from, 'right', at),
      to: port(move.to, isDown ? 'top' : 'bottom', rows * 100 - at),
    }
  return {
    from: port(move.from, isDown ? 'bottom' : 'top', rows * 100 - at),
    to: port(move.to, 'right', at),
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Lays out a lifecycle; sizes are px at full size. */
export function layoutOf(of: DiagramOf): Layout {
  const cells = cellsOf(of)
  const moves = of.moves.filter(({ from, to }) => cells.has(from) && cells.has(to))
  const ends = moves.map((move, at) => endsOf(move, at, cells))
  const left = ends.some(({ from, to }) => from.side === 'left' && to.side === 'left') ? BOW : LEFT
  const boxes = [...cells].map(([name, { column, row }]) => ({
    name,
    x: left + column * PITCH.column,
    y: EDGE + row * PITCH.row,
  }))
  const placed = new Map(boxes.map((box) => [box.name, box]))
  const ports = ends.flatMap(({ from, to }) => [from, to])
  const pointOf = (port: Port) => portPoint(port, ports, placed)
  const arrows = moves.map((move, at): ArrowShape => {
    const end = ends[at]
    if (!end) return { ...move, path: '', label: { x: 0, y: 0, anchor: 'start' } }
    return { ...move, ...routeOf(end, pointOf(end.from), pointOf(end.to)) }
  })
  const columns = Math.max(...[...cells.values()].map(({ column }) => column))
  const rows = Math.max(...[...cells.values()].map(({ row }) => row))
  return {
    width: left + EDGE + BOX.width + columns * PITCH.column,
    height: EDGE * 2 + BOX.height + rows * PITCH.row,
    boxes,
    arrows,
  }
}

/** Where a port is: those of one side are spread about its middle. */
function portPoint(
  port: Port,
  ports: readonly Port[],
  boxes: ReadonlyMap<string, BoxShape>,
): Point {
  const { x = 0, y = 0 } = boxes.get(port.box) ?? {}
  const beside = ports
    .filter(({ box, side }) => box === port.box && side === port.side)
    .sort((one, other) => one.rank - other.rank)
  const isFlat = port.side === 'top' || port.side === 'bottom'
  const gap = isFlat ? APART : Math.min(APART, (BOX.height - 10) / beside.length)
  const off = (beside.indexOf(port) - (beside.length - 1) / 2) * gap
  if (isFlat) return { x: x + BOX.width / 2 + off, y: port.side === 'top' ? y : y + BOX.height }
  return { x: port.side === 'left' ? x : x + BOX.width, y: y + BOX.height / 2 + off }
}

type Route = Pick<ArrowShape, 'path' | 'label'>

function routeOf({ from, to }: Ends, start: Point, end: Point): Route {
  const isFlat = ({ side }: Port) => side === 'top' || side === 'bottom'
  if (isFlat(from) && isFlat(to)) return straight(start, end, to.side === 'bottom')
  if (!isFlat(from) && !isFlat(to)) return start.y === end.y ? across(start, end) : bow(start, end)
  return isFlat(from) ? cornerOf(end, start, true) : cornerOf(start, end, false)
}

function straight(start: Point, end: Point, isUp: boolean): Route {
  const y = (start.y + end.y) / 2 + 4
  const side = isUp ? 1 : -1
  return {
    path: `M${start.x} ${start.y}L${end.x} ${end.y}`,
    label: { x: start.x + 7 * side, y, anchor: isUp ? 'start' : 'end' },
  }
}

function across(start: Point, end: Point): Route {
  return {
    path: `M${start.x} ${start.y}L${end.x} ${end.y}`,
    label: { x: Math.min(start.x, end.x) + 10, y: start.y - 4, anchor: 'start' },
  }
}

/** Around the boxes of a column, at its outer side. */
function bow(start: Point, end: Point): Route {
  const x = start.x - BOW + 4
  return {
    path: `M${start.x} ${start.y}C${x} ${start.y} ${x} ${end.y} ${end.x} ${end.y}`,
    label: { x: x + 8, y: (start.y + end.y) / 2, anchor: 'start' },
  }
}

/** A line from the side of one box to the top or bottom of another, around one corner. */
function cornerOf(side: Point, flat: Point, isReversed: boolean): Route {
  const down = Math.sign(flat.y - side.y)
  const before = `${flat.x - CORNER} ${side.y}`
  const after = `${flat.x} ${side.y + CORNER * down}`
  const path = isReversed
    ? `M${flat.x} ${flat.y}L${after}Q${flat.x} ${side.y} ${before}L${side.x} ${side.y}`
    : `M${side.x} ${side.y}L${before}Q${flat.x} ${side.y} ${after}L${flat.x} ${flat.y}`
  return { path, label: { x: side.x + 10, y: side.y - 4, anchor: 'start' } }
}
