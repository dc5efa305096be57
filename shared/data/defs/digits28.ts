import { ok } from '../../result.ts'
import { defineDataset } from '../define.ts'
import { enlargeDigit } from '../enlarge.ts'
import { DIGITS, DIGITS_ATTRIBUTION, readDigits } from './digits.ts'

const SIDE = 28

/** UCI digits enlarged to the size and look of MNIST. */
export const digits28 = defineDataset({
  id: 'digits28',
  title: 'Digits 28×28',
  doc: '1,797 handwritten digits enlarged smoothly to 28×28 pixels and centred by mass, so that networks made for MNIST train without a download.',
  attribution: DIGITS_ATTRIBUTION,
  origin: 'bundled',
  shape: [SIDE, SIDE, 1],
  classes: DIGITS,
  count: 1797,
  downloads: [],
  async load(ctx) {
    const table = await readDigits(ctx)
    if (!table.ok) return table
    const { values, labels, rows, columns } = table.value
    const inputs = new Uint8Array(rows * SIDE * SIDE)
    for (let i = 0; i < rows; i++) {
      inputs.set(enlargeDigit(values.subarray(i * columns, (i + 1) * columns)), i * SIDE * SIDE)
    }
    return ok({
      shape: [SIDE, SIDE, 1],
      kind: 'image',
      classes: DIGITS,
      features: [],
      scale: 255,
      train: { inputs, targets: labels, count: rows },
    })
  },
})
