import { useCallback, useMemo } from 'react'
import type { LayerActivation } from '../../../shared/engine/protocol.ts'
import { resolvedOf, useProject } from '../../store/projectStore.ts'
import { type ColorMap, grey, heat } from '../../strips/colormaps.ts'
import { GridCanvas } from '../../strips/GridCanvas.tsx'
import { spanText } from '../../strips/NodeInsight.tsx'
import { type Box, paintGrid, type Sheet } from '../../strips/paint.ts'
import { heatRange } from '../../strips/painter.ts'
import type { ScaleChoice } from './FeatureMapsPanel.tsx'
import { mapGrid, mapRange, mapsOf, tileOf } from './maps.ts'

/** Captions need this much room, CSS pixels. */
const ROOMY = 52

/** Colours of a layer: grey for the input, heat for the rest. */
export const useMapColours = (node: string): ColorMap => useProject(s => (resolvedOf(s.project).inputs.includes(node) ? grey : heat))

interface Props {
  readonly layer: LayerActivation
  readonly size: number
  readonly scale: ScaleChoice
  readonly picked: number | null
  readonly onPick: (channel: number) => void
}

/** All channels of a layer as tiles; one click shows one large. */
export const MapsGrid = ({ layer, size, scale, picked, onPick }: Props) => {
  const count = mapsOf(layer.shape)[2]
  const tile = tileOf(layer.shape, size)
  const colours = useMapColours(layer.node)
  const limits = useMemo(() => Array.from({ length: count }, (_, i) => mapRange(layer, i)), [layer, count])
  const limit = useCallback((i: number) => limits[i] ?? { low: 0, high: 0 }, [limits])
  const paint = useCallback(
    (sheet: Sheet, box: Box, i: number) => {
      const own = limit(i)
      paintGrid(sheet, box, mapGrid(layer, i), colours, scale === 'layer' ? heatRange(layer.stats) : own)
    },
    [layer, limit, scale, colours],
  )
  const name = layer.shape.length === 1 ? 'unit' : 'channel'
  const tip = (i: number): string =>
    name === 'unit'
      ? `unit ${i} · ${spanText(limit(i).low, limit(i).high).split(' ')[0]}`
      : `channel ${i} · ${spanText(limit(i).low, limit(i).high)}`
  const caption = useMemo(
    () => ({ lines: 2, of: (i: number) => [String(i), spanText(limit(i).low, limit(i).high).replaceAll(' ', '')] }),
    [limit],
  )
  return (
    <GridCanvas
      count={count}
      tile={tile}
      paint={paint}
      caption={tile.width >= ROOMY ? caption : undefined}
      tip={tip}
      onPick={onPick}
      picked={picked}
      label={`All ${count} ${name}s of ${layer.node}`}
    />
  )
}
