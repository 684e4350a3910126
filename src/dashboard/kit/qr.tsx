// A QR code, drawn as one path: dark on white in every colour scheme, since cameras read that best.

import { useMemo } from 'preact/hooks'
import { create } from 'qrcode'

/** Modules of white around it (ISO/IEC 18004 wants four). */
const QUIET = 4

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text])
  const side = size + 2 * QUIET
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <rect width={side} height={side} fill="#ffffff" />
      <path d={path} fill="#000000" shape-rendering="crispEdges" />
    </svg>
  )
}

/** Each dark module as a square. */
function drawn(text: string): { readonly size: number; readonly path: string } {
  const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules
  const squares: string[] = []
  for (const [at, dark] of data.entries())
    if (dark) squares.push(`M${(at % size) + QUIET} ${Math.floor(at / size) + QUIET}h1v1h-1z`)
  return { size, path: squares.join('') }
}
