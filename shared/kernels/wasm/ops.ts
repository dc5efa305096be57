/** How an argument of a kernel is passed: a byte address or count as int32, or a float32. */
export type ArgKind = 'i' | 'f'

const list = <const N extends string>(names: N): Readonly<Record<Words<N>, 'i'>> =>
  Object.fromEntries(names.split(' ').map(name => [name, 'i'])) as Record<Words<N>, 'i'>
type Words<N extends string> = N extends `${infer Head} ${infer Rest}` ? Head | Words<Rest> : N

const patch = 'segments perRow segment pieceRow pieceCol'
const pool = 'x H W C FH FW SH SW top left OH OW'

/**
 * Every kernel and its arguments in their order, and the file in `kernels/asm` that holds it. The dispatcher in WebAssembly is generated from this table,
 * and the jobs of a plan are written by it, so the two cannot disagree.
 */
export const KERNELS = {
  multiply: { file: 'gemm', args: list(`x positions width imageStep rowStep colStep ${patch} weights out N bias mode gate`) },
  scatter: {
    file: 'gemm',
    args: list('dy positions width channels weights pieces perRow segment pieceRow pieceCol dx imageStep rowStep colStep gate'),
  },
  transposeWeights: { file: 'gemm', args: list('w taps inner N flip panelStep tapStep out') },
  filterGradient: {
    file: 'filterGrad',
    args: list(`x height width imageStep rowStep colStep ${patch} dy N batch parts dw db partStep`),
  },
  denseGradient: { file: 'filterGrad', args: list('x rows inner dy N dw') },
  columnSums: { file: 'filterGrad', args: list('dy rows N out') },
  sumParts: { file: 'filterGrad', args: list('first parts partStep n out') },
  winogradFilter: { file: 'winograd', args: list('w r inner N out') },
  winogradTranspose: { file: 'winograd', args: list('u inner N out') },
  winogradForward: { file: 'winograd', args: list('x H W C top left r OH OW N batch group u bias relu y') },
  winogradGradient: {
    file: 'winograd',
    args: list('x H W C top left r dy OH OW N batch group parts ut dx gate du db partStep'),
  },
  winogradFilterGradient: { file: 'winograd', args: list('du parts partStep r inner N dw') },
  depthwise: { file: 'depthwise', args: list(`${pool} w bias relu y`) },
  depthwiseInputGradient: { file: 'depthwise', args: list('dy H W C FH FW SH SW top left OH OW w dx gate') },
  depthwiseFilterGradient: { file: 'depthwise', args: list(`${pool} dy batch parts dw db partStep`) },
  repeatChannels: { file: 'depthwise', args: list('x C times out') },
  sumChannels: { file: 'depthwise', args: list('x C times out gate') },
  maxPool: { file: 'pool', args: list(`${pool} y`) },
  maxPoolGradient: { file: 'pool', args: list(`${pool} y dy dx relu covers`) },
  averagePool: { file: 'pool', args: list(`${pool} y`) },
  averagePoolGradient: { file: 'pool', args: list('H W C FH FW SH SW top left OH OW dy dx gate') },
  pad: { file: 'layout', args: list('x H W C top left PH PW out') },
  crop: { file: 'layout', args: list('x PH PW C top left H W out gate') },
  copyRows: { file: 'layout', args: list('x xStep out outStep count') },
  gather: { file: 'layout', args: list('data indices count out') },
  finishRows: { file: 'layout', args: list('x C bias relu') },
  move: { file: 'layout', args: list('x size start d0 d1 d2 d3 d4 s0 s1 s2 s3 s4 y back gate') },
  merge: { file: 'elementwise', args: list('kind a b n out gate relu') },
  handOn: { file: 'elementwise', args: list('x y left n dx gate rest') },
  rescale: { file: 'elementwise', args: { ...list('x n'), scale: 'f', offset: 'f', ...list('out gate') } },
  leaky: { file: 'elementwise', args: { ...list('x size slopes'), slope: 'f', ...list('y') } },
  leakyGradient: { file: 'elementwise', args: { ...list('x dy size slopes'), slope: 'f', ...list('dx gate') } },
  leakySlopes: { file: 'elementwise', args: list('x dy size batch out') },
  dot: { file: 'dot', args: list('a aSize aStep aAlong b bSize bStep bAlong length rows columns out outStep outAlong gate') },
  unit: { file: 'dot', args: list('x size count step along length y') },
  unitGradient: { file: 'dot', args: list('x y dy size count step along length dx gate') },
  dropout: {
    file: 'random',
    args: { ...list('x n out clock salt'), keep: 'f', scale: 'f', offset: 'f', dropped: 'f', ...list('gate') },
  },
  dropoutSteps: { file: 'random', args: { ...list('x steps C out clock salt'), keep: 'f', scale: 'f', ...list('gate') } },
  noise: { file: 'random', args: { ...list('x n out clock salt'), deviation: 'f', ...list('times gate') } },
  activate: { file: 'activation', args: list('kind z n y') },
  activateGradient: { file: 'activation', args: list('kind z dy n dz gate') },
  softmax: { file: 'activation', args: list('z C y') },
  softmaxGradient: { file: 'activation', args: list('y dy C dz gate') },
  normSums: { file: 'norm', args: list('x rows C parts out') },
  normFinish: {
    file: 'norm',
    args: {
      ...list('x sums parts rows C gamma beta'),
      epsilon: 'f',
      momentum: 'f',
      ...list('movingMean movingVariance stats affine'),
    },
  },
  normMoving: { file: 'norm', args: { ...list('C gamma beta'), epsilon: 'f', ...list('movingMean movingVariance affine') } },
  normApply: { file: 'norm', args: list('x C affine relu y') },
  normGradientSums: { file: 'norm', args: list('x dy rows C parts stats out') },
  normGradientFinish: { file: 'norm', args: list('sums parts rows C gamma stats dGamma dBeta coefficients') },
  normGradientApply: { file: 'norm', args: list('x dy C stats coefficients dx gate') },
  scaleColumns: { file: 'norm', args: list('x C factor out gate') },
  layerNorm: { file: 'layerNorm', args: { ...list('x C gamma beta'), epsilon: 'f', ...list('stats y') } },
  layerNormGradient: { file: 'layerNorm', args: list('x dy rows C parts gamma stats dx gate dGamma dBeta partStep') },
  lookUp: { file: 'embedding', args: list('x table words width out') },
  lookUpGradient: { file: 'embedding', args: list('x count dy block words width dw') },
  loss: { file: 'loss', args: list('kind layout z C targets rows p d losses hits') },
  tally: { file: 'loss', args: list('losses hits rows totals') },
  update: { file: 'optimizer', args: list('kind w g s t n hyper') },
  penalise: { file: 'optimizer', args: { ...list('w g n'), l1: 'f', l2: 'f' } },
  penaltySums: { file: 'optimizer', args: { ...list('w n out'), l1: 'f', l2: 'f' } },
  addPenalties: { file: 'optimizer', args: list('sums blocks rows totals') },
  squares: { file: 'optimizer', args: list('g n out') },
  clipGradient: { file: 'optimizer', args: { ...list('g n sums'), norm: 'f', limit: 'f' } },
} as const satisfies Record<string, { readonly file: string; readonly args: Readonly<Record<string, ArgKind>> }>

/** Name of a kernel. */
export type KernelId = keyof typeof KERNELS

/** Arguments of a kernel by name: byte addresses, counts and numbers. */
export type ArgsOf<K extends KernelId> = { readonly [A in keyof (typeof KERNELS)[K]['args']]: number }

/** Kernels in the order of their numbers. */
export const KERNEL_IDS = Object.keys(KERNELS) as readonly KernelId[]
