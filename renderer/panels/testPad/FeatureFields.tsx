import { limitsOf } from '../../../shared/data/prepare/limits.ts'
import type { DataSummary } from '../../../shared/engine/protocol.ts'
import { watch } from '../../controller/probe.ts'
import { probeStore, useProbe } from '../../store/probeStore.ts'
import { useProject } from '../../store/projectStore.ts'
import { figure } from '../../ui/format.ts'

/** One slider per feature, for data that is no image: a sample made by hand. */
export const FeatureFields = ({ summary }: { summary: DataSummary }) => {
  const normalise = useProject(s => s.project.data.normalise)
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
        const [low, high] = limitsOf(summary, normalise, i)
        const raw = rawOf(i)
        return (
          <label key={name} className="feature-field">
            <span>{name}</span>
            <input
              type="range"
              className="slim"
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
