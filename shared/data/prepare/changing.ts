import type { Augmentation } from '../../graph/document.ts'
import { sizeOf } from '../../layers/shape.ts'
import { ok, type Result } from '../../result.ts'
import type { Part, PreparedData } from '../prepared.ts'
import { augmenter, augments, checkAugmentation } from './augment.ts'

/** Pictures that are changed between two looks at whoever may want something else. */
const AT_A_TIME = 500

/** Training pictures that look different in each epoch. */
export interface ChangingPart {
  /** The part as it is in the current epoch; its inputs are rewritten in place. */
  readonly part: Part
  /** Changes all pictures for an epoch, from the originals; ends early when told to. */
  change(epoch: number, pace: { breathe(): Promise<void>; stopping?(): boolean }): Promise<void>
}

/** Makes a copy of the training part that can be augmented epoch by epoch; null when nothing is to be changed. */
export const changingPart = (data: PreparedData, wanted: Augmentation, seed: number): Result<ChangingPart | null> => {
  if (!augments(wanted)) return ok(null)
  const allowed = checkAugmentation(wanted, data.kind, data.source)
  if (!allowed.ok) return allowed
  const size = sizeOf(data.shape)
  const inputs = data.train.inputs.slice()
  const { write } = augmenter(data, wanted, seed)
  return ok({
    part: { ...data.train, inputs },
    async change(epoch, pace) {
      for (let i = 0; i < data.train.count; i++) {
        write(data.train, i, epoch, inputs, i * size)
        if (i % AT_A_TIME !== AT_A_TIME - 1) continue
        await pace.breathe()
        if (pace.stopping?.()) return
      }
    },
  })
}
