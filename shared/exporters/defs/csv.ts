import { safeFileName } from '../../host/guards.ts'
import { p } from '../../layers/params.ts'
import { fail, ok } from '../../result.ts'
import { defineExporter } from '../define.ts'

type Cell = string | number | null
type Row = Readonly<Record<string, Cell>>

/** One cell as RFC 4180 wants it; what is not a number is left empty. */
const cellText = (cell: Cell | undefined): string => {
  if (typeof cell === 'number') return Number.isNaN(cell) ? '' : Number.isFinite(cell) ? String(cell) : cell > 0 ? 'inf' : '-inf'
  const text = cell ?? ''
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows under a line of column names, each ended by CR LF. */
export const csvText = (columns: readonly string[], rows: readonly Row[]): string =>
  [columns, ...rows.map(row => columns.map(name => row[name] ?? null))].map(line => `${line.map(cellText).join(',')}\r\n`).join('')

/** Accuracy is empty where values are predicted, the mean absolute error (`mae`) where classes are. */
const EPOCH = [
  ...['run', 'phase', 'epoch', 'step', 'loss', 'accuracy', 'mae', 'val_loss', 'val_accuracy', 'val_mae'],
  ...['seconds', 'learning_rate_set'],
]
const BATCH = ['run', 'phase', 'epoch', 'batch', 'step', 'loss', 'accuracy', 'mae', 'images_per_second', 'learning_rate_set']

type Event = Readonly<Record<string, unknown>>
const isEvent = (value: unknown): value is Event => typeof value === 'object' && value !== null && 'type' in value
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const scoreOf = (value: unknown, name: 'loss' | 'accuracy' | 'mae'): number | null =>
  typeof value === 'object' && value !== null ? numberOf((value as Event)[name]) : null

const phaseOf = (value: unknown): string | null => (value === 'head' ? 'head' : value === 'fineTune' ? 'fine-tuning' : null)

const epochCells = ({ phase, epoch, step, train, validation, seconds }: Event): Row => ({
  phase: phaseOf(phase),
  epoch: numberOf(epoch),
  step: numberOf(step),
  loss: scoreOf(train, 'loss'),
  accuracy: scoreOf(train, 'accuracy'),
  mae: scoreOf(train, 'mae'),
  val_loss: scoreOf(validation, 'loss'),
  val_accuracy: scoreOf(validation, 'accuracy'),
  val_mae: scoreOf(validation, 'mae'),
  seconds: numberOf(seconds),
})

const batchCells = ({ phase, epoch, batch, step, loss, accuracy, mae, imagesPerSecond }: Event): Row => ({
  phase: phaseOf(phase),
  epoch: numberOf(epoch),
  batch: numberOf(batch),
  step: numberOf(step),
  loss: numberOf(loss),
  accuracy: numberOf(accuracy),
  mae: numberOf(mae),
  images_per_second: numberOf(imagesPerSecond),
})

/** One row per event of a type; runs are counted where steps begin again, and a rate set by hand stands in the row that follows it. */
export const rowsOf = (history: readonly unknown[], type: 'epoch' | 'batch'): Row[] => {
  const cells = type === 'epoch' ? epochCells : batchCells
  const rows: Row[] = []
  let [run, last] = [1, 0]
  let rate: number | null = null
  for (const event of history.filter(isEvent)) {
    const step = numberOf(event.step) ?? last
    if (event.type === 'started' || step < last) run += rows.length > 0 ? 1 : 0
    last = event.type === 'started' ? 0 : step
    if (event.type === 'started') rate = null
    if (event.type === 'changed') rate = numberOf(event.to)
    if (event.type !== type) continue
    rows.push({ run, ...cells(event), learning_rate_set: rate })
    rate = null
  }
  return rows
}

/** The course of the training as a table for spreadsheets and plots. */
export const csv = defineExporter({
  id: 'csv',
  title: 'Training history (CSV)',
  doc: 'Loss, accuracy and time of every epoch or batch, as a table.',
  extension: '.csv',
  params: {
    rows: p.choice({
      label: 'Rows',
      help: 'One row per epoch, or per batch that was reported.',
      values: ['epoch', 'batch'],
      default: 'epoch',
    }),
  },
  needsWeights: false,
  computes: false,
  run: async ({ project, history }, { rows: type }) => {
    const rows = rowsOf(history, type)
    if (rows.length === 0 && rowsOf(history, 'epoch').length > 0)
      return fail('export/no-batches', 'This file keeps the epochs of its training only, not the batches; take one row per epoch.', {
        param: 'rows',
      })
    if (rows.length === 0)
      return fail('export/no-history', 'There is no history to write: this network has not been trained for one epoch yet.')
    const text = csvText(type === 'epoch' ? EPOCH : BATCH, rows)
    return ok({
      files: [{ path: safeFileName(`${project.name || 'network'} history.csv`), bytes: new TextEncoder().encode(text) }],
      verified: null,
    })
  },
})
