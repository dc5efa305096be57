import { fail } from '../../result.ts'
import { type Download, defineDataset } from '../define.ts'
import { loadIdx } from '../idx.ts'
import { DIGITS } from './digits.ts'

const file = (name: string, bytes: number, sha256: string): Download => ({
  name,
  url: `https://storage.googleapis.com/cvdf-datasets/mnist/${name}`,
  sha256,
  bytes,
})

const FILES = [
  file('train-images-idx3-ubyte.gz', 9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'),
  file('train-labels-idx1-ubyte.gz', 28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'),
  file('t10k-images-idx3-ubyte.gz', 1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'),
  file('t10k-labels-idx1-ubyte.gz', 4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'),
]

/** MNIST: 70,000 handwritten digits, fetched once. */
export const mnist = defineDataset({
  id: 'mnist',
  title: 'MNIST',
  doc: '60,000 handwritten digits to train on and 10,000 to test with, 28×28 pixels: the classic. 11 MB are fetched once and kept.',
  attribution: 'Y. LeCun, C. Cortes and C. J. C. Burges; copy of the CVD Foundation',
  origin: 'download',
  shape: [28, 28, 1],
  classes: DIGITS,
  count: 70_000,
  downloads: FILES,
  async load(ctx) {
    const missing = FILES.find(({ name }) => !ctx.files.has(name))
    if (!missing) return loadIdx(ctx, DIGITS)
    return fail('data/not-downloaded', `MNIST is not complete here: ${missing.name} is missing. Fetch it (11 MB), or use local IDX files.`)
  },
})
