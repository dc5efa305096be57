import type { BuildContext } from '../define.ts'
import { p } from '../params.ts'

/** Initial values of kernels, by their tfjs name. */
export const INITIALISERS = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'leCunUniform',
  'leCunNormal',
  'randomUniform',
  'randomNormal',
  'truncatedNormal',
  'zeros',
  'ones',
] as const
export type Initialiser = (typeof INITIALISERS)[number]

type TfInitializer = ReturnType<BuildContext['tf']['initializers']['zeros']>

/** The parameter of layers with a kernel. */
export const initialiserParam = p.choice({
  label: 'Kernel initializer',
  help: 'How the kernel is filled before training: Glorot suits tanh and softmax, He suits relu.',
  values: INITIALISERS,
  default: 'glorotUniform',
  advanced: true,
})

/** The parameter of layers with two kernels that are filled alike. */
export const depthwiseInitialiserParam = p.choice({ ...initialiserParam, label: 'Depthwise initializer', default: 'glorotUniform' })

/** The tfjs initialiser; the same seed gives the same values. */
export const initialiser = (id: Initialiser, { tf, seed }: BuildContext): TfInitializer => {
  switch (id) {
    case 'zeros':
    case 'ones':
      return tf.initializers[id]()
    case 'randomUniform':
      return tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed })
    case 'randomNormal':
    case 'truncatedNormal':
      return tf.initializers[id]({ mean: 0, stddev: 0.05, seed })
    default:
      return tf.initializers[id]({ seed })
  }
}

/** Keras's name, e.g. `glorot_uniform`. */
export const kerasInitialiser = (id: Initialiser): string =>
  id.replace('leCun', 'lecun').replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
