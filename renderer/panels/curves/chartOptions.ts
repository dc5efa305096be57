import type uPlot from 'uplot'
import { runStore } from '../../store/runStore.ts'
import { cssColor } from '../../strips/theme.ts'
import { accuracyTicks, epochTicks, lossLimits, lossTicks, quantile, tickText } from './align.ts'

/** What a chart draws; `error` is the mean absolute error of predicted numbers. */
export type ChartKind = 'loss' | 'accuracy' | 'error'

/** What a chart is called on screen. */
export const CHART_NAMES: Record<ChartKind, string> = { loss: 'Loss', accuracy: 'Accuracy', error: 'Absolute error' }

const FONT = '10px "JetBrains Mono Variable", "DejaVu Sans Mono", monospace'
const WORDS = '10px "Inter Variable", "DejaVu Sans", sans-serif'
/** Validation points are drawn as dots up to this many; more run into each other. */
const MOST_POINTS = 40

const yText = (kind: ChartKind, log: boolean, value: number): string => {
  if (kind === 'accuracy') return String(Math.round(value * 100))
  return tickText(log ? 10 ** value : value)
}

/** Draws what was changed mid-run as a dashed line with its text. */
const drawMarks = (u: uPlot): void => {
  const { marks } = runStore.getState().curves
  const { ctx } = u
  const { left, top, height, width } = u.bbox
  const dpr = window.devicePixelRatio || 1
  ctx.save()
  ctx.strokeStyle = cssColor('--text-3')
  ctx.fillStyle = cssColor('--text-2')
  ctx.lineWidth = dpr
  ctx.font = WORDS.replace('10px', `${10 * dpr}px`)
  marks.forEach((mark, i) => {
    const x = Math.round(u.valToPos(mark.step, 'x', true))
    if (x < left || x > left + width) return
    ctx.setLineDash([2 * dpr, 3 * dpr])
    ctx.beginPath()
    ctx.moveTo(x, top)
    ctx.lineTo(x, top + height)
    ctx.stroke()
    const room = left + width - x > ctx.measureText(mark.text).width + 8 * dpr
    ctx.textAlign = room ? 'left' : 'right'
    ctx.fillText(mark.text, x + (room ? 5 : -5) * dpr, top + (11 + 12 * (i % 3)) * dpr)
  })
  ctx.restore()
}

/** Share of the points that may lie below an accuracy axis: the first steps of a long run. */
const CUT = 0.1

const accuracyLines = (u: uPlot): number[] => accuracyTicks(quantile(u.data[1] ?? [], CUT))

/** What the axis of values shows of the lowest and the highest of them. */
const limitsOf = (u: uPlot, kind: ChartKind, log: boolean, low: number | null, high: number | null): [number, number] => {
  if (kind === 'accuracy') return [accuracyLines(u)[0] ?? 0, 1]
  const known = low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high)
  return known ? lossLimits(low, high, log) : [0, 1]
}

/** Everything uPlot needs to draw one chart in the current theme. */
export const chartOptions = (kind: ChartKind, log: boolean, width: number, height: number): uPlot.Options => {
  const train = cssColor('--series-train')
  const validation = cssColor('--series-validation')
  const faint = cssColor('--text-3')
  const line = cssColor('--ink-3')
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    padding: [6, 12, 0, 0],
    scales: {
      x: { time: false, range: (_, __, max) => [0, Math.max(runStore.getState().batches, max ?? 1, 1)] },
      y: {
        range: (u, min, max) => limitsOf(u, kind, log, min, max),
      },
    },
    axes: [
      {
        stroke: faint,
        font: FONT,
        size: 20,
        gap: 3,
        grid: { show: false },
        ticks: { show: false },
        splits: (_, __, ___, high) => epochTicks(runStore.getState().batches, high, 6),
        values: (_, splits) => splits.map(step => String(Math.round(step / Math.max(1, runStore.getState().batches)))),
      },
      {
        stroke: faint,
        font: FONT,
        size: 44,
        gap: 6,
        grid: { stroke: line, width: 0.7 },
        ticks: { show: false },
        splits: (u, __, low, high) => (kind === 'accuracy' ? accuracyLines(u) : lossTicks(low, high, log)),
        values: (_, splits) => splits.map(value => yText(kind, log, value)),
      },
    ],
    series: [
      {},
      { stroke: train, width: 1.5, spanGaps: true, points: { show: false } },
      {
        stroke: validation,
        width: 1.5,
        spanGaps: true,
        points: {
          show: () => runStore.getState().curves.validationLoss.step.length <= MOST_POINTS,
          size: 5,
          fill: validation,
          stroke: validation,
        },
      },
    ],
    hooks: { draw: [drawMarks] },
  }
}
