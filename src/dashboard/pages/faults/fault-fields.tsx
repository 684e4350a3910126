// Fields of the form of a fault: those that its kind has, on which side of the change, and how often.
import { AreaField, SelectField, TextField } from '../../kit/field.tsx'
import type { Asked } from './asked.ts'
import { type FieldShown, type KindShown, wordsOf } from './kinds.ts'

interface AskProps {
  readonly asked: Asked
  readonly ask: (changed: Partial<Asked>) => void
}

/** A field of one's own: the name of it is its label. */
function OwnField({ name, field, asked, ask }: AskProps & OneField) {
  const { form, says, required } = field
  const words = wordsOf(field)
  const shown = {
    label: required ? `${name} (needed)` : name,
    hint: words.length > 0 ? says : `${form}: ${says}`,
    value: asked.own[name] ?? '',
    onValue: (value: string) => ask({ own: { ...asked.own, [name]: value } }),
  }
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

interface OneField {
  readonly name: string
  readonly field: FieldShown
}

export function OwnFields({ asked, ask, kind }: AskProps & { readonly kind: KindShown }) {
  const fields = Object.entries(kind.fields)
  if (fields.length === 0) return null
  return (
    <fieldset class="fields">
      <legend>Of {kind.kind}</legend>
      {fields.map(([name, field]) => (
        <OwnField
          key={`${kind.of} ${kind.kind} ${name}`}
          name={name}
          field={field}
          asked={asked}
          ask={ask}
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
  return (
    <details class="more">
      <summary>How often, and to which of them</summary>
      <fieldset class="fields">
        <legend class="unseen">How often</legend>
        <TextField
          label="times"
          type="number"
          hint="how often it happens; without an end unless told"
          value={asked.times}
          onValue={(times) => ask({ times })}
        />
        <TextField
          label="nth"
          type="number"
          hint="from which of them on, the first being 1; once unless times says more"
          value={asked.nth}
          onValue={(nth) => ask({ nth })}
        />
        <TextField
          label="until"
          hint="a duration of the world’s clock, as in PT5M, or an instant"
          value={asked.until}
          onValue={(until) => ask({ until })}
        />
        <AreaField
          label="match"
          rows={2}
          hint="what it has to have, one a line: path.iccid=8943*, query.limit=10, headers.x-case=7, body./order/0/item=…"
          value={asked.match}
          onValue={(match) => ask({ match })}
        />
      </fieldset>
    </details>
  )
}
