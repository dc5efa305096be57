import type * as tfjs from '@tensorflow/tfjs'

/** The seed of the next draw: with a fixed one every step would draw the same; counting on keeps runs repeatable and draws fresh. */
export const nextSeed = (layer: object): number => ('seed' in layer && typeof layer.seed === 'number' ? layer.seed + 1 : 0)

/**
 * Gives a tfjs layer that draws from no seed one that it counts on at every training step, and `draw` as what it then does to its input;
 * otherwise the input passes unchanged.
 */
export const seededNoise = (
  layer: tfjs.layers.Layer,
  { tf, seed }: { readonly tf: typeof tfjs; readonly seed: number },
  draw: (x: tfjs.Tensor, seed: number) => tfjs.Tensor,
): tfjs.layers.Layer => {
  Object.assign(layer, { seed })
  layer.call = (inputs, kwargs) => {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfjs.Tensor
    if (!kwargs.training) return x
    const next = nextSeed(layer)
    Object.assign(layer, { seed: next })
    return tf.tidy(() => draw(x, next))
  }
  return layer
}
