// A QR code, drawn as one path: dark on white in every colour scheme, since cameras read that best.

import { useMemo } from 'preact/hooks'
import { create } from 'qrcode'

/** Modules of white around it (ISO/IEC 18004 wants four). */
const QUIET = 4

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const code = useMemo(() => drawn(text), [text])
  if (!code) return <p class="hint">It is too long for a QR code.</p>
  const { size, path } = code
  const side = size + 2 * QUIET
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <rect width={side} height={side} fill="#ffffff" />
      <path d={path} fill="#000000" shape-rendering="crispEdges" />
    </svg>
  )
}

interface Drawn {
  /** Modules a side. */
  readonly size: number
  /** Each dark module as a square. */
  readonly path: string
}

/** @returns nothing where no QR code holds so much */
function drawn(text: string): Drawn | undefined {
  try {
    const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules
    const squares: string[] = []
    for (const [at, dark] of data.entries())
      if (dark) squares.push(`M${(at % size) + QUIET} ${Math.floor(at / size) + QUIET}h1v1h-1z`)
    return { size, path: squares.join('') }
  } catch {
    return undefined
  }
}
