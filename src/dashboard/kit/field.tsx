// Fields of forms, each with its label and what it is for.
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Labelled {
  readonly label: string
  readonly hint?: string | undefined
  readonly value: string
  readonly onValue: (value: string) => void
}

interface FieldProps extends Pick<Labelled, 'label' | 'hint'> {
  /** Of what is filled in, which names the hint as `<id>-hint`. */
  readonly id: string
  readonly children: ComponentChildren
}

const Field = ({ id, label, hint, children }: FieldProps) => (
  <div class="field">
    <label for={id}>{label}</label>
    {children}
    {hint !== undefined && (
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </div>
)

export interface TextFieldProps extends Labelled {
  readonly type?: 'text' | 'search' | 'password' | 'number' | 'url' | 'datetime-local'
  /** Offered while it is typed. */
  readonly options?: readonly string[]
  readonly required?: boolean
}

export function TextField(props: TextFieldProps) {
  const { label, hint, value, onValue, type = 'text', options, required } = props
  const id = useId()
  return (
    <Field id={id} label={label} hint={hint}>
      <input
        id={id}
        type={type as 'text'}
        value={value}
        required={required}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={hint && `${id}-hint`}
        list={options && `${id}-options`}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
      {options && (
        <datalist id={`${id}-options`}>
          {options.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </Field>
  )
}

export interface SelectFieldProps extends Labelled {
  /** Values with what is shown for each. */
  readonly options: readonly (readonly [value: string, shown: string])[]
}

export function SelectField({ label, hint, value, onValue, options }: SelectFieldProps) {
  const id = useId()
  return (
    <Field id={id} label={label} hint={hint}>
      <select
        id={id}
        value={value}
        aria-describedby={hint && `${id}-hint`}
        onChange={({ currentTarget }) => onValue(currentTarget.value)}
      >
        {options.map(([each, shown]) => (
          <option key={each} value={each}>
            {shown}
          </option>
        ))}
      </select>
    </Field>
  )
}

export interface AreaFieldProps extends Labelled {
  readonly rows?: number
}

export function AreaField({ label, hint, value, onValue, rows = 4 }: AreaFieldProps) {
  const id = useId()
  return (
    <Field id={id} label={label} hint={hint}>
      <textarea
        id={id}
        rows={rows}
        value={value}
        spellcheck={false}
        aria-describedby={hint && `${id}-hint`}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </Field>
  )
}

export interface FormProps {
  readonly onSubmit: () => void
  readonly children: ComponentChildren
  readonly label: string
}

/** A form whose Enter does what its button does, and which never leaves the page. */
export function Form({ onSubmit, children, label }: FormProps) {
  return (
    <form
      class="form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
    </form>
  )
}
