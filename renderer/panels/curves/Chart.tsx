import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { runStore } from '../../store/runStore.ts'
import { dropFrame, onNextFrame } from '../../strips/frame.ts'
import { useShownTheme } from '../../strips/theme.ts'
import { figure, percent } from '../../ui/format.ts'
import { align } from './align.ts'
import { CHART_NAMES, type ChartKind, chartOptions } from './chartOptions.ts'

const dataOf = (kind: ChartKind, log: boolean): uPlot.AlignedData => {
  const { curves } = runStore.getState()
  const shape = log ? (v: number) => Math.log10(Math.max(v, 1e-9)) : (v: number) => v
  if (kind === 'loss') return align(curves.trainLoss, curves.validationLoss, shape)
  return kind === 'error'
    ? align(curves.trainError, curves.validationError, shape)
    : align(curves.trainAccuracy, curves.validationAccuracy, shape)
}

/** What stands under the pointer, e.g. `step 120 · train 0.0412`. */
const readout = (u: uPlot, kind: ChartKind, log: boolean): string => {
  const i = u.cursor.idx
  if (i === null || i === undefined) return ''
  const text = (v: number | null | undefined): string | null =>
    v === null || v === undefined ? null : kind === 'accuracy' ? percent(v) : figure(log ? 10 ** v : v)
  const train = text(u.data[1]?.[i])
  const validation = text(u.data[2]?.[i])
  return [`batch ${u.data[0][i]}`, train && `train ${train}`, validation && `validation ${validation}`].filter(Boolean).join(' · ')
}

/** One live chart; redraws at most once a frame. */
export const Chart = ({ kind, log }: { kind: ChartKind; log: boolean }) => {
  const place = useRef<HTMLDivElement>(null)
  const theme = useShownTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme means other colours, so the chart is made anew
  useEffect(() => {
    const box = place.current
    if (!box) return
    const size = (): { width: number; height: number } => ({ width: Math.max(80, box.clientWidth), height: Math.max(60, box.clientHeight) })
    const { width, height } = size()
    const plot = new uPlot(chartOptions(kind, log, width, height), dataOf(kind, log), box)
    const tip = document.createElement('div')
    tip.className = 'chart-tip mono'
    plot.over.append(tip)
    const redraw = (): void => plot.setData(dataOf(kind, log))
    const point = (): void => {
      tip.textContent = readout(plot, kind, log)
    }
    plot.over.addEventListener('pointermove', () => onNextFrame(point))
    const off = runStore.subscribe((now, before) => {
      if (now.version !== before.version) onNextFrame(redraw)
    })
    const watcher = new ResizeObserver(() => plot.setSize(size()))
    watcher.observe(box)
    return () => {
      off()
      watcher.disconnect()
      dropFrame(redraw)
      dropFrame(point)
      plot.destroy()
    }
  }, [kind, log, theme])
  return <div ref={place} className="chart" role="img" aria-label={`${CHART_NAMES[kind]} over the run`} />
}
