// The reports of a run that has ended: looked at in a tab of its own, or taken along as files.
import { token, world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { save } from '../../kit/save.ts'
import { base } from '../../place.ts'

const FORMATS = [
  ['html', 'HTML', 'text/html'],
  ['json', 'JSON', 'application/json'],
  ['junit', 'JUnit', 'application/xml'],
] as const

export function ReportButtons({ id }: { readonly id: string }) {
  const url = `${base.replace(/\/ui$/, '')}/workflows/runs/${encodeURIComponent(id)}/report`
  const saved =
    ([format, , type]: (typeof FORMATS)[number]) =>
    async () => {
      const query = { format }
      const text = await world().control.text('getWorkflowReport', { path: { id }, query })
      save(text, `${id}.${format === 'junit' ? 'xml' : format}`, type)
    }
  return (
    <div class="actions">
      {/* A tab that is opened by a link sends no token. */}
      {token.value === undefined && (
        <a class="button" href={url} target="_blank" rel="noreferrer">
          Open the report
        </a>
      )}
      {FORMATS.map((each) => (
        <ActButton key={each[0]} act={saved(each)}>
          Save as {each[1]}
        </ActButton>
      ))}
    </div>
  )
}
