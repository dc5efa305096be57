import { AUGMENTS, type Augmentation, type AugmentId } from '../../graph/document.ts'
import { fail, ok, type Result } from '../../result.ts'
import { mixSeed, type Rng, rng } from '../../rng.ts'
import type { Part, PreparedData } from '../prepared.ts'
import { blur, type Frame, mirror, type Warp, warp } from './pixels.ts'

/** One random change to training pictures. */
export interface AugmentDef {
  readonly label: string
  /** One sentence for the tooltip: what its strength means. */
  readonly doc: string
  /** Largest strength, and the one offered first. */
  readonly max: number
  readonly usual: number
  /** What the strength counts in: pixels, degrees, a share or a chance. */
  readonly unit: 'px' | '°' | '%'
}

/** Every random change and what its strength means; shares and chances are 0–1. */
export const augmentations: Readonly<Record<AugmentId, AugmentDef>> = {
  shift: { label: 'Shift', doc: 'Moves each picture by up to this many pixels, both ways.', max: 64, usual: 2, unit: 'px' },
  rotate: { label: 'Rotate', doc: 'Turns each picture by up to this many degrees, either way.', max: 180, usual: 10, unit: '°' },
  scale: { label: 'Scale', doc: 'Makes each picture larger or smaller by up to this share.', max: 0.9, usual: 0.1, unit: '%' },
  flip: { label: 'Flip', doc: 'Swaps left and right with this chance; wrong for digits and letters.', max: 1, usual: 0.5, unit: '%' },
  blur: { label: 'Blur', doc: 'Softens each picture by a Gaussian of up to this many pixels.', max: 8, usual: 0.5, unit: 'px' },
  contrast: {
    label: 'Contrast',
    doc: 'Stretches or flattens the values round their mean by up to this share.',
    max: 0.9,
    usual: 0.2,
    unit: '%',
  },
  brightness: {
    label: 'Brightness',
    doc: 'Makes each picture lighter or darker by up to this share of the range.',
    max: 1,
    usual: 0.1,
    unit: '%',
  },
  noise: {
    label: 'Noise',
    doc: 'Adds to each value a random one with this deviation, as a share of the range.',
    max: 1,
    usual: 0.05,
    unit: '%',
  },
  invert: { label: 'Invert', doc: 'Turns each picture into its negative with this chance.', max: 1, usual: 0.5, unit: '%' },
}

/** True when some change has a strength. */
export const augments = (wanted: Augmentation): boolean => AUGMENTS.some(id => (wanted[id] ?? 0) > 0)

/** What is known of a picture's values: `[height, width, channels]` and how raw values 0 to `scale` were normalised. */
type Pictures = Pick<PreparedData, 'shape' | 'scaling'>

/** Refuses to change data that are no pictures. */
export const checkAugmentation = (wanted: Augmentation, kind: PreparedData['kind'], source: string): Result<null> => {
  if (!augments(wanted) || kind === 'image') return ok(null)
  const names = AUGMENTS.filter(id => (wanted[id] ?? 0) > 0).map(id => augmentations[id].label.toLowerCase())
  return fail(
    'data/augment-needs-images',
    `Only pictures can be augmented, but the samples of “${source.slice(0, 100)}” are none: switch off ${names.join(', ')}.`,
    { param: 'augment' },
  )
}

/** Reads strengths written as `shift=2,rotate=10`; `none` or nothing switches all off. */
export const readAugmentation = (text: string): Result<Augmentation> => {
  const strengths: { [A in AugmentId]?: number } = {}
  for (const pair of text === 'none' ? [] : text.split(',').filter(Boolean)) {
    const [name = '', value = ''] = pair.split('=', 2).map(word => word.trim())
    const id = AUGMENTS.find(known => known === name)
    if (!id) return fail('data/augment', `There is no change "${name.slice(0, 40)}" of pictures; there are ${AUGMENTS.join(', ')}.`)
    const strength = value === '' ? augmentations[id].usual : Number(value)
    if (!(strength >= 0 && strength <= augmentations[id].max))
      return fail(
        'data/augment',
        `The strength of ${id} must be a number from 0 to ${augmentations[id].max}, but is "${value.slice(0, 40)}".`,
      )
    strengths[id] = strength
  }
  return ok(strengths)
}

