import type { TensorStats } from '../../shared/engine/protocol.ts'
import { figure, whole } from '../ui/format.ts'

const HEIGHT = 54

/** Counts as bars; the bin that holds zero of activations that are mostly zero is dimmed and cut, so that the rest can be seen. */
export const Histogram = ({ stats, label }: { stats: TensorStats; label: string }) => {
  const { histogram, min, max } = stats
  const width = (max - min) / histogram.length
  const zero = min <= 0 && max > 0 ? Math.min(histogram.length - 1, Math.floor(-min / width)) : -1
  const most = Math.max(1, ...histogram.filter((_, i) => i !== zero))
  return (
    <svg className="histogram" viewBox={`0 0 ${histogram.length * 5} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {histogram.map((count, i) => {
        const tall = count === 0 ? 0 : Math.max(1, Math.min(HEIGHT, (count / most) * (HEIGHT - 4)))
        const from = min + i * width
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
          <rect key={i} x={i * 5} y={HEIGHT - tall} width="4" height={tall} rx="1" opacity={i === zero ? 0.45 : 0.85}>
            <title>{`${figure(from)} … ${figure(from + width)}: ${whole(count)}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}
