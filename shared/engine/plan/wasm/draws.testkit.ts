import * as tf from '@tensorflow/tfjs'
import { mixSeed } from '../../../rng.ts'

/** 32 random bits of the kernels (`kernels/asm/random.ts`). */
const bitsOf = (i: number, key: number): number => {
  let h = (Math.imul(i, 0x9e3779b1) + key) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad) >>> 0
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97) >>> 0
  return (h ^ (h >>> 15)) >>> 0
}

const keyOf = (seed: number, id: string, step: number): number =>
  (Math.imul(step ^ mixSeed(seed, 'dropout', id), 0x2c1b3c6d) + 0x297a2d39) | 0

/** What a plan multiplies the values of a dropout layer by in this step, from 1: 0, or 1 / (1 − rate). */
export const dropoutMask = (seed: number, id: string, step: number, rate: number, count: number): Float32Array => {
  const key = keyOf(seed, id, step)
  const keep = Math.fround(1 - rate)
  return Float32Array.from({ length: count }, (_, i) => (bitsOf(i, key) < Math.trunc(Math.fround(keep * 4294967040)) ? 1 / keep : 0))
}

/** The share of normal numbers below z, to about 1e-10: its power series. */
export const normalShare = (z: number): number => {
  let [sum, term] = [z, z]
  for (let n = 1; Math.abs(term) > 1e-12 * Math.abs(sum); n++) {
    term *= (z * z) / (2 * n + 1)
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

/** Normal numbers that a plan draws for a layer in this step: those below which lies a random share, found by halving. */
export const normalsOf = (seed: number, id: string, step: number, count: number): Float32Array => {
  const key = keyOf(seed, id, step)
  return Float32Array.from({ length: count }, (_, i) => {
    const share = ((bitsOf(i, key) >>> 9) + 0.5) / 2 ** 23
    let [low, high] = [-6, 6]
    while (high - low > 1e-8) {
      const middle = (low + high) / 2
      if (normalShare(middle) < share) low = middle
      else high = middle
    }
    return low
  })
}

const numberOf = (layer: tf.layers.Layer, key: string): number => Number((layer as unknown as Readonly<Record<string, unknown>>)[key])

/** What layers that draw do to their input while they are trained: as tfjs says, with what plans draw. */
const DRAWN: Readonly<Record<string, (x: tf.Tensor, layer: tf.layers.Layer, seed: number, step: number) => tf.Tensor>> = {
  Dropout: (x, layer, seed, step) => tf.mul(x, tf.tensor(dropoutMask(seed, layer.name, step, numberOf(layer, 'rate'), x.size), x.shape)),
  SpatialDropout1D(x, layer, seed, step) {
    const [batch = 0, , features = 0] = x.shape
    return tf.mul(x, tf.tensor(dropoutMask(seed, layer.name, step, numberOf(layer, 'rate'), batch * features), [batch, 1, features]))
  },
  AlphaDropout(x, layer, seed, step) {
    const rate = numberOf(layer, 'rate')
    const kept = tf.tensor(dropoutMask(seed, layer.name, step, rate, x.size).map(Math.sign), x.shape)
    const floor = -1.7580993408473766
    const factor = 1 / Math.sqrt((1 - rate) * (1 + rate * floor ** 2))
    return tf.add(tf.mul(tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), floor)), factor), -factor * floor * rate)
  },
  GaussianNoise: (x, layer, seed, step) =>
    tf.add(x, tf.mul(tf.tensor(normalsOf(seed, layer.name, step, x.size), x.shape), numberOf(layer, 'stddev'))),
  GaussianDropout(x, layer, seed, step) {
    const rate = numberOf(layer, 'rate')
    const normals = tf.tensor(normalsOf(seed, layer.name, step, x.size), x.shape)
    return tf.mul(x, tf.add(1, tf.mul(normals, Math.sqrt(rate / (1 - rate)))))
  },
}

/** Lets a layer of tfjs draw what plans draw. */
export const drawAlike = (layer: tf.layers.Layer, seed: number, step: () => number): void => {
  const draw = DRAWN[layer.getClassName()]
  if (!draw) return
  layer.call = (inputs, { training }) =>
    tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor
      return training ? draw(x, layer, seed, step()) : tf.clone(x)
    })
}
