import { describe, expect, test } from 'vitest'
import { parseParams } from '../../../layers/params.ts'
import { layers } from '../../../layers/registry.ts'
import { sizeOf } from '../../../layers/shape.ts'
import { unwrap } from '../../../result.ts'
import { dense, flatten, input, softmax } from '../networks.testkit.ts'
import { type Brick, openBoth, worst } from './oracle.testkit.ts'

const INDICES = Int32Array.from([7, 2, 11, 4])
/** Largest relative error allowed; all single precision, tfjs sums in double. */
const CLOSE = 1e-5
/** Values of the largest cases that are trained. */
const LARGEST = 700

type Def = (typeof layers)[number]

/** The layer between others that learn, each input from one of its own; or right behind the data, if it looks something up. */
const around = (def: Def, { input: shapes, params }: Def['cases'][number]): readonly Brick[] => {
  const bricks: Brick[] = [def.type === 'embedding' ? input(...(shapes[0] ?? [])) : input(5)]
  const sources = shapes.map(shape => {
    if (def.type === 'embedding') return 0
    bricks.push({ ...dense(sizeOf(shape), 'tanh'), from: [0] })
    if (shape.length > 1) bricks.push({ type: 'reshape', params: { targetShape: shape } })
    return bricks.length - 1
  })
  const output = unwrap(def.shape(unwrap(def.input.accept(shapes)), parseParams(def.params, params).values))
  const row = output.length === 1 ? [] : [flatten]
  return [...bricks, { type: def.type, params, from: sources }, ...row, softmax]
}

const hasPlan = (def: Def, { input: shapes, params }: Def['cases'][number]): boolean => {
  const values = parseParams(def.params, params).values
  return def.plan?.(unwrap(def.input.accept(shapes)), values) != null
}

describe('Every documented case of a layer with a plan has the gradients of tfjs', () => {
  for (const def of layers)
    for (const [i, given] of def.cases.entries())
      if (def.build && given.input.reduce((sum, shape) => sum + sizeOf(shape), 0) <= LARGEST && hasPlan(def, given))
        test(`${def.type}, case ${i + 1}`, async () => {
          const both = await openBoth({ bricks: around(def, given) }, { threads: 2 })
          const wanted = await both.tfjsStep(INDICES)
          const { loss } = both.run.step(INDICES, 0.01)
          const off = worst(both.run.getGradients(), wanted.gradients)
          both.close()
          expect(loss / INDICES.length).toBeCloseTo(wanted.loss, 4)
          expect(off.off, off.name).toBeLessThan(CLOSE)
        })
})
