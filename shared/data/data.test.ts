import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { sizeOf } from '../layers/shape.ts'
import { type Result, unwrap } from '../result.ts'
import { datasetOf, datasets } from './catalogue.ts'
import { choose, hasMnist, idxFile, load, mnistFiles, sameBytes, testContext } from './data.testkit.ts'
import { loadRaw, prepare } from './prepare.ts'

const refusal = (result: Result<unknown>): string => {
  if (result.ok) throw new Error('It was loaded.')
  return result.issues[0].message
}

describe('the catalogue', () => {
  it('has every data set under its own id, with a source that may be shown', () => {
    expect(datasets.map(({ id }) => id).sort()).toEqual(['digits', 'digits28', 'generated-digits', 'iris', 'mnist', 'shapes', 'spiral'])
    for (const def of datasets) {
      expect(datasetOf(def.id)).toBe(def)
      expect(def.attribution.length).toBeGreaterThan(5)
      expect(def.downloads.length > 0).toBe(def.origin === 'download')
    }
    expect(datasetOf('toString')).toBeUndefined()
  })

  it.each(datasets.filter(({ origin }) => origin !== 'download').map(({ id }) => id))(
    '%s loads as announced, the same every time',
    async id => {
      const def = datasetOf(id)
      const raw = await load(id)
      expect({ shape: raw.shape, classes: raw.classes, count: raw.train.count }).toEqual({
        shape: def?.shape,
        classes: def?.classes,
        count: def?.count,
      })
      expect(raw.train.inputs).toHaveLength(raw.train.count * sizeOf(raw.shape))
      const largest = Float32Array.from(raw.train.inputs).reduce((most, value) => Math.max(most, value), 0)
      expect(largest).toBeLessThanOrEqual(raw.scale)
      expect(largest).toBeGreaterThan(raw.scale * 0.9)
      expect(new Set(raw.train.targets)).toEqual(new Set(raw.classes.keys()))
      expect(sameBytes((await load(id)).train.inputs, raw.train.inputs)).toBe(true)
      const { hash } = unwrap(await prepare(raw, choose({ source: id })))
      expect(hash).toMatch(/^[0-9a-f]{64}$/)
    },
  )

  it.each(['spiral', 'generated-digits', 'shapes'])('%s changes with its seed', async id => {
    expect(sameBytes((await load(id, undefined, 2)).train.inputs, (await load(id)).train.inputs)).toBe(false)
  })

  it.each(['digits28', 'generated-digits'])(
    '%s looks like MNIST: ink within a margin, mass in the middle, mean 0.13, deviation 0.3',
    async id => {
      const { inputs, count } = (await load(id)).train
      let [sum, squares, worst, border] = [0, 0, 0, 0]
      for (let n = 0; n < count; n++) {
        let [mass, across, down] = [0, 0, 0]
        for (let i = 0; i < 784; i++) {
          const ink = (inputs[n * 784 + i] ?? 0) / 255
          const [x, y] = [i % 28, Math.floor(i / 28)]
          mass += ink
          across += ink * (x + 0.5)
          down += ink * (y + 0.5)
          squares += ink * ink
          if (Math.min(x, y) < 1 || Math.max(x, y) > 26) border = Math.max(border, ink)
        }
        sum += mass
        worst = Math.max(worst, Math.abs(across / mass - 14), Math.abs(down / mass - 14))
      }
      const mean = sum / count / 784
      expect(mean).toBeCloseTo(0.13, 1)
      expect(Math.sqrt(squares / count / 784 - mean * mean)).toBeCloseTo(0.3, 1)
      expect(worst).toBeLessThan(1.5)
      expect(border).toBe(0)
    },
  )

  it('says which download is missing, and which ids there are', async () => {
    expect(refusal(await loadRaw('mnist', testContext()))).toContain('train-images-idx3-ubyte.gz is missing')
    expect(refusal(await loadRaw('mnits', testContext()))).toContain('use one of digits, digits28')
  })
})

