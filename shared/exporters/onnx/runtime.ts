import type * as tfjs from '@tensorflow/tfjs'
import type { Tensor } from 'onnxruntime-web'
import type { Libraries } from '../../engine/libraries.ts'
import { sizeOf } from '../../layers/shape.ts'
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

/** Multiply-adds of one pass, which takes around a second and cannot be interrupted. */
const PASS = 4e9

/** Values of several samples for one input, `[count, ...shape]`. */
type Values = Float32Array

/** The passes laid end to end, output by output. */
const laidOut = (passes: readonly Float32Array[][], outputs: number): Float32Array[] =>
  Array.from({ length: outputs }, (_, i) => {
    const parts = passes.map(pass => pass[i] ?? new Float32Array())
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    parts.reduce((at, part) => {
      all.set(part, at)
      return at + part.length
    }, 0)
    return all
  })

/** Lets timers of the thread run, so that others see that it lives. */
const pause = (): Promise<void> => new Promise(resolve => void setTimeout(resolve, 0))

/** Loads a file as any program with ONNX Runtime would, from its bytes and nothing else; `multiplyAdds` is what one sample costs. */
export const openOnnx = async (
  libraries: Libraries,
  file: Uint8Array,
  { inputs, outputs }: { readonly inputs: readonly Border[]; readonly outputs: readonly Border[] },
  multiplyAdds = 0,
): Promise<Running> => {
  const ort = await libraries.onnxruntime()
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] })
  const most = Math.max(1, Math.floor(PASS / Math.max(1, multiplyAdds)))
  const pass = async (values: readonly Values[], start: number, count: number): Promise<Float32Array[]> => {
    const feeds: Record<string, Tensor> = {}
    inputs.forEach(({ name, shape }, i) => {
      const size = sizeOf(shape)
      feeds[name] = new ort.Tensor('float32', values[i]?.slice(start * size, (start + count) * size) ?? [], [count, ...shape])
    })
    const results = await session.run(feeds)
    return Promise.all(outputs.map(async ({ name }) => (await results[name]?.getData()) as Float32Array))
  }
  const feed = async (values: readonly Values[], count: number): Promise<Float32Array[]> => {
    const passes: Float32Array[][] = []
    for (let start = 0; start < count; start += most) {
      passes.push(await pass(values, start, Math.min(most, count - start)))
      await pause()
    }
    return laidOut(passes, outputs.length)
  }
  return {
    run: async probes => feed(await Promise.all(probes.map(async t => Float32Array.from(await t.data()))), probes[0]?.shape[0] ?? 0),
    predict: async (data, count) => (await feed([data], count))[0] ?? new Float32Array(),
    close: () => session.release(),
  }
}
