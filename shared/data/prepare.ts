import type { DataChoice } from '../graph/document.ts'
import { sha256 } from '../hash.ts'
import type { Shape } from '../layers/shape.ts'
import { fail, ok, type Result } from '../result.ts'
import { datasetOf, datasets } from './catalogue.ts'
import type { DataContext, RawData, Samples } from './define.ts'
import { IDX_PREFIX, loadIdx } from './idx.ts'
import { selectClasses } from './prepare/classes.ts'
import { fitPictures, needsFit } from './prepare/fit.ts'
import { checkClasses, checkRaw } from './prepare/guard.ts'
import { fitScaling, normaliseInputs } from './prepare/normalise.ts'
import { onlyUsed, type Split, splitData } from './prepare/split.ts'
import type { Part, PreparedData, Scaling } from './prepared.ts'

/** Loads a data set by `DataChoice.source`: a catalogue id, or `idx:<label>` for IDX files in `ctx.files`. */
export const loadRaw = async (source: string, ctx: DataContext): Promise<Result<RawData>> => {
  if (source.startsWith(IDX_PREFIX)) return loadIdx(ctx)
  const def = datasetOf(source)
  if (def) return def.load(ctx)
  const known = datasets.map(({ id }) => id).join(', ')
  return fail('data/unknown', `There is no data set “${source.slice(0, 100)}”: use one of ${known}, or ${IDX_PREFIX}FOLDER.`, {
    received: source,
  })
}

const gatherTargets = (raw: RawData, samples: Samples, indices: Int32Array): Int32Array | Float32Array => {
  if (raw.classes.length) return Int32Array.from(indices, index => samples.targets[index] ?? 0)
  const width = samples.count ? samples.targets.length / samples.count : 0
  const out = new Float32Array(indices.length * width)
  indices.forEach((index, i) => {
    out.set(samples.targets.subarray(index * width, (index + 1) * width), i * width)
  })
  return out
}

const makePart = (raw: RawData, samples: Samples, indices: Int32Array, scaling: Scaling, name: string): Result<Part> => {
  const inputs = normaliseInputs(raw, samples, indices, scaling, name)
  return inputs.ok ? ok({ inputs: inputs.value, targets: gatherTargets(raw, samples, indices), count: indices.length }) : inputs
}

/** Everything that decides the prepared values: raw bytes, targets, who is in which part, and the scaling. */
const hashOf = async (raw: RawData, split: Split, scaling: Scaling): Promise<string> => {
  const sources = raw.test ? [raw.train, raw.test] : [raw.train]
  const digests = await Promise.all(sources.flatMap(({ inputs, targets }) => [sha256(inputs), sha256(Float64Array.from(targets))]))
  const layout = JSON.stringify([raw.shape, raw.classes, split.ownTest, split.train.length, split.validation.length, split.test.length])
  return sha256(digests.join(), layout, Float64Array.of(...scaling.mean, ...scaling.deviation), split.train, split.validation, split.test)
}

/**
 * Keeps the chosen classes, splits, fits pictures to the shape `wanted` by the network's input (null when it is not known) and normalises; the same raw data, choice and shape give
 * the same bytes and hash everywhere. Indices within a part ascend in the source's order.
 */
export const prepare = async (source: RawData, choice: DataChoice, wanted: Shape | null = null): Promise<Result<PreparedData>> => {
  const checked = checkRaw(source)
  if (!checked.ok) return checked
  const selected = selectClasses(source, choice.classes)
  if (!selected.ok) return selected
  const divided = splitData(selected.value, choice)
  if (!divided.ok) return divided
  const whole = { raw: selected.value, split: divided.value }
  const { raw: unfitted, split } = needsFit(whole.raw, choice.fit, wanted) ? onlyUsed(whole.raw, whole.split) : whole
  const fitted = fitPictures(unfitted, choice.fit, wanted)
  if (!fitted.ok) return fitted
  const raw = fitted.value
  const classes = checkClasses(raw, split.train)
  if (!classes.ok) return classes
  const scaling = fitScaling(raw, choice.normalise, split.train)
  if (!scaling.ok) return scaling
  const train = makePart(raw, raw.train, split.train, scaling.value, 'training')
  if (!train.ok) return train
  const validation = makePart(raw, raw.train, split.validation, scaling.value, 'training')
  if (!validation.ok) return validation
  const test = makePart(raw, raw.test ?? raw.train, split.test, scaling.value, raw.test ? 'test' : 'training')
  if (!test.ok) return test
  return ok({
    source: choice.source,
    shape: raw.shape,
    kind: raw.kind,
    classes: raw.classes,
    features: raw.features,
    scaling: scaling.value,
    train: train.value,
    validation: validation.value,
    test: test.value,
    hash: await hashOf(raw, split, scaling.value),
  })
}
