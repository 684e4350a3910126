// What a SIM used of its bundles over time, with the thresholds at which its provider is told.
import { useState } from 'preact/hooks'
import type { BundleShown, OneSimShown } from '../../../control/wire.ts'
import { now } from '../../clock-state.ts'
import { Curve, type CurvePoint } from '../../kit/curve.tsx'
import { SelectField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { bytesShown } from '../../shown.ts'

export function UseSection({ sim }: { readonly sim: OneSimShown }) {
  const used = sim.bundles.filter(({ startedAt }) => startedAt !== undefined)
  const [chosen, setChosen] = useState('')
  const bundle = used.find(({ id }) => id === chosen) ?? used.at(-1)
  return (
    <Section title="Use over time">
      {used.length > 1 && bundle && (
        <SelectField
          label="Bundle"
          value={bundle.id}
          onValue={setChosen}
          options={used.map(({ id, name }) => [id, `${name} (${id})`] as const)}
        />
      )}
      {bundle ? (
        <BundleCurve sim={sim} bundle={bundle} />
      ) : (
        <p class="hint">None of its bundles has begun.</p>
      )}
      {bundle && sim.usesFrom === 'timeline' && (
        <p class="hint">
          {sim.provider} keeps no record of each use: what was used is shown where a threshold was
          reached, and the rest where the SIM was last seen.
        </p>
      )}
    </Section>
  )
}

interface BundleCurveProps {
  readonly sim: OneSimShown
  readonly bundle: BundleShown
}

function BundleCurve({ sim, bundle }: BundleCurveProps) {
  const { name, startedAt = bundle.assignedAt, endsAt, usedBytes, unlimited, initialBytes } = bundle
  const until = endsAt !== undefined && endsAt < now.value ? endsAt : now.value || startedAt
  const all = unlimited ? undefined : initialBytes
  const of = all === undefined ? '' : ` of ${bytesShown(all)}`
  return (
    <Curve
      label={`${name}: ${bytesShown(usedBytes)}${of} used`}
      points={pointsOf(sim, bundle)}
      from={startedAt}
      to={until}
      all={all}
      thresholds={thresholdsOf(sim, bundle)}
    />
  )
}

/** How much of a bundle was used after each use of it. */
function pointsOf({ uses }: OneSimShown, { id }: BundleShown): readonly CurvePoint[] {
  let used = 0
  return uses
    .filter(({ bundle }) => bundle === id)
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
