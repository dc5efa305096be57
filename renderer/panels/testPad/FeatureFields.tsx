import type { DataSummary } from '../../../shared/engine/protocol.ts'
import { watch } from '../../controller/probe.ts'
import { probeStore, useProbe } from '../../store/probeStore.ts'
import { figure } from '../../ui/format.ts'

/** Reach of the sliders in normalised units: where nearly all samples lie. */
const REACH = { low: -2.5, high: 2.5 } as const

/** Slider limits of a feature in the units of the data. */
const limitsOf = ({ scaling, kind }: DataSummary, i: number): readonly [number, number] => {
  const mean = scaling.mean[i] ?? 0
  const deviation = scaling.deviation[i] ?? 1
  if (kind === 'points') return [-scaling.scale, scaling.scale]
  // A column brought to 0–1 has its smallest value as "mean" and its span as "deviation".
  return mean >= 0 && deviation > 0 && mean - 2.5 * deviation < 0
    ? [mean, mean + deviation]
    : [mean + REACH.low * deviation, mean + REACH.high * deviation]
}

/** One slider per feature, for data that is no image: a sample made by hand. */
export const FeatureFields = ({ summary }: { summary: DataSummary }) => {
  const input = useProbe(s => s.result?.input)
  const rawOf = (i: number): number => (input?.[i] ?? 0) * (summary.scaling.deviation[i] ?? 1) + (summary.scaling.mean[i] ?? 0)
  const change = (i: number, raw: number): void => {
    const values = Float32Array.from(probeStore.getState().result?.input ?? new Float32Array(summary.shape[0] ?? 1))
    values[i] = (raw - (summary.scaling.mean[i] ?? 0)) / (summary.scaling.deviation[i] ?? 1)
    watch({ kind: 'values', values })
  }
  return (
    <div className="feature-fields">
      {summary.features.map((name, i) => {
        const [low, high] = limitsOf(summary, i)
        const raw = rawOf(i)
        return (
          <label key={name} className="feature-field">
            <span>{name}</span>
            <input
              type="range"
              min={Math.min(low, raw)}
              max={Math.max(high, raw)}
              step={(high - low) / 200}
              value={raw}
              onChange={event => change(i, Number(event.currentTarget.value))}
            />
            <span className="mono">{figure(Number(raw.toPrecision(3)))}</span>
          </label>
        )
      })}
    </div>
  )
}
