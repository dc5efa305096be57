import { chain } from './engine.testkit.ts'

/** A convolution with batch normalisation. */
export const withNorm = chain(
  [
    ['in', 'input', { shape: [8, 8, 1] }],
    ['conv', 'conv2d', { filters: 6, kernelSize: [3, 3], padding: 'same', useBias: false }],
    ['norm', 'batchNormalization', { momentum: 0.8 }],
    ['act', 'activation', { activation: 'relu' }],
    ['pool', 'globalAveragePooling2d'],
    ['out', 'dense', { units: 3, activation: 'softmax' }],
  ],
  { batchSize: 16, epochs: 3, learningRate: 0.01 },
)

/** Layers that keep channels apart, make images larger and normalise each sample. */
export const apart = chain(
  [
    ['in', 'input', { shape: [8, 8, 1] }],
    ['up', 'conv2dTranspose', { filters: 4, strides: [2, 2], padding: 'same', activation: 'relu', l2: 0.001 }],
    ['mix', 'separableConv2d', { filters: 6, strides: [2, 2], l1: 0.001, l2: 0.001 }],
    ['norm', 'layerNormalization'],
    ['deep', 'depthwiseConv2d', { depthMultiplier: 2, activation: 'tanh' }],
    ['flat', 'flatten'],
    ['out', 'dense', { units: 3, activation: 'softmax' }],
  ],
  { batchSize: 16, epochs: 2, learningRate: 0.01, optimizer: 'momentum' },
)
