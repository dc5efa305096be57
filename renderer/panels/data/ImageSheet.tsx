import { useCallback, useMemo } from 'react'
import { grey } from '../../strips/colormaps.ts'
import { GridCanvas } from '../../strips/GridCanvas.tsx'
import { type Box, channelGrid, paintGrid, paintRgb, type Sheet } from '../../strips/paint.ts'
import type { SheetProps } from './DataPanel.tsx'

const UNIT = { low: 0, high: 1 } as const
const SIDE = 42

/** Images with their class below. */
export const ImageSheet = ({ summary, sheet, picked, onPick }: SheetProps) => {
  const [rows = 1, columns = 1, channels = 1] = summary.shape
  const size = rows * columns * channels
  const paint = useCallback(
    (target: Sheet, box: Box, i: number) => {
      const values = sheet.inputs.subarray(i * size, (i + 1) * size)
      if (channels === 3) paintRgb(target, box, values, rows, columns, UNIT)
      else paintGrid(target, box, channelGrid(values, rows, columns, channels, 0), grey, UNIT)
    },
    [sheet, size, rows, columns, channels],
  )
  const nameOf = useCallback((i: number) => summary.classes[sheet.targets[i] ?? -1] ?? String(sheet.targets[i] ?? ''), [summary, sheet])
  const caption = useMemo(() => ({ lines: 1, of: (i: number) => [nameOf(i)] }), [nameOf])
  return (
    <GridCanvas
      count={sheet.indices.length}
      tile={{ width: SIDE, height: Math.round((SIDE * rows) / columns) }}
      paint={paint}
      caption={caption}
      tip={i => `sample ${sheet.indices[i]} · ${nameOf(i)}`}
      onPick={i => onPick(sheet.indices[i] ?? 0)}
      picked={picked === null ? null : sheet.indices.indexOf(picked)}
      label={`${sheet.indices.length} samples`}
    />
  )
}
