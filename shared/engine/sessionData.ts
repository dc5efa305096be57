import { crc32 } from '../crc32.ts'
import type { RawData } from '../data/define.ts'
import { augmenter } from '../data/prepare/augment.ts'
import { loadRaw, prepare } from '../data/prepare.ts'
import type { PartName, PreparedData } from '../data/prepared.ts'
import type { DataChoice } from '../graph/document.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { fail, ok, type Result } from '../result.ts'
import type { DataSummary, EngineCalls, ExportedFile, ProbeInput, SampleSheet } from './protocol.ts'

/** Reads a file that ships with Netloom, path below `assets/`. */
export type AssetReader = (path: string) => Promise<Result<Uint8Array<ArrayBuffer>>>

/** What raw data follow from. */
const fingerprint = (source: string, seed: number, files: readonly ExportedFile[]): string =>
  JSON.stringify([source, seed, files.map(({ path, bytes }) => [path, bytes.length, crc32(bytes)])])

const summaryOf = (data: PreparedData): DataSummary => {
  const balance = data.classes.map(() => 0)
  if (data.classes.length > 0) for (const target of data.train.targets) balance[target] = (balance[target] ?? 0) + 1
  const { source, shape, kind, classes, features, scaling, hash } = data
  const counts = { train: data.train.count, validation: data.validation.count, test: data.test.count }
  return { source, shape, kind, classes, features, scaling, hash, counts, balance }
}

/** The data that the engine holds: loaded once, prepared anew when only the split or the normalising changes. */
export class SessionData {
  prepared: PreparedData | null = null
  private raw: { readonly key: string; readonly value: RawData } | null = null
  private loading: AbortController | null = null
  private readonly asset: AssetReader
  private readonly progress: (what: string, done: number) => void

  constructor(asset: AssetReader, progress: (what: string, done: number) => void) {
    this.asset = asset
    this.progress = progress
  }

  async load(choice: DataChoice, shape: Shape | null, files: readonly ExportedFile[]): Promise<Result<DataSummary>> {
    this.cancel()
    const control = new AbortController()
    this.loading = control
    const key = fingerprint(choice.source, choice.seed, files)
    const raw = this.raw?.key === key ? ok(this.raw.value) : await loadRaw(choice.source, this.context(choice, files, control.signal))
    if (!raw.ok) return raw
    if (control.signal.aborted) return fail('data/cancelled', 'Loading was cancelled.')
    this.progress('Preparing', 1)
    const prepared = await prepare(raw.value, choice, shape)
    if (!prepared.ok) return prepared
    if (control.signal.aborted) return fail('data/cancelled', 'Loading was cancelled.')
    this.raw = { key, value: raw.value }
    this.prepared = prepared.value
    return ok(summaryOf(prepared.value))
  }

  cancel(): void {
    this.loading?.abort()
    this.loading = null
  }

  /** Samples for display: pictures as 0–1, and training pictures augmented where that is wanted; other data as prepared. */
  samples(part: PartName, start: number, count: number, changed?: EngineCalls['samples']['args']['changed']): Result<SampleSheet> {
    const data = this.prepared
    if (!data) return noData
    const { inputs, targets, count: all } = data[part]
    const write = changed && part === 'train' && data.kind === 'image' ? augmenter(data, changed.augment, changed.seed).write : null
    const from = Math.max(0, Math.min(all, Math.trunc(start)))
    const to = Math.max(from, Math.min(all, from + Math.trunc(count)))
    const size = sizeOf(data.shape)
    const shown = inputs.slice(from * size, to * size)
    for (let i = from; write && changed && i < to; i++) write(data.train, i, changed.epoch, shown, (i - from) * size)
    const { mean, deviation, scale } = data.scaling
    if (data.kind === 'image')
      for (let i = 0, c = 0; i < shown.length; i++, c = (c + 1) % mean.length)
        shown[i] = Math.min(1, Math.max(0, ((shown[i] as number) * (deviation[c] ?? 1) + (mean[c] ?? 0)) / scale))
    const width = all > 0 ? targets.length / all : 1
    const indices = Array.from({ length: to - from }, (_, i) => from + i)
    return ok({ part, indices, inputs: shown, targets: indices.map(i => targets[i * width] ?? 0) })
  }

  /** The values a probe looks at, as the network sees them, and their class. */
  probe(input: ProbeInput): Result<{ values: Float32Array; label: number | null }> {
    if (input.kind === 'values') return ok({ values: input.values, label: null })
    const data = this.prepared
    if (!data) return noData
    const part = data[input.part]
    const size = sizeOf(data.shape)
    if (!Number.isInteger(input.index) || input.index < 0 || input.index >= part.count)
      return fail('probe/no-sample', `There is no sample ${input.index} in the ${input.part} part, which holds ${part.count}.`)
    const label = data.classes.length > 0 ? (part.targets[input.index] ?? null) : null
    return ok({ values: part.inputs.slice(input.index * size, (input.index + 1) * size), label })
  }

  private context(choice: DataChoice, files: readonly ExportedFile[], signal: AbortSignal) {
    const byName = new Map(files.map(file => [file.path, file.bytes]))
    return {
      asset: this.asset,
      files: byName,
      signal,
      seed: choice.seed,
      onProgress: (done: number, what: string) => this.progress(what, done),
    }
  }
}

const noData = fail('data/not-loaded', 'No data is loaded yet: choose some in the Data panel.')
