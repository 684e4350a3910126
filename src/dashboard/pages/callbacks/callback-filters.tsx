// The filters of the callbacks, which stand in the URL.
import type { TargetShown } from '../../../control/wire.ts'
import { SelectField } from '../../kit/field.tsx'
import { LateField } from '../../kit/late-field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { FILTERS, STATES } from './callback-list.ts'

/** @param props.targets tells the providers that send callbacks, and the types of each */
export function CallbackFilters({ targets }: { readonly targets: readonly TargetShown[] }) {
  const [query, change] = useQuery()
  const { provider = '', state = '', type = '', iccid = '' } = query
  const isSet = FILTERS.some((name) => (query[name] ?? '') !== '')
  const types = targets
    .filter((target) => provider === '' || target.provider === provider)
    .flatMap((target) => target.types)
  const own = (value: string, all: readonly string[]) =>
    [['', 'any'], ...withOwn(all, value).map((each) => [each, each] as const)] as const
  return (
    <search class="filters" aria-label="Filters of the callbacks">
      <div class="form">
        <SelectField
          label="Provider"
          value={provider}
          onValue={(value) => change({ provider: value })}
          options={own(
            provider,
            targets.map((target) => target.provider),
          )}
        />
        <SelectField
          label="State"
          value={state}
          onValue={(value) => change({ state: value })}
          options={own(state, STATES)}
        />
        <LateField
          label="Type"
          value={type}
          onValue={(value) => change({ type: value })}
          options={types}
        />
        <LateField label="ICCID" value={iccid} onValue={(value) => change({ iccid: value })} />
        {isSet && (
          <button
            type="button"
            class="button quiet"
            onClick={() => change(Object.fromEntries(FILTERS.map((name) => [name, ''])))}
          >
            Clear the filters
          </button>
        )}
      </div>
    </search>
  )
}

/** What the URL asks for stands in the list, whether there is such a one or not. */
const withOwn = (all: readonly string[], own: string) =>
  own === '' || all.includes(own) ? all : [...all, own]
