import type { NamedWeight } from '../engine/protocol.ts'
import { blankProject, type ProjectFile } from '../graph/document.ts'

const node = (id: string, type: string, params: Record<string, unknown>) => ({
  id,
  type,
  name: id,
  params,
  position: { x: 0, y: 0 },
  bypassed: false,
  frozen: false,
})

/** A network of two inputs and three dense units: weights `dense_1/kernel` 2×3 and `dense_1/bias` 3. */
export const smallProject: ProjectFile = {
  ...blankProject('small'),
  graph: {
    nodes: [node('input_1', 'input', { shape: [2] }), node('dense_1', 'dense', { units: 3 })],
    wires: [{ id: 'w1', from: 'input_1', to: 'dense_1' }],
    frames: [],
    notes: [],
  },
}

/** Weights that fit `smallProject`, with the values that JSON or careless copying would lose: NaN with a payload, ±∞, −0 and the least positive number. */
export const oddWeights = (): readonly NamedWeight[] => {
  const kernel = new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1.4e-45, 0.1])
  new Uint32Array(kernel.buffer)[0] = 0x7fc0beef
  return [
    { name: 'dense_1/kernel', shape: [2, 3], values: kernel },
    { name: 'dense_1/bias', shape: [3], values: new Float32Array([1, 2, 3]) },
  ]
}

/** The bits of float32 values, for comparing exactly. */
export const bits = (values: Float32Array): number[] => [...new Uint32Array(values.slice().buffer)]
