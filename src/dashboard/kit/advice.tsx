// A sentence of the simulator in which commands stand between backticks: shown as code, with a button that copies each.
import { typedHere } from '../terminal.ts'
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
            <Piece text={piece} />
          </span>
        ),
      )}
    </span>
  )
}

/** A piece of code; a command as it is typed for this world. */
function Piece({ text }: { readonly text: string }) {
  const command = typedHere(text)
  if (command === undefined) return <code>{text}</code>
  return (
    <>
      <code>{command}</code> <CopyButton text={command} />
    </>
  )
}
