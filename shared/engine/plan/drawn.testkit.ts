import fc from 'fast-check'
import { ACTIVATIONS } from '../../layers/lib/activations.ts'
import { activation, conv, flatten, input, norm, softmax } from './networks.testkit.ts'
import type { Brick } from './wasm/oracle.testkit.ts'

const small = (max: number) => fc.integer({ min: 1, max })
const pair = (max: number) => fc.tuple(small(max), small(max))
const OPS = [
  ...['conv', 'conv', 'conv', 'pool', 'norm', 'activation', 'dropout', 'pad', 'concatenate'],
  ...['depthwise', 'separable', 'transpose', 'layerNorm'],
  ...['add', 'average', 'multiply', 'maximum', 'minimum'],
  ...['crop', 'larger', 'turn', 'rescale', 'leaky', 'prelu', 'noise', 'noiseFactor', 'alphaDropout'],
] as const
const gene = fc.record({
  op: fc.constantFrom(...OPS),
  /** How far back the layer takes its input from, and what it is joined with. */
  back: fc.integer({ min: 0, max: 2 }),
  kernel: pair(5),
  strides: pair(3),
  dilation: fc.oneof({ weight: 2, arbitrary: fc.constant([1, 1] as [number, number]) }, { weight: 1, arbitrary: pair(3) }),
  same: fc.boolean(),
  max: fc.boolean(),
  bias: fc.boolean(),
  frozen: fc.integer({ min: 0, max: 5 }),
  filters: small(19),
  kind: fc.constantFrom(...ACTIVATIONS.filter(a => a !== 'softmax')),
  rate: fc.integer({ min: 1, max: 7 }),
})
type Gene = typeof gene extends fc.Arbitrary<infer T> ? T : never
type Image = readonly [number, number, number]

/** Pixels of an image that nothing makes larger. */
const LARGEST = 400

/** Curves without a corner, where differences of the loss say what the gradient is. */
const SMOOTH: readonly string[] = ['linear', 'tanh', 'sigmoid', 'swish', 'mish', 'gelu', 'softplus']

/** What has corners, or draws anew in each step, so that differences of the loss say nothing. */
const ROUGH: ReadonlySet<string> = new Set([
  ...['dropout', 'noise', 'noiseFactor', 'alphaDropout'],
  ...['maximum', 'minimum', 'leaky', 'prelu'],
])
/** Layers that join two tensors. */
const JOINS: ReadonlySet<string> = new Set(['add', 'average', 'multiply', 'maximum', 'minimum', 'concatenate'])
const TURNS = [
  [2, 1, 3],
  [3, 1, 2],
  [1, 3, 2],
  [2, 3, 1],
]
const SHARED = [[], [1, 2], [1], [3], [1, 3]]

/** Grows a network layer by layer, each where its shapes allow it; what nobody takes in the end is brought together. */
class Garden {
  readonly bricks: Brick[]
  private readonly tensors: { readonly at: number; readonly shape: Image }[]
  private readonly smooth: boolean

  constructor(shape: Image, smooth: boolean) {
    this.bricks = [input(...shape)]
    this.tensors = [{ at: 0, shape }]
    this.smooth = smooth
  }

  grow(g: Gene): void {
    const from = this.tensors[Math.max(0, this.tensors.length - 1 - g.back)]
    if (!from) return
    const { at, shape } = from
    const [h, w, c] = shape
    const op = this.smooth && ROUGH.has(g.op) ? 'conv' : g.op
    if (op === 'conv') this.conv(g, at, shape)
    else if (op === 'depthwise' || op === 'separable') this.apart(g, op, at, shape)
    else if (op === 'transpose') this.transpose(g, at, shape)
    else if (op === 'layerNorm') this.layerNorm(g, at, shape)
    else if (op === 'pool') this.pool(g, at, shape)
    else if (op === 'norm') this.put({ ...norm(), frozen: g.frozen === 0 }, [at], shape)
    else if (op === 'activation') this.put(activation(this.kind(g)), [at], shape)
    else if (op === 'dropout') this.put({ type: 'dropout', params: { rate: g.rate / 10 } }, [at], shape)
    else if (op === 'pad')
      this.put({ type: 'zeroPadding2d', params: { height: [g.back, 1], width: [1, g.back] } }, [at], [h + g.back + 1, w + g.back + 1, c])
    else if (JOINS.has(op)) this.join(g, op, at, shape)
    else this.change(g, op, at, shape)
  }

