import { describe, expect, it } from 'vitest'
import { AUGMENTS, type Augmentation } from '../../graph/document.ts'
import { unwrap } from '../../result.ts'
import { rng } from '../../rng.ts'
import type { Part, PreparedData } from '../prepared.ts'
import { augmentations, augmenter, checkAugmentation, readAugmentation } from './augment.ts'
import { changingPart } from './changing.ts'
import { blur, resized } from './pixels.ts'

const [HEIGHT, WIDTH] = [9, 7]
const SIZE = HEIGHT * WIDTH

/** Random grey pictures 0–1, raw values 0–255 normalised by this mean and deviation. */
const pictures = (channels = 1, mean = 0, deviation = 255, count = 3): PreparedData => {
  const random = rng(5)
  const raw = Float32Array.from({ length: count * SIZE * channels }, () => Math.round(255 * random.next()))
  const part: Part = { inputs: raw.map(v => (v - mean) / deviation), targets: new Int32Array(count), count }
  const scaling = { mean: Array(channels).fill(mean), deviation: Array(channels).fill(deviation), scale: 255 }
  return {
    ...{ source: 'test', shape: [HEIGHT, WIDTH, channels], kind: 'image', classes: ['a', 'b'], features: [], scaling, hash: '' },
    ...{ train: part, validation: part, test: part },
  }
}

/** One picture of the data as it is changed in an epoch. */
const changed = (wanted: Augmentation, { data = pictures(), index = 0, epoch = 1, seed = 1 } = {}): Float32Array => {
  const size = data.train.inputs.length / data.train.count
  const out = new Float32Array(size)
  augmenter(data, wanted, seed).write(data.train, index, epoch, out, 0)
  return out
}
const original = (data = pictures(), index = 0) => data.train.inputs.slice(index * SIZE, (index + 1) * SIZE)
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] ?? Number.NaN))), 0)

describe('changing a picture', () => {
  it('leaves it alone without strengths', () => {
    expect(distance(changed({}), original())).toBeLessThan(1e-6)
    expect(distance(changed(Object.fromEntries(AUGMENTS.map(id => [id, 0]))), original())).toBeLessThan(1e-6)
  })

  it.each(AUGMENTS)('%s: changes it, the same way for the same seed, epoch and sample only, within the range of the data', id => {
    const wanted = { [id]: ['flip', 'invert'].includes(id) ? 0.5 : augmentations[id].max / 2 }
    const looks = Array.from({ length: 24 }, (_, epoch) => changed(wanted, { epoch }))
    expect(looks.some(look => distance(look, original()) > 1e-3)).toBe(true)
    expect(looks.some(look => distance(look, looks[0] ?? []) > 1e-3)).toBe(true)
    expect(looks.every(look => look.every(v => v >= -1e-6 && v <= 1 + 1e-6))).toBe(true)
    expect(changed(wanted, { epoch: 3 })).toEqual(looks[3])
    expect(Array.from({ length: 24 }, (_, epoch) => changed(wanted, { epoch, seed: 2 }))).not.toEqual(looks)
  })

  it('works on raw values, however they were normalised', () => {
    const wanted = { shift: 2, rotate: 20, scale: 0.2, contrast: 0.3, brightness: 0.2, noise: 0.1, invert: 0.5, blur: 1, flip: 0.5 }
    const unit = changed(wanted)
    const standard = changed(wanted, { data: pictures(1, 60, 80) })
    expect(
      distance(
        standard.map(v => (v * 80 + 60) / 255),
        unit,
      ),
    ).toBeLessThan(1e-5)
  })

  it('changes all channels of a pixel together when it moves them', () => {
    const grey = pictures()
    const data = pictures(3)
    data.train.inputs.set(Float32Array.from({ length: 3 * SIZE }, (_, i) => grey.train.inputs[Math.floor(i / 3)] ?? 0))
    const wanted = { shift: 3, rotate: 40, scale: 0.2, flip: 1, blur: 1 }
    const colours = changed(wanted, { data })
    expect(
      distance(
        colours.filter((_, i) => i % 3 === 1),
        changed(wanted),
      ),
    ).toBeLessThan(1e-6)
  })

  it('mirrors left and right, and makes negatives', () => {
    const mirrored = changed({ flip: 1 })
    const before = original()
    for (let i = 0; i < SIZE; i++) expect(mirrored[i]).toBeCloseTo(before[i - (i % WIDTH) + (WIDTH - 1 - (i % WIDTH))] ?? 0, 5)
    changed({ invert: 1 }).forEach((v, i) => {
      expect(v).toBeCloseTo(1 - (before[i] ?? 0), 5)
    })
  })

  it('softens without changing how light a picture is in the whole', () => {
    const values = original()
    values.fill(0)
    values[4 * WIDTH + 3] = 1
    blur(values, new Float32Array(SIZE), { height: HEIGHT, width: WIDTH, channels: 1 }, 0.7)
    expect(values.reduce((sum, v) => sum + v, 0)).toBeCloseTo(1, 5)
    expect(values[4 * WIDTH + 3]).toBeLessThan(0.4)
    expect(values[4 * WIDTH + 4]).toBeCloseTo(values[3 * WIDTH + 3] ?? 0, 6)
  })
})

