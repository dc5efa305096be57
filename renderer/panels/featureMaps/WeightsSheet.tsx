import { useCallback } from 'react'
import type { NamedWeight, TensorStats } from '../../../shared/engine/protocol.ts'
import { dims } from '../../../shared/layers/shape.ts'
import { aroundZero, signed } from '../../strips/colormaps.ts'
import { GridCanvas } from '../../strips/GridCanvas.tsx'
import { kernelOf, kernelPicture, pictureCount } from '../../strips/kernels.ts'
import { spanText, WeightMatrix } from '../../strips/NodeInsight.tsx'
import { type Box, paintGrid, type Sheet } from '../../strips/paint.ts'
import { useShownTheme } from '../../strips/theme.ts'
import { whole } from '../../ui/format.ts'

type Weight = NamedWeight & { readonly stats: TensorStats }

/** Kernel pictures at most; a deep layer has hundreds of thousands. */
const MOST = 4096
const SIDE = 22

/** All weights of a layer: kernels one by one, a dense layer as a matrix, the rest by their limits. */
export const WeightsSheet = ({ weights }: { weights: readonly Weight[] }) => {
  const kernel = kernelOf(weights)
  if (!kernel) return null
  return (
    <section className="maps-weights" aria-label="Weights">
      <h6>
        Weights{' '}
        {weights.map(w => (
          <span key={w.name} className="mono">
            {w.name.slice(w.name.lastIndexOf('/') + 1)} {dims(w.shape)} <i>{spanText(w.stats.min, w.stats.max)}</i>
          </span>
        ))}
      </h6>
      {kernel.shape.length === 4 ? <Kernels weight={kernel} /> : <Matrix weight={kernel} />}
    </section>
  )
}

const Kernels = ({ weight }: { weight: Weight }) => {
  const theme = useShownTheme()
  const count = pictureCount(weight)
  const ins = weight.shape[2] ?? 1
  const paint = useCallback(
    (sheet: Sheet, box: Box, i: number) => {
      paintGrid(sheet, box, kernelPicture(weight, i), signed(theme), aroundZero({ low: weight.stats.min, high: weight.stats.max }))
    },
    [weight, theme],
  )
  const tip = (i: number): string => (ins === 1 ? `filter ${i}` : `filter ${Math.floor(i / ins)} · input channel ${i % ins}`)
  return (
    <>
      <GridCanvas
        count={Math.min(count, MOST)}
        tile={{ width: SIDE, height: SIDE }}
        gap={3}
        paint={paint}
        tip={tip}
        label={`${count} kernels`}
      />
      {count > MOST && <p className="faint">{`The first ${whole(MOST)} of ${whole(count)} kernels.`}</p>}
    </>
  )
}

const Matrix = ({ weight }: { weight: Weight }) => {
  const [ins = 1, outs = 1] = weight.shape
  const cell = Math.max(1, Math.min(14, Math.floor(600 / Math.max(ins, 1))))
  return (
    <>
      <WeightMatrix weight={weight} width={Math.min(ins * cell, 640)} height={Math.max(14, Math.min(outs * cell, 256))} />
      <p className="faint">{`One row per unit (${whole(outs)}), one column per input (${whole(ins)}).`}</p>
    </>
  )
}