  /** The bricks with all loose ends brought to one row of values and classified. */
  finish(): readonly Brick[] {
    const used = new Set(this.bricks.flatMap(({ from = [] }) => from))
    const loose = this.tensors.filter(({ at }) => !used.has(at))
    const rows = loose.map(({ at, shape: [h, w, c] }) => this.add(h * w * c > 300 ? { type: 'globalAveragePooling2d' } : flatten, [at]))
    const [first = 0] = rows
    this.add(softmax, [rows.length > 1 ? this.add({ type: 'concatenate' }, rows) : first])
    return this.bricks
  }

  private add(brick: Brick, from: readonly number[]): number {
    this.bricks.push({ ...brick, from })
    return this.bricks.length - 1
  }

  private put(brick: Brick, from: readonly number[], shape: Image): void {
    this.tensors.push({ at: this.add(brick, from), shape })
  }

  /** Layers that work value by value or move values. */
  private change(g: Gene, op: Gene['op'], at: number, [h, w, c]: Image): void {
    const same: Image = [h, w, c]
    const put = (type: string, params: object, shape = same) => this.put({ type, params: { ...params } }, [at], shape)
    const [top, right] = [Math.min(g.back, h - 1), Math.min(g.kernel[0] - 1, w - 1)]
    const share = g.rate / 10
    if (op === 'larger' && h * w * c <= 300) put('upSampling2d', { size: g.strides }, [h * g.strides[0], w * g.strides[1], c])
    else if (op === 'larger' || op === 'crop') put('cropping2d', { height: [top, 0], width: [0, right] }, [h - top, w - right, c])
    else if (op === 'turn') {
      const dims = TURNS[g.filters % TURNS.length] ?? []
      put('permute', { dims }, dims.map(axis => same[axis - 1] ?? 0) as unknown as Image)
    } else if (op === 'rescale') put('rescaling', { scale: (g.rate - 4.5) / 2, offset: share })
    else if (op === 'leaky') put('leakyRelu', { negativeSlope: share })
    else if (op === 'noise') put('gaussianNoise', { stddev: share })
    else if (op === 'noiseFactor') put('gaussianDropout', { rate: share })
    else if (op === 'alphaDropout') put('alphaDropout', { rate: share })
    else this.put({ type: 'prelu', params: { sharedAxes: SHARED[g.filters % SHARED.length] }, frozen: g.frozen === 0 }, [at], same)
  }

  private kind({ kind }: Gene): string {
    return !this.smooth || SMOOTH.includes(kind) ? kind : 'tanh'
  }

  private conv(g: Gene, at: number, [h, w]: Image): void {
    const dilated = g.dilation.some(d => d > 1)
    const strides: readonly [number, number] = dilated ? [1, 1] : g.strides
    const [sh, sw] = strides
    const span = (i: 0 | 1) => (g.kernel[i] - 1) * g.dilation[i] + 1
    const same = g.same || span(0) > h || span(1) > w
    const length = (size: number, i: 0 | 1, step: number) => Math.ceil((same ? size : size - span(i) + 1) / step)
    const brick = conv(g.filters, g.kernel, {
      ...{ strides, dilationRate: g.dilation, padding: same ? 'same' : 'valid' },
      ...{ activation: this.kind(g), useBias: g.bias },
    })
    this.put({ ...brick, frozen: g.frozen === 0 }, [at], [length(h, 0, sh), length(w, 1, sw), g.filters])
  }

