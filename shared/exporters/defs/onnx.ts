import type { Verification } from '../../engine/protocol.ts'
import { p } from '../../layers/params.ts'
import { fail, ok, type Result, toIssue } from '../../result.ts'
import { type DataFacts, defineExporter, type ExportInput } from '../define.ts'
import { checkGraph, checkWeights } from '../guard.ts'
import { modelParts } from '../onnx/file.ts'
import type { OnnxGraph } from '../onnx/graph.ts'
import { lower } from '../onnx/lower.ts'
import { joined } from '../onnx/protobuf.ts'
import { openOnnx, type Running } from '../onnx/runtime.ts'
import { PRECISIONS, type Precision } from '../precision.ts'
import { judge, verifyRun } from '../verify.ts'

/** Most bytes that a protocol buffer may have. */
const LARGEST = 2 ** 31 - 1

/** What a program needs to feed the network and to name its answers: `(raw − mean) / deviation` per channel, and the classes in their order. */
const factsOf = ({ classes, scaling }: DataFacts): Record<string, string> => ({
  scaling: JSON.stringify(scaling),
  ...(classes.length > 0 ? { classes: JSON.stringify(classes) } : {}),
})

const graphOf = (input: ExportInput, precision: Precision): Result<OnnxGraph> => {
  const lowered = lower(input, precision)
  if (!lowered.ok) return lowered
  const { project, data } = input
  return ok({
    ...lowered.value,
    name: project.name || 'network',
    doc: 'Images and sequences go in and come out with channels last, as in Keras: [batch, height, width, channels].',
    metadata: { weights: precision, ...(data ? factsOf(data) : {}) },
  })
}

const tooLarge = (bytes: number): Result<never> =>
  fail(
    'export/too-large',
    `The ONNX file would take ${(bytes / 2 ** 30).toFixed(1)} GiB, but the format ends at 2: write the weights as float16 or int8, or make the network smaller.`,
    { expected: `at most ${LARGEST} bytes`, received: `${bytes} bytes` },
  )

/** Compares the file, run by ONNX Runtime, with the model it was made from. */
const prove = async (input: ExportInput, running: Running, precision: Precision, runtime: string): Promise<Result<Verification>> => {
  const found = await verifyRun(runtime, input.model, input.probes, () => running.run(input.probes))
  if (precision === 'float32') return judge(found)
  const [before, after] = [await input.score(input.model), await input.score(running.predict)]
  const accuracy = before && after ? { accuracy: { before: before.accuracy, after: after.accuracy, samples: after.samples } } : {}
  return judge({ ...found, rounded: precision, ...accuracy })
}

/** ONNX: one file that ONNX Runtime and most other tools read, proven by running it. */
export const onnx = defineExporter({
  id: 'onnx',
  title: 'ONNX',
  doc: 'One file for ONNX Runtime and other tools; it takes the same input as here, [batch, height, width, channels], and transposes it inside to channels first.',
  extension: '.onnx',
  params: {
    precision: p.choice({
      label: 'Weights',
      help: 'How kernels are stored: as they are, as half floats (half the size), or as 8-bit numbers per channel (a quarter of it).',
      values: PRECISIONS,
      default: 'float32',
    }),
  },
  needsWeights: true,
  run: async (input, { precision }) => {
    for (const check of [checkGraph(input.resolved), checkWeights(input)]) if (!check.ok) return check
    const graph = graphOf(input, precision)
    if (!graph.ok) return graph
    const parts = modelParts(graph.value)
    if (parts.length > LARGEST) return tooLarge(parts.length)
    const bytes = joined(parts)
    try {
      const { versions } = (await input.libraries.onnxruntime()).env
      const running = await openOnnx(input.libraries, bytes, graph.value, input.resolved.totals.multiplyAdds)
      try {
        const verified = await prove(input, running, precision, `onnxruntime-web ${versions.web ?? versions.common}`)
        return verified.ok ? ok({ files: [{ path: 'model.onnx', bytes }], verified: verified.value }) : verified
      } finally {
        await running.close()
      }
    } catch (error) {
      return fail(
        'export/not-proven',
        `The ONNX file could not be tried with ONNX Runtime, so nothing was written: ${toIssue(error).message.replace(/\.*$/, '')}.`,
      )
    }
  },
})