/** A number in [−most, most). */
const within = (random: Rng, most: number): number => (2 * random.next() - 1) * most

/** The random numbers of one picture, always drawn in the same order. */
const drawWarp = (random: Rng, { shift = 0, rotate = 0, scale = 0 }: Augmentation): Warp | null => {
  const across = within(random, shift)
  const down = within(random, shift)
  const turn = (within(random, rotate) * Math.PI) / 180
  const zoom = 1 + within(random, scale)
  return shift || rotate || scale ? { across, down, turn, zoom } : null
}

/** Changes values 0–1 of one picture in place. */
const changeValues = (values: Float32Array, random: Rng, { contrast = 0, brightness = 0, noise = 0, invert = 0 }: Augmentation): void => {
  const factor = 1 + within(random, contrast)
  const more = within(random, brightness)
  const negative = random.next() < invert
  let mean = 0
  if (contrast) for (let i = 0; i < values.length; i++) mean += (values[i] ?? 0) / values.length
  if (contrast || brightness || noise)
    for (let i = 0; i < values.length; i++) {
      const changed = mean + ((values[i] ?? 0) - mean) * factor + more + (noise ? noise * random.normal() : 0)
      values[i] = Math.min(1, Math.max(0, changed))
    }
  if (negative) for (let i = 0; i < values.length; i++) values[i] = 1 - (values[i] ?? 0)
}

/** Changes pictures one by one; keeps its working room between calls. */
export interface Augmenter {
  /** Writes sample `index` of a part, changed as it is in this epoch, to `out` at `to` (floats). */
  write(part: Part, index: number, epoch: number, out: Float32Array, to: number): void
}

/** Makes what changes the pictures of a data set; the same seed, epoch and sample give the same picture. */
export const augmenter = ({ shape, scaling }: Pictures, wanted: Augmentation, seed: number): Augmenter => {
  const [height = 1, width = 1, channels = 1] = shape
  const frame: Frame = { height, width, channels }
  const size = height * width * channels
  const gain = Array.from({ length: channels }, (_, c) => (scaling.deviation[c] ?? 1) / scaling.scale)
  const base = Array.from({ length: channels }, (_, c) => (scaling.mean[c] ?? 0) / scaling.scale)
  /** Values 0–1 as they are. */
  const plain = gain.every(v => v === 1) && base.every(v => v === 0)
  let now = new Float32Array(size)
  let next = new Float32Array(size)
  const swap = (): void => {
    ;[now, next] = [next, now]
  }
  return {
    write(part, index, epoch, out, to) {
      const random = rng(mixSeed(seed, 'augment', epoch, index))
      const from = part.inputs.subarray(index * size, (index + 1) * size)
      if (plain) now.set(from)
      else
        for (let i = 0, c = 0; i < size; i++, c = c + 1 === channels ? 0 : c + 1) now[i] = (from[i] ?? 0) * (gain[c] ?? 1) + (base[c] ?? 0)
      const how = drawWarp(random, wanted)
      if (how) {
        warp(now, next, frame, how)
        swap()
      }
      if (random.next() < (wanted.flip ?? 0)) mirror(now, frame)
      const softness = random.next() * (wanted.blur ?? 0)
      if (softness > 0.05) blur(now, next, frame, softness)
      changeValues(now, random, wanted)
      if (plain) out.set(now, to)
      else
        for (let i = 0, c = 0; i < size; i++, c = c + 1 === channels ? 0 : c + 1)
          out[to + i] = ((now[i] ?? 0) - (base[c] ?? 0)) / (gain[c] ?? 1)
    },
  }
}
