import { X } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import { aroundZero, signed } from '../../strips/colormaps.ts'
import { GridCanvas } from '../../strips/GridCanvas.tsx'
import { Histogram } from '../../strips/Histogram.tsx'
import { kernelOf, kernelPicture } from '../../strips/kernels.ts'
import { lookStore } from '../../strips/lookStore.ts'
import { spanText } from '../../strips/NodeInsight.tsx'
import { Picture } from '../../strips/Picture.tsx'
import { type Box, paintGrid, type Sheet } from '../../strips/paint.ts'
import { heatRange } from '../../strips/painter.ts'
import { useShownTheme } from '../../strips/theme.ts'
import type { LayerView } from '../../strips/useLayer.ts'
import { figure } from '../../ui/format.ts'
import type { ScaleChoice } from './FeatureMapsPanel.tsx'
import { useMapColours } from './MapsGrid.tsx'
import { mapGrid, mapStats, mapsOf } from './maps.ts'

const SIDE = 148

/** One channel large, with its numbers, its histogram and the kernels that make it. */
export const LargeMap = ({ view, channel, scale }: { view: LayerView; channel: number; scale: ScaleChoice }) => {
  const layer = view.activation
  const [rows, columns, count] = mapsOf(layer.shape)
  const at = Math.min(channel, count - 1)
  const colours = useMapColours(layer.node)
  const stats = useMemo(() => mapStats(layer, at), [layer, at])
  const paint = useCallback(
    (sheet: Sheet) => {
      const range = scale === 'layer' ? heatRange(layer.stats) : { low: stats.min, high: stats.max }
      paintGrid(sheet, { x: 0, y: 0, width: sheet.width, height: sheet.height }, mapGrid(layer, at), colours, range)
    },
    [layer, at, stats, scale, colours],
  )
  const longest = Math.max(rows, columns)
  const isUnit = layer.shape.length === 1
  return (
    <aside className="maps-large" aria-label={`${isUnit ? 'Unit' : 'Channel'} ${at}`}>
      <Picture
        width={Math.max(24, (SIDE * columns) / longest)}
        height={Math.max(24, (SIDE * rows) / longest)}
        paint={paint}
        label={`Channel ${at}, large`}
      />
      <div className="maps-large-facts">
        <div className="row">
          <label className="row">
            {isUnit ? 'Unit' : 'Channel'}
            <input
              type="number"
              className="field"
              min={0}
              max={count - 1}
              value={at}
              onChange={e => lookStore.setState({ channel: Math.max(0, Math.min(count - 1, Math.round(Number(e.currentTarget.value)))) })}
            />
          </label>
          <button
            type="button"
            className="button quiet icon"
            aria-label="Show all"
            title="Show all"
            onClick={() => lookStore.setState({ channel: null })}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </div>
        <p className="mono muted">
          {spanText(stats.min, stats.max)} · mean {figure(Number(stats.mean.toPrecision(3)))}
        </p>
        {!isUnit && <Histogram stats={stats} label={`Histogram of channel ${at}`} />}
        <Makers view={view} channel={at} />
      </div>
    </aside>
  )
}

/** The kernel slices of one filter, one per input channel. */
const Makers = ({ view, channel }: { view: LayerView; channel: number }) => {
  const theme = useShownTheme()
  const weight = kernelOf(view.weights)
  const paint = useCallback(
    (sheet: Sheet, box: Box, i: number) => {
      if (!weight) return
      const range = aroundZero({ low: weight.stats.min, high: weight.stats.max })
      paintGrid(sheet, box, kernelPicture(weight, channel * (weight.shape[2] ?? 1) + i), signed(theme), range)
    },
    [weight, channel, theme],
  )
  if (weight?.shape.length !== 4 || channel >= (weight.shape[3] ?? 1)) return null
  const count = weight.shape[2] ?? 1
  return (
    <>
      <p className="muted">{count === 1 ? 'Its kernel' : `Its ${count} kernels, one per input channel`}</p>
      <GridCanvas
        count={count}
        tile={{ width: 22, height: 22 }}
        paint={paint}
        tip={i => `from input channel ${i}`}
        label="Kernels of this filter"
      />
    </>
  )
}