  /** Convolutions that keep channels apart first; frozen ones pay no penalty. */
  private apart(g: Gene, op: 'depthwise' | 'separable', at: number, [h, w, c]: Image): void {
    const same = g.same || g.kernel[0] > h || g.kernel[1] > w
    const length = (size: number, i: 0 | 1) => Math.ceil((same ? size : size - g.kernel[i] + 1) / g.strides[i])
    const common = { kernelSize: g.kernel, strides: g.strides, padding: same ? 'same' : 'valid', activation: this.kind(g), useBias: g.bias }
    const [own, channels] =
      op === 'separable' ? [{ filters: g.filters, l2: g.rate / 100 }, g.filters] : [{ depthMultiplier: g.back + 1 }, c * (g.back + 1)]
    const brick = { type: op === 'separable' ? 'separableConv2d' : 'depthwiseConv2d', params: { ...common, ...own } }
    this.put({ ...brick, frozen: g.frozen === 0 }, [at], [length(h, 0), length(w, 1), channels])
  }

  private transpose(g: Gene, at: number, [h, w]: Image): void {
    const length = (size: number, i: 0 | 1) => size * g.strides[i] + (g.same ? 0 : Math.max(g.kernel[i] - g.strides[i], 0))
    const size = [length(h, 0), length(w, 1)] as const
    if (size[0] * size[1] > LARGEST) return
    const params = { kernelSize: g.kernel, strides: g.strides, padding: g.same ? 'same' : 'valid', filters: g.filters, l2: g.rate / 1000 }
    const brick = { type: 'conv2dTranspose', params: { ...params, activation: this.kind(g), useBias: g.bias } }
    this.put({ ...brick, frozen: g.frozen === 0 }, [at], [...size, g.filters])
  }

  /** Of two values or fewer hardly more than a sign is left, and its gradient is all rounding. */
  private layerNorm(g: Gene, at: number, shape: Image): void {
    if (shape[2] > 2)
      this.put({ type: 'layerNormalization', params: { scale: g.bias, center: g.same }, frozen: g.frozen === 0 }, [at], shape)
  }

  private pool(g: Gene, at: number, [h, w, c]: Image): void {
    const [kh, kw] = [Math.min(g.kernel[0], h), Math.min(g.kernel[1], w)]
    const max = g.max && !this.smooth
    const { same } = g
    const length = (size: number, window: number, step: number) => Math.ceil((same ? size : size - window + 1) / step)
    const params = { poolSize: [kh, kw], strides: g.strides, padding: same ? 'same' : 'valid' }
    const shape: Image = [length(h, kh, g.strides[0]), length(w, kw, g.strides[1]), c]
    this.put({ type: max ? 'maxPooling2d' : 'averagePooling2d', params }, [at], shape)
  }

  /** Joins with another tensor that fits, or with one made for it. */
  private join(g: Gene, type: string, at: number, [h, w, c]: Image): void {
    const sideBySide = type === 'concatenate'
    const fits = ([oh, ow, oc]: Image) => oh === h && ow === w && (sideBySide || oc === c)
    const others = this.tensors.filter(other => other.at !== at && fits(other.shape))
    const found = others[g.back % Math.max(1, others.length)]
    const filters = sideBySide ? g.filters : c
    const made = { at: -1, shape: [h, w, filters] as Image }
    const other = found ?? { ...made, at: this.add(conv(filters, g.kernel, { padding: 'same', activation: this.kind(g) }), [at]) }
    this.put({ type }, [at, other.at], [h, w, sideBySide ? c + other.shape[2] : c])
  }
}

/** Random networks that branch and join: convolutions, pools, normalisations, activations, noise, merges and moves. */
export const randomNetwork = ({ layers = 5, side = 12, smooth = false } = {}): fc.Arbitrary<readonly Brick[]> =>
  fc
    .tuple(
      fc.tuple(fc.integer({ min: 4, max: side }), fc.integer({ min: 4, max: side }), small(7)),
      fc.array(gene, { minLength: 1, maxLength: layers }),
    )
    .map(([shape, genes]) => {
      const garden = new Garden(shape, smooth)
      for (const g of genes) garden.grow(g)
      return garden.finish()
    })
