// A sentence of the simulator in which names and values stand between backticks: those are set as code.
export const Marked = ({ text }: { readonly text: string }) => (
  <>
    {text
      .split('`')
      .map((part, at) => (at % 2 === 1 ? <code key={`${at} ${part}`}>{part}</code> : part))}
  </>
)