describe('local IDX files', () => {
  const images = (count: number, side = 2) =>
    idxFile(
      [count, side, side],
      Uint8Array.from({ length: count * side * side }, (_, i) => i),
    )
  const labels = (...values: number[]) => idxFile([values.length], values)
  const files = (entries: Record<string, Uint8Array<ArrayBuffer>>) => new Map(Object.entries(entries))

  it('are found by their original names, with a dot or a dash, in any folder', async () => {
    const raw = await load(
      'idx:x',
      files({ 'a/train-images.idx3-ubyte': images(3), 'a\\TRAIN-LABELS-IDX1-UBYTE': labels(0, 1, 2), 'notes.txt': images(1) }),
    )
    expect(raw).toMatchObject({ shape: [2, 2, 1], kind: 'image', classes: ['0', '1', '2'], scale: 255, train: { count: 3 } })
    expect(raw.test).toBeUndefined()
  })

  it('of the test split alone become the test part, and nothing is left to train on', async () => {
    const raw = await load('idx:x', files({ 't10k-images-idx3-ubyte': images(3), 't10k-labels-idx1-ubyte': labels(0, 1, 1) }))
    const prepared = unwrap(await prepare(raw, choose()))
    expect([prepared.train.count, prepared.validation.count, prepared.test.count]).toEqual([0, 0, 3])
    expect([...prepared.test.targets]).toEqual([0, 1, 1])
    expect(refusal(await prepare(raw, choose({ normalise: 'standard' })))).toContain('fitted on training samples')
  })

  it.each<[string, Record<string, Uint8Array<ArrayBuffer>>, RegExp]>([
    ['none', { 'readme.md': labels(1) }, /No IDX files.*Found only readme\.md/],
    ['images without labels', { 'train-images-idx3-ubyte': images(1) }, /its labels are not: add train-labels-idx1-ubyte/],
    ['labels without images', { 't10k-labels-idx1-ubyte.gz': labels(1) }, /its images are not: add t10k-images-idx3-ubyte/],
    ['counts that differ', { 'train-images-idx3-ubyte': images(3), 'train-labels-idx1-ubyte': labels(0, 1) }, /3 images, but .* 2 labels/],
    [
      'splits of two sizes',
      {
        'train-images-idx3-ubyte': images(2),
        'train-labels-idx1-ubyte': labels(0, 1),
        't10k-images-idx3-ubyte': images(1, 3),
        't10k-labels-idx1-ubyte': labels(0),
      },
      /2×2, but test images are 3×3/,
    ],
  ])('with %s say so', async (_, entries, sentence) => {
    expect(refusal(await loadRaw('idx:x', testContext(files(entries))))).toMatch(sentence)
  })
})

describe.skipIf(!hasMnist)(`real MNIST${hasMnist ? '' : ' (skipped: ../shared/datasets/mnist is not here)'}`, () => {
  it('is read, split and normalised quickly, gzipped or not alike', async () => {
    const started = performance.now()
    const raw = await load('idx:mnist', mnistFiles())
    const prepared = unwrap(await prepare(raw, choose({ source: 'idx:mnist' })))
    expect(performance.now() - started).toBeLessThan(5000)
    expect([prepared.train.count, prepared.validation.count, prepared.test.count]).toEqual([9000, 1000, 5000])
    const plain = new Map([...mnistFiles()].map(([name, bytes]) => [name.replace('.gz', ''), new Uint8Array(gunzipSync(bytes))]))
    expect(unwrap(await prepare(await load('idx:mnist', plain), choose({ source: 'idx:mnist' }))).hash).toBe(prepared.hash)
  })

  it('serves the catalogue entry too, and standard normalising gives the known 0.1307 and 0.3081', async () => {
    const raw = await load('mnist', mnistFiles())
    const { scaling } = unwrap(await prepare(raw, choose({ source: 'mnist', normalise: 'standard' })))
    expect((scaling.mean[0] ?? 0) / 255).toBeCloseTo(0.1307, 2)
    expect((scaling.deviation[0] ?? 0) / 255).toBeCloseTo(0.3081, 2)
  })
})
