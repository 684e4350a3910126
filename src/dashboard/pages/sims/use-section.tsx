// What a SIM used of its bundles over time, with the thresholds at which its provider is told.
import { useState } from 'preact/hooks'
import type { BundleShown, OneSimShown } from '../../../control/wire.ts'
import { now } from '../../clock-state.ts'
import { Curve, type CurvePoint } from '../../kit/curve.tsx'
import { SelectField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { bytesShown, cut } from '../../shown.ts'

/** One curve: of a bundle, or of all that was used. */
interface Drawing {
  readonly id: string
  readonly name: string
  /** Absent: whatever the bundle, as of a provider that does not record which it was. */
  readonly bundle?: BundleShown
}

const ALL: Drawing = { id: '', name: 'All data it has used' }

/** What can be drawn of a SIM: the last is drawn unless another is chosen. */
function drawingsOf({ bundles, uses }: OneSimShown): readonly Drawing[] {
  const ofAll = uses.some(({ bundle }) => bundle === undefined) ? [ALL] : []
  const ofBundles = bundles
    .filter(({ startedAt }) => startedAt !== undefined)
    .map((bundle) => ({ id: bundle.id, name: cut(bundle.name), bundle }))
  return ofAll.length > 0 ? ofAll : ofBundles
}

export function UseSection({ sim }: { readonly sim: OneSimShown }) {
  const drawings = drawingsOf(sim)
  const [chosen, setChosen] = useState('')
  const drawing = drawings.find(({ id }) => id === chosen) ?? drawings.at(-1)
  return (
    <Section title="Use over time">
      {drawings.length > 1 && drawing && (
        <SelectField
          label="Bundle"
          value={drawing.id}
          onValue={setChosen}
          options={drawings.map(({ id, name }) => [id, `${name} (${cut(id)})`] as const)}
        />
      )}
      {drawing ? (
        <UseCurve sim={sim} drawing={drawing} />
      ) : (
        <p class="hint">None of its bundles has begun.</p>
      )}
      {drawing && sim.usesFrom === 'timeline' && (
        <p class="hint">
          {sim.provider} keeps no record of each use: what was used is shown where a threshold was
          reached, and the rest where the SIM was last seen.
        </p>
      )}
    </Section>
  )
}

interface UseCurveProps {
  readonly sim: OneSimShown
  readonly drawing: Drawing
}

function UseCurve({ sim, drawing: { name, bundle } }: UseCurveProps) {
  const points = pointsOf(sim, bundle)
  const from = bundle?.startedAt ?? points[0]?.at ?? sim.createdAt
  const { endsAt } = bundle ?? {}
  const until = endsAt !== undefined && endsAt < now.value ? endsAt : now.value || from
  const all = bundle?.unlimited === false ? bundle.initialBytes : undefined
  const used = bytesShown(bundle?.usedBytes ?? points.at(-1)?.bytes ?? 0)
  return (
    <Curve
      label={`${name}: ${used}${all === undefined ? '' : ` of ${bytesShown(all)}`} used`}
      points={points}
      from={from}
      to={until}
      all={all}
      thresholds={bundle ? thresholdsOf(sim, bundle) : []}
    />
  )
}

/** How much was used in all after each use. */
function pointsOf({ uses }: OneSimShown, bundle: BundleShown | undefined): readonly CurvePoint[] {
  let used = 0
  return uses
    .filter((use) => bundle === undefined || use.bundle === bundle.id)
    .map(({ at, bytes }) => {
      used += bytes
      return { at, bytes: used }
    })
}

/** The thresholds that were passed, in per cent, ascending. */
function thresholdsOf({ timeline }: OneSimShown, { id }: BundleShown): readonly number[] {
  const percents = timeline
    .filter(({ bundle }) => bundle === id)
    .map(({ type }) => Number(/^bundle\.used-(\d+)$/.exec(type)?.[1]))
  return percents.filter((percent) => Number.isFinite(percent)).sort((one, other) => one - other)
}
