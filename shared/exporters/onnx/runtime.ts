import type * as tfjs from '@tensorflow/tfjs'
import type { Tensor } from 'onnxruntime-web'
import type { Libraries } from '../../engine/libraries.ts'
import type { Predict } from '../define.ts'
import type { Border } from './graph.ts'

/** An ONNX file, loaded by ONNX Runtime. */
export interface Running {
  /** Every output for one tensor `[samples, ...shape]` per input. */
  run(probes: readonly tfjs.Tensor[]): Promise<Float32Array[]>
  /** The same for a network of one input and one output. */
  readonly predict: Predict
  close(): Promise<void>
}

type Shape = readonly number[]

/** Loads a file as any program with ONNX Runtime would, from its bytes and nothing else. */
export const openOnnx = async (
  libraries: Libraries,
  file: Uint8Array,
  inputs: readonly Border[],
  outputs: readonly Border[],
): Promise<Running> => {
  const ort = await libraries.onnxruntime()
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] })
  const feed = async (values: readonly { readonly data: Float32Array; readonly shape: Shape }[]): Promise<Float32Array[]> => {
    const feeds: Record<string, Tensor> = {}
    values.forEach(({ data, shape }, i) => {
      feeds[inputs[i]?.name ?? ''] = new ort.Tensor('float32', data, shape)
    })
    const results = await session.run(feeds)
    return Promise.all(outputs.map(async ({ name }) => (await results[name]?.getData()) as Float32Array))
  }
  return {
    run: async probes => feed(await Promise.all(probes.map(async t => ({ data: Float32Array.from(await t.data()), shape: t.shape })))),
    predict: async (data, count) => (await feed([{ data, shape: [count, ...(inputs[0]?.shape ?? [])] }]))[0] ?? new Float32Array(),
    close: () => session.release(),
  }
}
