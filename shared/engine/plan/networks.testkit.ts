import fc from 'fast-check'
import { ACTIVATIONS } from '../../layers/lib/activations.ts'
import type { Brick, Case } from './wasm/oracle.testkit.ts'

/** Layers of test networks. */
export const input = (...shape: number[]): Brick => ({ type: 'input', params: { shape } })
export const dense = (units: number, activation = 'linear', more = {}): Brick => ({ type: 'dense', params: { units, activation, ...more } })
export const conv = (filters: number, kernelSize: readonly [number, number], more = {}): Brick => ({
  type: 'conv2d',
  params: { filters, kernelSize, activation: 'linear', ...more },
})
export const norm = (more = {}): Brick => ({ type: 'batchNormalization', params: more })
export const activation = (kind: string): Brick => ({ type: 'activation', params: { activation: kind } })
export const flatten: Brick = { type: 'flatten' }
export const softmax: Brick = dense(4, 'softmax')

/** Activations that are no part of another operation. */
export const CURVED = ACTIVATIONS.filter(kind => kind !== 'linear' && kind !== 'relu')

/** Networks whose gradients every executor has to get right. */
export const networks: Readonly<Record<string, readonly Brick[]>> = {
  'a convolution with a stride': [input(9, 8, 3), conv(5, [3, 3], { strides: [2, 2], padding: 'same' }), conv(6, [3, 3]), flatten, softmax],
  'unequal kernel and stride': [
    input(11, 13, 2),
    conv(5, [2, 3], { activation: 'relu' }),
    conv(4, [3, 2], { strides: [2, 3], padding: 'same' }),
    flatten,
    softmax,
  ],
  'strides, dilation and odd sizes': [
    input(14, 19, 2),
    conv(4, [3, 2], { strides: [2, 3], padding: 'same', activation: 'relu' }),
    conv(3, [2, 2], { dilationRate: [2, 1] }),
    conv(4, [1, 2], { strides: [2, 3] }),
    flatten,
    softmax,
  ],
  'a stride that skips pixels': [
    input(10, 11, 2),
    conv(4, [1, 1], { activation: 'relu' }),
    conv(3, [2, 2], { strides: [3, 3] }),
    flatten,
    softmax,
  ],
  'tiles of six for kernels of 2 to 5': [
    input(15, 13, 1),
    conv(9, [3, 3], { activation: 'relu', padding: 'same' }),
    conv(8, [2, 2], { activation: 'relu', padding: 'same' }),
    conv(11, [3, 3], { activation: 'relu' }),
    conv(10, [4, 4], { padding: 'same', useBias: false }),
    conv(12, [5, 5], { activation: 'relu' }),
    flatten,
    softmax,
  ],
  'pools that overlap, with gaps, and at the edges': [
    input(11, 10, 3),
    conv(5, [3, 3], { activation: 'relu', padding: 'same' }),
    { type: 'maxPooling2d', params: { poolSize: [3, 3], strides: [2, 2], padding: 'same' } },
    { type: 'averagePooling2d', params: { poolSize: [3, 2], strides: [1, 1] } },
    { type: 'maxPooling2d', params: { poolSize: [1, 2], strides: [2, 3] } },
    flatten,
    softmax,
  ],
  'a residual block': [
    input(8, 8, 3),
    conv(9, [3, 3], { padding: 'same', useBias: false }),
    norm(),
    activation('relu'),
    conv(9, [3, 3], { padding: 'same', useBias: false }),
    norm({ momentum: 0.9, epsilon: 1e-5 }),
    { type: 'add', from: [3, 5] },
    activation('relu'),
    { type: 'globalAveragePooling2d', params: {} },
    softmax,
  ],
  'branches side by side': [
    input(7, 7, 2),
    conv(5, [3, 3], { padding: 'same', activation: 'relu' }),
    { ...conv(3, [1, 1], { activation: 'relu' }), from: [1] },
    { ...conv(4, [3, 3], { padding: 'same', activation: 'tanh' }), from: [1] },
    { type: 'concatenate', from: [2, 3, 1] },
    { type: 'zeroPadding2d', params: { height: [1, 2], width: [0, 1] } },
    conv(4, [3, 3], { strides: [2, 2] }),
    flatten,
    softmax,
  ],
  'activations as layers of their own': [
    input(7, 6, 2),
    conv(5, [3, 3]),
    { type: 'relu' },
    conv(6, [2, 2]),
    { type: 'relu', params: { maxValue: 6 } },
    conv(6, [2, 2]),
    { type: 'elu' },
    { type: 'globalMaxPooling2d' },
    { type: 'softmax' },
    softmax,
  ],
  'sequences, and their largest values': [
    input(17, 3),
    { type: 'conv1d', params: { filters: 6, kernelSize: 4, activation: 'relu' } },
    { type: 'maxPooling1d', params: { poolSize: 3, strides: 2, padding: 'same' } },
    { type: 'conv1d', params: { filters: 9, kernelSize: 2, strides: 2, padding: 'same', useBias: false, activation: 'tanh' } },
    { type: 'globalMaxPooling1d' },
    softmax,
  ],
  'sequences, and their means': [
    input(12, 2),
    dense(7, 'relu'),
    { type: 'conv1d', params: { filters: 10, kernelSize: 3, padding: 'same' } },
    { type: 'averagePooling1d', params: { poolSize: 3, strides: 1 } },
    { type: 'dropout', params: { rate: 0.2 } },
    { type: 'conv1d', params: { filters: 4, kernelSize: 1, activation: 'softmax' } },
    { type: 'globalAveragePooling1d' },
    softmax,
  ],
  'channels for themselves': [
    input(9, 11, 5),
    { type: 'depthwiseConv2d', params: { kernelSize: [3, 3], padding: 'same', activation: 'relu' } },
    { type: 'depthwiseConv2d', params: { kernelSize: [3, 3], strides: [2, 2], padding: 'same', useBias: false } },
    norm(),
    activation('relu6'),
    conv(10, [1, 1], { activation: 'relu' }),
    { type: 'depthwiseConv2d', params: { kernelSize: [5, 2], strides: [1, 3], padding: 'same', activation: 'tanh' } },
    flatten,
    softmax,
  ],
  'several kernels for each channel': [
    input(12, 19, 3),
    conv(3, [2, 2], { activation: 'relu' }),
    { type: 'depthwiseConv2d', params: { kernelSize: [3, 3], depthMultiplier: 3 } },
    { type: 'depthwiseConv2d', params: { kernelSize: [2, 4], strides: [3, 2], depthMultiplier: 2, activation: 'relu' } },
    flatten,
    softmax,
  ],
  'separable convolutions': [
    input(9, 10, 4),
    { type: 'separableConv2d', params: { filters: 9, padding: 'same', activation: 'relu', l1: 0.01, l2: 0.02 } },
    { type: 'separableConv2d', params: { filters: 6, kernelSize: [2, 3], strides: [2, 2], useBias: false, l2: 0.01 } },
    { type: 'separableConv2d', params: { filters: 5, kernelSize: [1, 3], strides: [3, 3], padding: 'same', l2: 0.1 }, frozen: true },
    flatten,
    softmax,
  ],
  'transposed convolutions': [
    input(3, 4, 3),
    { type: 'conv2dTranspose', params: { filters: 6, kernelSize: [3, 3], strides: [2, 2], padding: 'same', activation: 'relu', l2: 0.01 } },
    { type: 'conv2dTranspose', params: { filters: 3, kernelSize: [3, 2], useBias: false } },
    { type: 'conv2dTranspose', params: { filters: 4, kernelSize: [1, 2], strides: [2, 3], padding: 'same' }, frozen: true },
    conv(3, [3, 3], { strides: [3, 3] }),
    { type: 'conv2dTranspose', params: { filters: 2, kernelSize: [2, 3], strides: [3, 2], activation: 'tanh' } },
    flatten,
    softmax,
  ],
  'layer normalisation': [
    input(6, 5, 2),
    conv(7, [3, 3], { activation: 'relu' }),
    { type: 'layerNormalization' },
    { type: 'layerNormalization', params: { scale: false, epsilon: 0.01 } },
    conv(3, [1, 1]),
    { type: 'layerNormalization', params: { center: false }, frozen: true },
    flatten,
    dense(70, 'tanh'),
    { type: 'layerNormalization', params: { center: false, scale: false } },
    softmax,
  ],
  'words by their vectors': [
    input(6),
    { type: 'embedding', params: { inputDim: 9, outputDim: 5 } },
    { type: 'conv1d', params: { filters: 6, kernelSize: 3, activation: 'tanh' } },
    { type: 'globalAveragePooling1d' },
    { type: 'embedding', params: { inputDim: 12, outputDim: 3 }, from: [0] },
    flatten,
    { type: 'embedding', params: { inputDim: 9, outputDim: 1 }, from: [0], frozen: true },
    flatten,
    { type: 'concatenate', from: [3, 5, 7] },
    softmax,
  ],
  'frozen layers': [
    input(6, 6, 2),
    conv(4, [3, 3], { padding: 'same' }),
    { ...norm(), frozen: true },
    { ...conv(5, [3, 3], { activation: 'relu' }), frozen: true },
    flatten,
    softmax,
  ],
  'dropout of pixels and of values': [
    input(6, 5, 2),
    conv(7, [3, 3], { activation: 'relu' }),
    { type: 'dropout', params: { rate: 0.3 } },
    flatten,
    dense(20, 'tanh'),
    { type: 'dropout', params: { rate: 0.6 } },
    softmax,
  ],
  'merges of every kind': [
    input(5, 4, 3),
    conv(3, [2, 2], { padding: 'same' }),
    conv(3, [3, 3], { padding: 'same', activation: 'relu' }),
    conv(3, [1, 1], { padding: 'same' }),
    { type: 'maximum', from: [1, 2, 3, 0] },
    activation('relu'),
    { type: 'minimum', from: [5, 1, 3] },
    { type: 'average', from: [6, 2, 1] },
    { type: 'multiply', from: [6, 7, 3] },
    activation('relu'),
    { type: 'multiply', from: [9, 9] },
    { type: 'maximum', from: [10, 10] },
    { ...flatten, from: [11] },
    softmax,
  ],
  'values in other places': [
    input(7, 6, 3),
    conv(5, [2, 2], { activation: 'relu' }),
    { type: 'cropping2d', params: { height: [1, 2], width: [2, 0] } },
    { type: 'upSampling2d', params: { size: [2, 3] } },
    { type: 'permute', params: { dims: [3, 1, 2] } },
    conv(4, [2, 2], { activation: 'relu' }),
    { type: 'permute', params: { dims: [2, 1, 3] } },
    { type: 'cropping2d', params: { height: [0, 2], width: [0, 0] } },
    { type: 'permute', params: { dims: [1, 2, 3] } },
    { type: 'cropping2d', params: { height: [1, 0], width: [1, 1] } },
    flatten,
    softmax,
  ],
  'a row repeated': [
    input(6),
    dense(5, 'relu'),
    { type: 'repeatVector', params: { n: 4 } },
    { type: 'permute' },
    dense(3, 'tanh'),
    { type: 'permute' },
    flatten,
    softmax,
  ],
  'one channel, larger': [
    input(4, 3, 1),
    { type: 'upSampling2d', params: { size: [1, 2] } },
    conv(1, [2, 2], { activation: 'relu' }),
    { type: 'upSampling2d', params: { size: [3, 2] } },
    { type: 'cropping2d', params: { height: [2, 2], width: [4, 5] } },
    flatten,
    softmax,
  ],
  'dot products of vectors': [
    input(7),
    dense(12, 'relu'),
    { ...dense(12), from: [0] },
    { type: 'dot', from: [1, 2] },
    { type: 'dot', params: { normalize: true }, from: [1, 2] },
    { type: 'reshape', params: { targetShape: [3, 4] }, from: [1] },
    { type: 'reshape', params: { targetShape: [3, 4] }, from: [2] },
    { type: 'dot', from: [5, 6] },
    { type: 'dot', params: { axes: 1, normalize: true }, from: [6, 5] },
    { type: 'reshape', params: { targetShape: [1, 12] }, from: [2] },
    { type: 'dot', params: { axes: 1 }, from: [5, 5] },
    { type: 'dot', params: { normalize: true }, from: [9, 1] },
    { type: 'dot', from: [2, 9] },
    { ...flatten, from: [7] },
    { ...flatten, from: [8] },
    { ...flatten, from: [10] },
    { type: 'concatenate', from: [3, 4, 11, 12, 13, 14, 15] },
    softmax,
  ],
  'vectors too short for length 1, and gated ones': [
    input(4),
    { type: 'rescaling', params: { scale: 1e-5 } },
    dense(3, 'linear', { useBias: false }),
    { ...dense(3), from: [0] },
    { type: 'dot', params: { normalize: true }, from: [2, 3] },
    ...[4, 4, 6, 6].map(units => ({ ...dense(units, 'relu'), from: [0] })),
    { type: 'dot', from: [5, 6] },
    { type: 'dot', params: { normalize: true }, from: [7, 8] },
    { type: 'concatenate', from: [4, 9, 10] },
    softmax,
  ],
  'slopes below 0': [
    input(6, 5, 3),
    { type: 'rescaling', params: { scale: 0.5, offset: 0.1 } },
    conv(6, [2, 2]),
    { type: 'prelu', params: { sharedAxes: [1, 2] } },
    conv(6, [2, 2], { activation: 'relu' }),
    { type: 'rescaling', params: { scale: -2, offset: 0.3 } },
    { type: 'prelu', params: { sharedAxes: [1, 3] } },
    { type: 'leakyRelu', params: { negativeSlope: 0.2 } },
    { type: 'prelu' },
    { type: 'prelu', params: { sharedAxes: [2, 1, 3] } },
    { type: 'prelu', params: { sharedAxes: [2] }, frozen: true },
    flatten,
    dense(7),
    { type: 'leakyRelu' },
    { type: 'prelu' },
    softmax,
  ],
  'noise of every kind': [
    input(5, 6, 2),
    { type: 'gaussianNoise', params: { stddev: 0.5 } },
    conv(7, [2, 2], { activation: 'relu' }),
    { type: 'gaussianDropout', params: { rate: 0.4 } },
    { type: 'gaussianNoise', params: { stddev: 0.2 } },
    flatten,
    dense(21, 'relu'),
    { type: 'gaussianNoise', params: { stddev: 1.5 } },
    { type: 'alphaDropout', params: { rate: 0.3 } },
    dense(9, 'selu'),
    { type: 'alphaDropout', params: { rate: 0.6 } },
    softmax,
  ],
  'features of a sequence dropped': [
    input(9, 3),
    { type: 'conv1d', params: { filters: 6, kernelSize: 2, activation: 'relu' } },
    { type: 'spatialDropout1d', params: { rate: 0.4 } },
    { type: 'conv1d', params: { filters: 5, kernelSize: 2 } },
    { type: 'spatialDropout1d', params: { rate: 0.3 } },
    flatten,
    softmax,
  ],
  'every activation, and a sum of many': [
    input(6),
    ...CURVED.map(kind => ({ ...dense(5, kind), from: [0] })),
    { type: 'add', from: CURVED.map((_, i) => i + 1) },
    softmax,
  ],
}

/** Every loss, with every layout of targets that it takes. */
export const lossCases: Readonly<Record<string, Case>> = {
  'cross-entropy without softmax': { bricks: [input(5), dense(6, 'relu'), dense(4, 'sigmoid')] },
  'binary cross-entropy of one output': {
    bricks: [input(5), dense(6, 'relu'), dense(1, 'sigmoid')],
    loss: 'binaryCrossentropy',
    targets: 'binary',
  },
  'binary cross-entropy per class': { bricks: [input(5), dense(4, 'sigmoid')], loss: 'binaryCrossentropy' },
  'binary cross-entropy without sigmoid': { bricks: [input(5), dense(4, 'softmax')], loss: 'binaryCrossentropy' },
  'mean squared error of values': { bricks: [input(5), dense(6, 'tanh'), dense(3)], loss: 'meanSquaredError', targets: 'values' },
  'mean squared error of classes': { bricks: [input(5), dense(4, 'softmax')], loss: 'meanSquaredError' },
}

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
