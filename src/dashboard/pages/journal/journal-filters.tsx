// The filters of the journal: those that are often used in sight, the others behind a line that opens.
import { call } from '../../client.ts'
import { SelectField } from '../../kit/field.tsx'
import { LateField } from '../../kit/late-field.tsx'
import { type Query, useQuery } from '../../kit/link.tsx'
import { useLive } from '../../use-live.ts'
import { FILTERS } from './journal-query.ts'

type Change = (changed: Query) => void

interface PartProps {
  readonly query: Query
  readonly change: Change
}

const NEVER = () => false

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

const STATUSES = ['2xx', '4xx', '5xx', '400', '401', '404', '409', '422', '429', '500', '503']

/** Filters that stand behind the line that opens. */
const FURTHER = ['operation', 'method', 'path', 'fault', 'since', 'until']

export function JournalFilters() {
  const [query, change] = useQuery()
  const isSet = FILTERS.some((name) => (query[name] ?? '') !== '')
  const clear = () => change(Object.fromEntries(FILTERS.map((name) => [name, ''])))
  return (
    <search class="filters" aria-label="Filters of the journal">
      <Form query={query} change={change} />
      <details open={FURTHER.some((name) => (query[name] ?? '') !== '')}>
        <summary>More filters</summary>
        <FurtherFilters query={query} change={change} />
      </details>
      {isSet && (
        <button type="button" class="button quiet" onClick={clear}>
          Clear the filters
        </button>
      )}
    </search>
  )
}

function Form({ query, change }: PartProps) {
  const { data } = useLive(() => call('listProvenance'), [], NEVER)
  const providers = data?.providers ?? []
  return (
    <div class="form">
      <LateField
        label="Search"
        type="search"
        value={query.text ?? ''}
        onValue={(text) => change({ text })}
      />
      <SelectField
        label="Provider"
        value={query.provider ?? ''}
        onValue={(provider) => change({ provider, operation: '' })}
        options={[['', 'any'], ...providers.map(({ provider }) => [provider, provider] as const)]}
      />
      <LateField
        label="Status"
        value={query.status ?? ''}
        onValue={(status) => change({ status })}
        options={STATUSES}
      />
      <SelectField
        label="Refused"
        value={query.refused ?? ''}
        onValue={(refused) => change({ refused })}
        options={[
          ['', 'or not'],
          ['true', 'only refused'],
          ['false', 'only not refused'],
        ]}
      />
      <LateField label="ICCID" value={query.iccid ?? ''} onValue={(iccid) => change({ iccid })} />
    </div>
  )
}

function FurtherFilters({ query, change }: PartProps) {
  const slug = query.provider ?? ''
  const { data } = useLive(
    async () => (slug === '' ? undefined : await call('getProvenance', { path: { slug } })),
    [slug],
    NEVER,
  )
  const operations = data?.operations.map(({ id }) => id)
  return (
    <div class="form">
      <LateField
        label="Operation"
        value={query.operation ?? ''}
        onValue={(operation) => change({ operation })}
        options={operations ?? []}
      />
      <SelectField
        label="Method"
        value={query.method ?? ''}
        onValue={(method) => change({ method })}
        options={[['', 'any'], ...METHODS.map((each) => [each, each] as const)]}
      />
      <LateField label="Path" value={query.path ?? ''} onValue={(path) => change({ path })} />
      <LateField
        label="Fault"
        hint="true, false, an id or a kind"
        value={query.fault ?? ''}
        onValue={(fault) => change({ fault })}
        options={['true', 'false']}
      />
      <InstantField label="Since (UTC)" name="since" query={query} change={change} />
      <InstantField label="Until (UTC)" name="until" query={query} change={change} />
    </div>
  )
}

interface InstantFieldProps extends PartProps {
  readonly label: string
  readonly name: 'since' | 'until'
}

/** An instant of the world to the minute; the URL has it as the simulator takes it. */
function InstantField({ label, name, query, change }: InstantFieldProps) {
  const value = (query[name] ?? '').slice(0, 16)
  const seconds = name === 'since' ? '00.000' : '59.999'
  return (
    <LateField
      label={label}
      type="datetime-local"
      value={value}
      onValue={(at) => change({ [name]: at === '' ? '' : `${at.slice(0, 16)}:${seconds}Z` })}
    />
  )
}
