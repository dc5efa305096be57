import type { CallValue, WeightSpec } from '../../layers/define.ts'
import { INITIALISERS, type Initialiser } from '../../layers/lib/initialisers.ts'
import { type Shape, sizeOf } from '../../layers/shape.ts'
import { type TorchLayer, torchSlots } from './plan.ts'

/** How a weight is filled: the way, and its limit, deviation or value. */
type Filling = readonly [way: 'uniform' | 'normal' | 'truncated' | 'orthogonal' | 'constant' | 'forget', size: number]

/** Deviation of a normal distribution that is cut off at twice its deviation. */
const CUT = 0.87962566103423978

/** Numbers of values that feed one output, and that one input feeds, as Keras counts them. */
const fans = (shape: Shape): { into: number; outOf: number } => {
  const positions = sizeOf(shape.slice(0, -2))
  return { into: positions * (shape.at(-2) ?? shape.at(-1) ?? 1), outOf: positions * (shape.at(-1) ?? 1) }
}

const FILLINGS: Readonly<Record<Initialiser, (fan: ReturnType<typeof fans>) => Filling>> = {
  glorotUniform: ({ into, outOf }) => ['uniform', Math.sqrt(6 / (into + outOf))],
  glorotNormal: ({ into, outOf }) => ['truncated', Math.sqrt(2 / (into + outOf)) / CUT],
  heUniform: ({ into }) => ['uniform', Math.sqrt(6 / into)],
  heNormal: ({ into }) => ['truncated', Math.sqrt(2 / into) / CUT],
  leCunUniform: ({ into }) => ['uniform', Math.sqrt(3 / into)],
  leCunNormal: ({ into }) => ['truncated', Math.sqrt(1 / into) / CUT],
  randomUniform: () => ['uniform', 0.05],
  randomNormal: () => ['normal', 0.05],
  truncatedNormal: () => ['truncated', 0.05],
  zeros: () => ['constant', 0],
  ones: () => ['constant', 1],
}

const isInitialiser = (value: unknown): value is Initialiser => INITIALISERS.some(id => id === value)

const fillingOf = ({ name, shape }: WeightSpec, params: Readonly<Record<string, unknown>>): Filling => {
  if (name.endsWith('recurrent_kernel')) return ['orthogonal', 1]
  if (name.endsWith('bias') && (params.unitForgetBias === true || name.includes('_lstm/'))) return ['forget', 1]
  if (/(^|\/)(bias|beta|moving_mean|alpha)$/.test(name)) return ['constant', 0]
  if (/^(gamma|moving_variance)$/.test(name)) return ['constant', 1]
  const chosen = Object.entries(params).find(([key]) => key.endsWith('Initializer'))?.[1]
  return FILLINGS[isInitialiser(chosen) ? chosen : 'glorotUniform'](fans(shape))
}

/** How the weights of a network begin, by their keys; frozen layers keep theirs. */
export const initialRows = (layers: readonly TorchLayer[]): CallValue[] =>
  layers
    .filter(({ entry }) => !entry.node.frozen)
    .flatMap(layer => torchSlots([layer]).map(({ key, spec }) => [key, ...fillingOf(spec, layer.entry.params)]))
