// What narrows the list of SIMs: a text as it is typed, the provider, the states, and the order.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SimRow } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { SelectField, TextField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { numberShown } from '../../shown.ts'
import { later } from '../../timing.ts'
import { useLive } from '../../use-live.ts'

/** ms after the last key before the simulator is asked. */
const TYPED_MS = 200

/** The longest text that can be searched. */
const LONGEST = 200

const PROFILES = Object.keys({
  released: true,
  downloaded: true,
  installed: true,
  enabled: true,
  disabled: true,
  deleted: true,
} satisfies Record<SimRow['profile'], true>)

const SERVICES = Object.keys({
  inactive: true,
  active: true,
  suspended: true,
  ceased: true,
} satisfies Record<SimRow['service'], true>)

const NEVER = () => false

const choices = (all: string, values: readonly string[]) =>
  [['', all], ...values.map((each) => [each, each] as const)] as const

/** A field whose text is that of the URL, set there when the typing pauses. */
function SearchField() {
  const [{ search = '' }, change] = useQuery()
  const [text, setText] = useState(search)
  const asked = useRef(search)
  useEffect(() => {
    // What this field has asked for is not put into it again: more may have been typed meanwhile.
    if (search !== asked.current) setText(search)
    asked.current = search
  }, [search])
  useEffect(() => {
    const wanted = text.trim().slice(0, LONGEST)
    if (wanted === asked.current) return
    return later(TYPED_MS, () => {
      asked.current = wanted
      change({ search: wanted })
    })
  }, [text])
  return (
    <TextField
      label="Search"
      type="search"
      value={text}
      onValue={setText}
      hint="a part of a number, name or reference"
    />
  )
}

export interface SimFiltersProps {
  readonly total: number | undefined
  /** While what was asked last is on its way. */
  readonly isBusy: boolean
}

export function SimFilters({ total, isBusy }: SimFiltersProps) {
  const [query, change] = useQuery()
  const { data } = useLive(() => world().show(), [], NEVER)
  const providers = Object.keys(data?.baseUrls ?? {})
  const chosen = (name: string) => ({
    value: query[name] ?? '',
    onValue: (value: string) => change({ [name]: value }),
  })
  return (
    <search class="sim-filters form">
      <SearchField />
      <SelectField label="Provider" {...chosen('provider')} options={choices('any', providers)} />
      <SelectField label="Profile" {...chosen('profile')} options={choices('any', PROFILES)} />
      <SelectField label="Service" {...chosen('service')} options={choices('any', SERVICES)} />
      <SelectField
        label="Order"
        {...chosen('order')}
        options={[
          ['', 'newest first'],
          ['oldest', 'oldest first'],
        ]}
      />
      <p class="sim-count" role="status">
        {total === undefined || isBusy
          ? '…'
          : `${numberShown(total)} ${total === 1 ? 'SIM' : 'SIMs'}`}
      </p>
    </search>
  )
}
