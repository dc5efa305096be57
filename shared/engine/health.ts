import type * as tfjs from '@tensorflow/tfjs'
import { type Issue, issue, toIssue } from '../result.ts'
import type { NamedWeight } from './protocol.ts'
import type { EngineTf, Tf } from './tf.ts'
import { nodeOfWeight } from './weights.ts'

const broken = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return true
  return false
}

/** Node of the first weight that is not finite, or null. */
export const brokenWeight = (weights: readonly NamedWeight[]): string | null => {
  const found = weights.find(weight => broken(weight.values))
  return found ? nodeOfWeight(found.name) : null
}

interface Place {
  readonly node: string
  readonly what: 'weights' | 'output' | 'size'
}

/** First layer, in the order of computation, whose weights or outputs for these inputs are not finite; the last when only the loss is not. */
export const findBroken = async (tf: Tf, model: tfjs.LayersModel, x: tfjs.Tensor): Promise<Place | null> => {
  const layers = model.layers.filter(layer => layer.getClassName() !== 'InputLayer')
  const watching = tf.model({ inputs: model.inputs, outputs: layers.map(layer => layer.output as tfjs.SymbolicTensor) })
  const outputs = [watching.apply(x, { training: false }) as tfjs.Tensor | tfjs.Tensor[]].flat()
  try {
    for (const [i, layer] of layers.entries()) {
      for (const weight of layer.weights) if (broken(await weight.read().data())) return { node: layer.name, what: 'weights' }
      if (outputs[i] && broken(await outputs[i].data())) return { node: layer.name, what: 'output' }
    }
    const last = layers.at(-1)
    return last ? { node: last.name, what: 'size' } : null
  } finally {
    tf.dispose(outputs)
  }
}

const PLACES = { weights: 'The first to break are the weights', output: 'The first to break is the output', size: 'The output' } as const

/** Says in words where a training went wrong and what helps. */
export const brokenIssue = (loss: number, step: number, place: Place | null): Issue => {
  const value = Number.isNaN(loss) ? 'not a number' : Number.isFinite(loss) ? `${loss}, below zero` : 'infinite'
  const where = place ? ` ${PLACES[place.what]} of "${place.node}"${place.what === 'size' ? ' is too large for the loss' : ''}.` : ''
  const message = `The loss became ${value} at step ${step}.${where} Training stopped and the last good weights are back; a smaller learning rate usually helps.`
  return issue('train/not-finite', message, { ...(place ? { node: place.node } : {}), where: `step ${step}`, received: String(loss) })
}

/** What a lost graphics device means for whoever used it. */
export const DEVICE_LOST: Issue = issue('engine/device-lost', 'The graphics device was lost.')

const tellsOfLoss = (message: string): boolean => /device.{0,20}lost|lost.{0,20}device/i.test(message)
/** How much later than what fails for it a loss may be told, ms. */
const LATE = 200

/** An error of the engine as an issue. That of a lost graphics device is called that, whatever tfjs says of it, which may be nothing. */
export const engineIssue = async (error: unknown, code: string, { device }: Pick<EngineTf, 'device'>): Promise<Issue> => {
  const found = toIssue(error, code)
  if (tellsOfLoss(found.message)) return DEVICE_LOST
  const lost = device?.()?.lost.then(() => true)
  const late = new Promise<boolean>(resolve => {
    setTimeout(() => resolve(false), LATE)
  })
  return lost && (await Promise.race([lost, late])) ? DEVICE_LOST : found
}