describe('the training part', () => {
  const pace = { breathe: () => Promise.resolve() }

  it('is rewritten from the originals in each epoch; the data itself stays', async () => {
    const data = pictures()
    const before = data.train.inputs.slice()
    const part = unwrap(changingPart(data, { shift: 2 }, 1))
    await part?.change(1, pace)
    const first = part?.part.inputs.slice()
    await part?.change(2, pace)
    expect(part?.part.inputs).not.toEqual(first)
    await part?.change(1, pace)
    expect(part?.part.inputs).toEqual(first)
    expect(data.train.inputs).toEqual(before)
    expect(part?.part.targets).toBe(data.train.targets)
  })

  it('is not copied when nothing changes, and refused when the samples are no pictures', () => {
    expect(unwrap(changingPart(pictures(), { shift: 0 }, 1))).toBeNull()
    const refused = changingPart({ ...pictures(), kind: 'table', source: 'iris' }, { shift: 2, noise: 0.1 }, 1)
    expect(refused).toMatchObject({ ok: false, issues: [{ code: 'data/augment-needs-images' }] })
    const checked = checkAugmentation({ shift: 2, noise: 0.1 }, 'table', 'iris')
    expect(checked.ok ? '' : checked.issues[0].message).toBe(
      'Only pictures can be augmented, but the samples of “iris” are none: switch off shift, noise.',
    )
  })
})

describe('strengths on the command line', () => {
  it('are read by name; a name alone takes what is usual', () => {
    expect(unwrap(readAugmentation('shift=2, rotate=10,flip'))).toEqual({ shift: 2, rotate: 10, flip: 0.5 })
    expect(unwrap(readAugmentation('none'))).toEqual({})
  })
  it.each([
    ['spin=3', 'There is no change "spin" of pictures; there are shift, rotate, scale, flip, '],
    ['shift=many', 'The strength of shift must be a number from 0 to 64, but is "many".'],
    ['flip=2', 'The strength of flip must be a number from 0 to 1, but is "2".'],
  ])('%s is refused in a sentence', (text, sentence) => {
    const read = readAugmentation(text)
    expect(read.ok ? '' : read.issues[0].message).toContain(sentence)
  })
})

it('scaling pictures keeps a flat one flat and the mean when shrinking', () => {
  const frame = { height: 4, width: 6, channels: 2 }
  const values = Float32Array.from({ length: 48 }, (_, i) => (i % 2 ? 3 : i))
  const half = resized(values, 0, frame, 2, 3)
  expect([...half].filter((_, i) => i % 2)).toEqual(Array(6).fill(3))
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length
  expect(mean([...half].filter((_, i) => i % 2 === 0))).toBeCloseTo(mean([...values].filter((_, i) => i % 2 === 0)), 4)
  expect(resized(Float32Array.of(0, 1), 0, { height: 1, width: 2, channels: 1 }, 1, 4)).toEqual(Float32Array.of(0, 0.25, 0.75, 1))
})
