import type * as tfjs from '@tensorflow/tfjs'
import type { BuildContext, Call } from '../define.ts'
import { p } from '../params.ts'

const penalty = (label: string, what: string) =>
  p.float({
    label,
    help: `Adds this times the sum of ${what} to the loss while training, which keeps weights small; 0 for none.`,
    default: 0,
    min: 0,
    max: 10,
    step: 0.001,
    advanced: true,
  })

/** The two penalties on kernels: the sum of absolute values (L1) and of squares (L2). */
export const regulariserParams = {
  l1: penalty('L1 of kernel', 'the absolute values of the kernel'),
  l2: penalty('L2 of kernel', 'the squares of the kernel'),
}

interface Penalties {
  readonly l1: number
  readonly l2: number
}

/** The penalty on the kernel in the words of a training plan; none at all without one. */
export const planPenalty = ({ l1, l2 }: Penalties): { readonly penalty?: Penalties } =>
  isPenalised({ l1, l2 }) ? { penalty: { l1, l2 } } : {}

/** True when there is a penalty. */
const isPenalised = ({ l1, l2 }: Penalties): boolean => l1 > 0 || l2 > 0

type Regularizer = ReturnType<typeof tfjs.regularizers.l1l2>

/** The penalties as arguments of these names for the tfjs layer. */
export const regularisers = <K extends string>(v: Penalties, { tf }: BuildContext, ...keys: K[]): { [key in K]?: Regularizer } => {
  const wanted = isPenalised(v) ? keys : []
  return Object.fromEntries(wanted.map(key => [key, tf.regularizers.l1l2({ l1: v.l1, l2: v.l2 })])) as { [key in K]?: Regularizer }
}

/** The Keras regulariser, or null without penalties. */
export const kerasRegulariser = ({ l1, l2 }: Penalties): Call | null =>
  isPenalised({ l1, l2 }) ? { name: 'keras.regularizers.L1L2', args: { ...(l1 > 0 ? { l1 } : {}), ...(l2 > 0 ? { l2 } : {}) } } : null
