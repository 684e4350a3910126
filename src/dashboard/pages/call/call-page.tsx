// A call of a provider by hand: an operation, what it takes, and what it answers.
import { world } from '../../client.ts'
import { SelectField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page, Section } from '../../kit/page.tsx'
import { useLive } from '../../use-live.ts'
import { CallForm } from './call-form.tsx'

const NEVER = () => false

export function CallPage() {
  const providers = useLive(async () => Object.keys((await world().show()).mounts), [], NEVER)
  return (
    <Page title="Call">
      <p class="hint">
        A real request with the credentials of this world: checked, journalled, and hit by faults,
        like those of your own program.
      </p>
      <Loaded live={providers}>{(slugs) => <Chosen slugs={slugs} />}</Loaded>
    </Page>
  )
}

function Chosen({ slugs }: { readonly slugs: readonly string[] }) {
  const [query, change] = useQuery()
  const { provider = slugs[0] ?? '', operation = '' } = query
  const live = useLive(() => world().calls.list(provider), [provider], NEVER)
  return (
    <Section title="Request">
      <Loaded live={live}>
        {({ operations }) => {
          // Most come here for something new.
          const makes = operations.filter(({ bodies }) => bodies.length > 0)
          const usual = makes.find(({ id }) => /^(create|acquire)/.test(id)) ?? makes[0]
          const chosen = operations.find(({ id }) => id === operation) ?? usual ?? operations[0]
          return (
            <>
              <div class="form">
                <SelectField
                  label="Provider"
                  value={provider}
                  onValue={(value) => change({ provider: value, operation: '' })}
                  options={slugs.map((slug) => [slug, slug] as const)}
                />
                <SelectField
                  label="Operation"
                  value={chosen?.id ?? ''}
                  onValue={(value) => change({ operation: value })}
                  options={operations.map(
                    ({ id, method, path }) => [id, `${id}: ${method} ${path}`] as const,
                  )}
                />
              </div>
              {chosen && (
                <CallForm key={`${provider} ${chosen.id}`} provider={provider} operation={chosen} />
              )}
            </>
          )
        }}
      </Loaded>
    </Section>
  )
}
