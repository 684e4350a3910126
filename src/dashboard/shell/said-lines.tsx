// The lines of what was done, at the foot of the page.
import { said, unsay } from '../said.ts'

export const SaidLines = () => (
  <div class="said" role="status" aria-live="polite">
    {said.value.map(({ id, text, isProblem }) => (
      <p key={id} class={isProblem ? 'said-line bad' : 'said-line'}>
        <span>{text}</span>
        <button
          type="button"
          class="button quiet"
          aria-label="Close this line"
          onClick={() => unsay(id)}
        >
          ×
        </button>
      </p>
    ))}
  </div>
)
