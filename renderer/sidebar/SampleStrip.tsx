import { useCallback, useEffect, useState } from 'react'
import type { PartName } from '../../shared/data/prepared.ts'
import type { DataSummary, SampleSheet } from '../../shared/engine/protocol.ts'
import { call } from '../controller/engine.ts'
import { watch } from '../controller/probe.ts'
import { grey } from '../strips/colormaps.ts'
import { GridCanvas } from '../strips/GridCanvas.tsx'
import { type Box, channelGrid, paintGrid, paintRgb, type Sheet } from '../strips/paint.ts'

/** Samples shown at once. */
const COUNT = 20
const UNIT = { low: 0, high: 1 } as const

/** The samples around the one that is looked at; a click looks at another. Only for images. */
export const SampleStrip = ({ summary, part, index }: { summary: DataSummary; part: PartName; index: number | null }) => {
  const start = Math.floor((index ?? 0) / COUNT) * COUNT
  const [sheet, setSheet] = useState<SampleSheet | null>(null)
  useEffect(() => {
    let alive = true
    if (summary.kind !== 'image') return
    void call('samples', { part, start, count: Math.min(COUNT, summary.counts[part] - start) }).then(answer => {
      if (alive) setSheet(answer.ok ? answer.value : null)
    })
    return () => {
      alive = false
    }
  }, [summary, part, start])
  const [rows = 1, columns = 1, channels = 1] = summary.shape
  const paint = useCallback(
    (target: Sheet, box: Box, i: number) => {
      const size = rows * columns * channels
      const values = sheet?.inputs.subarray(i * size, (i + 1) * size) ?? new Float32Array(size)
      if (channels === 3) paintRgb(target, box, values, rows, columns, UNIT)
      else paintGrid(target, box, channelGrid(values, rows, columns, channels, 0), grey, UNIT)
    },
    [sheet, rows, columns, channels],
  )
  if (!sheet || summary.kind !== 'image') return null
  return (
    <GridCanvas
      count={sheet.indices.length}
      tile={{ width: 23, height: 23 }}
      gap={3}
      paint={paint}
      tip={i => `sample ${sheet.indices[i]} · ${summary.classes[sheet.targets[i] ?? -1] ?? ''}`}
      onPick={i => watch({ kind: 'sample', part, index: sheet.indices[i] ?? 0 })}
      picked={index === null ? null : sheet.indices.indexOf(index)}
      label="Samples to look at"
    />
  )
}
