import { ok, type Result } from '../../result.ts'
import { gunzip } from '../decode/gzip.ts'
import { decodeTable, type Table } from '../decode/table.ts'
import { type DataContext, defineDataset } from '../define.ts'

/** The ten digits as class names. */
export const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

/** Who made the digits and under which licence. */
export const DIGITS_ATTRIBUTION = 'E. Alpaydin and C. Kaynak, 1998; UCI Machine Learning Repository, CC BY 4.0'

/** Reads the bundled 8×8 digits: 1,797 rows of 64 values 0–16. */
export const readDigits = async (ctx: DataContext): Promise<Result<Table>> => {
  const packed = await ctx.asset('data/digits.csv.gz')
  if (!packed.ok) return packed
  const text = gunzip(packed.value, 'digits.csv.gz')
  return text.ok ? decodeTable(text.value, 'digits.csv', { header: false, classes: DIGITS }) : text
}

/** UCI digits, 8×8 pixels. */
export const digits = defineDataset({
  id: 'digits',
  title: 'Digits 8×8',
  doc: '1,797 handwritten digits of 8×8 pixels with 17 grey levels: small enough to train in seconds on any machine.',
  attribution: DIGITS_ATTRIBUTION,
  origin: 'bundled',
  shape: [8, 8, 1],
  classes: DIGITS,
  count: 1797,
  downloads: [],
  async load(ctx) {
    const table = await readDigits(ctx)
    if (!table.ok) return table
    const { values, labels, rows } = table.value
    return ok({
      shape: [8, 8, 1],
      kind: 'image',
      classes: DIGITS,
      features: [],
      scale: 16,
      train: { inputs: Uint8Array.from(values), targets: labels, count: rows },
    })
  },
})
