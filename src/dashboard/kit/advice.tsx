// A sentence of the simulator in which commands stand between backticks: shown as code, with a button that copies each.
import { CopyButton } from './copy.tsx'

export function Advice({ text }: { readonly text: string }) {
  const pieces = text.split('`')
  // An odd backtick is none of a pair.
  if (pieces.length % 2 === 0) return <span>{text}</span>
  return (
    <span>
      {pieces.map((piece, index) =>
        index % 2 === 0 ? (
          piece
        ) : (
          <span key={`${index} ${piece}`}>
            <code>{piece}</code>
            {piece.startsWith('esimulator ') && <CopyButton text={piece} />}
          </span>
        ),
      )}
    </span>
  )
}
