// Fields of the form of a fault: those that its kind has, on which side of the change, and how often.
import { AreaField, SelectField, TextField, type TextFieldProps } from '../../kit/field.tsx'
import type { Asked } from './asked.ts'
import { type FieldShown, type KindShown, wordsOf } from './kinds.ts'

interface AskProps {
  readonly asked: Asked
  readonly ask: (changed: Partial<Asked>) => void
}

/** A field of the kind's own: its name is its label. */
function OwnField({ field, asked, ask, statuses }: OwnFieldProps) {
  const { name, form, says, required } = field
  const words = wordsOf(field)
  const shown = {
    label: required ? `${name} (needed)` : name,
    hint: words.length > 0 ? says : `${form}: ${says}`,
    value: asked.own[name] ?? '',
    onValue: (value: string) => ask({ own: { ...asked.own, [name]: value } }),
  }
  if (name === 'status') return <StatusField {...shown} statuses={statuses} />
  if (words.length > 0)
    return (
      <SelectField
        {...shown}
        options={[['', 'unless told otherwise'], ...words.map((word) => [word, word] as const)]}
      />
    )
  if (form === 'an object' || form.startsWith('JSON')) return <AreaField {...shown} rows={2} />
  return <TextField {...shown} type={form === 'a whole number' ? 'number' : 'text'} />
}

interface OwnFieldProps extends AskProps {
  readonly field: FieldShown
  readonly statuses: readonly number[]
}

interface StatusFieldProps extends TextFieldProps {
  /** Those that are documented of the operation: of any other a body has to be given. */
  readonly statuses: readonly number[]
}

function StatusField({ statuses, ...field }: StatusFieldProps) {
  const known = statuses.map(String)
  const hint = known.length === 0 ? field.hint : `documented here: ${known.join(', ')}`
  return <TextField {...field} hint={hint} type="number" options={known} />
}

export interface OwnFieldsProps extends AskProps {
  readonly kind: KindShown
  /** Documented of the operation that is chosen. */
  readonly statuses: readonly number[]
}

export function OwnFields({ asked, ask, kind, statuses }: OwnFieldsProps) {
  if (kind.fields.length === 0) return null
  return (
    <fieldset class="fields">
      <legend>Of {kind.name}</legend>
      {kind.fields.map((field) => (
        <OwnField
          key={`${kind.of} ${kind.name} ${field.name}`}
          field={field}
          asked={asked}
          ask={ask}
          statuses={statuses}
        />
      ))}
    </fieldset>
  )
}

const SIDES: Readonly<Record<string, string>> = {
  before: 'before the change: nothing is carried out',
  after: 'after the change: its answer is spoilt or lost',
}

export function WhenField({ asked, ask, kind }: AskProps & { readonly kind: KindShown }) {
  const sides = kind.when ?? []
  if (sides.length < 2) return null
  return (
    <SelectField
      label="When"
      value={asked.when === '' ? (sides[0] ?? '') : asked.when}
      onValue={(when) => ask({ when })}
      options={sides.map((side) => [side, SIDES[side] ?? side])}
    />
  )
}

export function HowOften({ asked, ask }: AskProps) {
  const field = (label: 'times' | 'nth' | 'until' | 'match') => ({
    label,
    value: asked[label],
    onValue: (value: string) => ask({ [label]: value }),
  })
  return (
    <details class="more">
      <summary>How often, and to which of them</summary>
      <fieldset class="fields">
        <legend class="unseen">How often</legend>
        <TextField
          {...field('times')}
          type="number"
          hint="how often it happens; without an end unless told"
        />
        <TextField
          {...field('nth')}
          type="number"
          hint="from which of them on, the first being 1; once unless times says more"
        />
        <TextField
          {...field('until')}
          hint="a duration of the world’s clock, as in PT5M, or an instant"
        />
        <AreaField
          {...field('match')}
          rows={2}
          hint="what it has to have, one a line: path.iccid=8943*, query.limit=10, headers.x-case=7, body./order/0/item=…"
        />
      </fieldset>
    </details>
  )
}
