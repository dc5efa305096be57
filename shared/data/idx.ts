import { fail, ok, type Result } from '../result.ts'
import { decodeIdxImages, decodeIdxLabels } from './decode/idx.ts'
import type { DataContext, RawData, Samples } from './define.ts'

/** Start of the `source` of local IDX files; what follows is only shown. */
export const IDX_PREFIX = 'idx:'

type Split = 'train' | 't10k'
const NAME = /^(train|t10k)-(images|labels)[-.]idx([13])-ubyte(\.gz)?$/i

const baseName = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** True for a file name that belongs to an IDX data set, e.g. `train-images-idx3-ubyte.gz`. */
export const isIdxName = (path: string): boolean => NAME.test(baseName(path))

interface Found {
  readonly name: string
  readonly bytes: Uint8Array
}

const find = (files: DataContext['files'], split: Split, kind: 'images' | 'labels'): Found | undefined => {
  for (const [path, bytes] of files) {
    const match = NAME.exec(baseName(path))
    if (match?.[1]?.toLowerCase() === split && match[2]?.toLowerCase() === kind) return { name: baseName(path), bytes }
  }
  return undefined
}

interface SplitData {
  readonly height: number
  readonly width: number
  readonly samples: Samples & { readonly targets: Uint8Array }
}

/** One split's two files; null when neither is there. */
const readSplit = (files: DataContext['files'], split: Split, classes: number): Result<SplitData | null> => {
  const images = find(files, split, 'images')
  const labels = find(files, split, 'labels')
  if (!images && !labels) return ok(null)
  if (!images)
    return fail('data/missing-file', `${labels?.name} is there, but its images are not: add ${split}-images-idx3-ubyte (or .gz).`)
  if (!labels) return fail('data/missing-file', `${images.name} is there, but its labels are not: add ${split}-labels-idx1-ubyte (or .gz).`)
  const pictures = decodeIdxImages(images.bytes, images.name)
  if (!pictures.ok) return pictures
  const targets = decodeIdxLabels(labels.bytes, labels.name, classes)
  if (!targets.ok) return targets
  const { count, height, width, pixels } = pictures.value
  if (targets.value.length === count) return ok({ height, width, samples: { inputs: pixels, targets: targets.value, count } })
  return fail('data/wrong-size', `${images.name} holds ${count} images, but ${labels.name} holds ${targets.value.length} labels.`)
}

const largest = (labels: Uint8Array | undefined) => labels?.reduce((a, b) => Math.max(a, b), 0) ?? 0

/** Builds image data from IDX files in `ctx.files`. One split is enough: a lone `t10k` becomes the test part and nothing is left to train on. `classes` names the classes; without it they are the numbers up to the largest label. */
export const loadIdx = async (ctx: DataContext, classes?: readonly string[]): Promise<Result<RawData>> => {
  ctx.onProgress(0, 'Reading the training images')
  const train = readSplit(ctx.files, 'train', classes?.length ?? 256)
  if (!train.ok) return train
  ctx.onProgress(0.8, 'Reading the test images')
  const test = readSplit(ctx.files, 't10k', classes?.length ?? 256)
  if (!test.ok) return test
  const first = train.value ?? test.value
  if (!first) {
    const names = [...ctx.files.keys()].slice(0, 3).map(baseName).join(', ')
    const seen = names ? ` Found only ${names}.` : ''
    return fail(
      'data/missing-file',
      `No IDX files: expected train-images-idx3-ubyte and train-labels-idx1-ubyte, or t10k-…, with or without .gz.${seen}`,
    )
  }
  const { height, width } = first
  if (test.value && (test.value.height !== height || test.value.width !== width)) {
    const message = `Training images are ${height}×${width}, but test images are ${test.value.height}×${test.value.width}: both must be of one size.`
    return fail('data/wrong-size', message)
  }
  const count = Math.max(largest(train.value?.samples.targets), largest(test.value?.samples.targets)) + 1
  ctx.onProgress(1, 'Images read')
  return ok({
    shape: [height, width, 1],
    kind: 'image',
    classes: classes ?? Array.from({ length: count }, (_, i) => String(i)),
    features: [],
    scale: 255,
    train: train.value?.samples ?? { inputs: new Uint8Array(0), targets: new Uint8Array(0), count: 0 },
    ...(test.value ? { test: test.value.samples } : {}),
  })
}
