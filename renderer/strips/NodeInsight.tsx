import { useCallback } from 'react'
import type { LayerActivation, NamedWeight, TensorStats } from '../../shared/engine/protocol.ts'
import { useProbe } from '../store/probeStore.ts'
import { resolvedOf, useProject } from '../store/projectStore.ts'
import { figure, percent } from '../ui/format.ts'
import { aroundZero, signed } from './colormaps.ts'
import { Histogram } from './Histogram.tsx'
import { kernelOf, kernelPicture, matrixPicture, pictureCount } from './kernels.ts'
import { lookAt } from './lookStore.ts'
import { Picture } from './Picture.tsx'
import { paintGrid, type Sheet } from './paint.ts'
import './strips.css'
import { useShownTheme } from './theme.ts'
import { useLayer } from './useLayer.ts'

type Weight = NamedWeight & { readonly stats: TensorStats }

/** Kernels in the grid at most. */
const MOST = 20

/** `−0.61 … 0.58`, with a true minus. */
export const spanText = (low: number, high: number): string =>
  `${figure(Number(low.toPrecision(2)))} … ${figure(Number(high.toPrecision(2)))}`.replaceAll('-', '−')

/** Kernels, activation numbers and their histogram for one node, live. */
export const NodeInsight = ({ nodeId }: { nodeId: string }) => {
  const lives = useProbe(s => s.byNode.has(nodeId))
  const layer = useLayer(lives ? nodeId : null)
  const weighs = useProject(s => (resolvedOf(s.project).nodes.get(nodeId)?.parameters ?? 0) > 0)
  if (!lives) {
    return (
      <section className="insight">
        <h6>Inside</h6>
        <p className="faint">Press Train to see {weighs ? 'the kernels and activations' : 'the activations'} of this layer here.</p>
      </section>
    )
  }
  if (!layer) return null
  const kernel = kernelOf(layer.weights)
  return (
    <>
      {kernel && <Kernels weight={kernel} nodeId={nodeId} />}
      <Activations layer={layer.activation} />
    </>
  )
}

const Kernels = ({ weight, nodeId }: { weight: Weight; nodeId: string }) => (
  <section className="insight" aria-label="Kernels">
    <h6>
      {weight.shape.length === 4 ? 'Kernels' : 'Weights'} <span>{spanText(weight.stats.min, weight.stats.max)}</span>
    </h6>
    {weight.shape.length === 4 ? <KernelGrid weight={weight} nodeId={nodeId} /> : <WeightMatrix weight={weight} width={262} height={64} />}
  </section>
)

const KernelGrid = ({ weight, nodeId }: { weight: Weight; nodeId: string }) => {
  const count = pictureCount(weight)
  return (
    <div className="kernel-grid">
      {Array.from({ length: Math.min(MOST, count) }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a kernel is its place
        <KernelPicture key={i} weight={weight} index={i} side={22} />
      ))}
      {count > MOST && (
        <button type="button" className="kernel-more" onClick={() => lookAt(nodeId)} title="Show all in Feature maps">
          +{count - MOST}
        </button>
      )}
    </div>
  )
}

/** One kernel slice, blue below zero, orange above, scaled over the whole layer. */
export const KernelPicture = ({ weight, index, side }: { weight: Weight; index: number; side: number }) => {
  const theme = useShownTheme()
  const paint = useCallback(
    (sheet: Sheet) => {
      const box = { x: 0, y: 0, width: sheet.width, height: sheet.height }
      paintGrid(sheet, box, kernelPicture(weight, index), signed(theme), aroundZero({ low: weight.stats.min, high: weight.stats.max }))
    },
    [weight, index, theme],
  )
  const [rows = 1, columns = 1] = weight.shape
  const longest = Math.max(rows, columns)
  return (
    <Picture
      width={(side * columns) / longest}
      height={(side * rows) / longest}
      paint={paint}
      label={`Kernel ${index}`}
      className="kernel"
    />
  )
}

/** A dense kernel as a matrix, one row per unit. */
export const WeightMatrix = ({ weight, width, height }: { weight: Weight; width: number; height: number }) => {
  const theme = useShownTheme()
  const paint = useCallback(
    (sheet: Sheet) => {
      const box = { x: 0, y: 0, width: sheet.width, height: sheet.height }
      paintGrid(sheet, box, matrixPicture(weight), signed(theme), aroundZero({ low: weight.stats.min, high: weight.stats.max }))
    },
    [weight, theme],
  )
  return <Picture width={width} height={height} paint={paint} label="Weights, one row per unit" className="kernel" />
}

/** `min 0 · max 2.31 · mean 0.27`, units that never fire, and the histogram. */
const Activations = ({ layer }: { layer: LayerActivation }) => {
  const { stats, shape } = layer
  const round = (v: number): string => figure(Number(v.toPrecision(3))).replace('-', '−')
  const channels = shape.at(-1) ?? 1
  const silent = Math.round(stats.dead * channels)
  const word = shape.length > 1 ? 'filters' : 'units'
  return (
    <section className="insight" aria-label="Activations">
      <h6>Activations</h6>
      <p className="mono insight-numbers">
        min {round(stats.min)} · max {round(stats.max)} · mean {round(stats.mean)}
        <br />
        silent for this sample {percent(stats.dead, 0)} <span>{`(${silent} of ${channels} ${word})`}</span>
      </p>
      <Histogram stats={stats} label="Histogram of the activations" />
    </section>
  )
}
