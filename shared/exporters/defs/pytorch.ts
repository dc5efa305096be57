import type { ExportedFile, NamedWeight } from '../../engine/protocol.ts'
import { p } from '../../layers/params.ts'
import { sizeOf } from '../../layers/shape.ts'
import { encodeSafetensors } from '../../project/safetensors.ts'
import { ok, type Result } from '../../result.ts'
import { defineExporter, type ExportInput } from '../define.ts'
import { checkGraph, checkWeights } from '../guard.ts'
import { torchShape, toTorch } from '../pytorch/layout.ts'
import { type TorchLayer, torchLayers, torchSlots, torchZeros } from '../pytorch/plan.ts'
import { torchSource } from '../pytorch/source.ts'
import { trainSource } from '../pytorch/train.ts'
import { outputsOf } from '../verify.ts'

/** Most bytes of one probe tensor that travel with the export. */
const PROBE_BYTES = 2 ** 22

const REQUIREMENTS = 'torch>=1.13\nnumpy\nsafetensors\n'

const text = (path: string, source: string): ExportedFile => ({ path, bytes: new TextEncoder().encode(source) })

/** Weights as the state dict has them. */
const stateOf = ({ weights }: ExportInput, layers: readonly TorchLayer[]): NamedWeight[] => {
  const byName = new Map(weights.map(w => [w.name, w.values]))
  const state = torchSlots(layers).map(({ key, name, spec, weight }) => ({
    name: key,
    shape: torchShape(weight, spec.shape),
    values: toTorch(weight, spec.shape, byName.get(name) ?? new Float32Array()),
  }))
  const zeros = [...torchZeros(layers)].map(([name, shape]) => ({ name, shape, values: new Float32Array(sizeOf(shape)) }))
  return [...state, ...zeros]
}

/** Some of the probes and what the model makes of them, laid out as in Netloom, for `python model.py --verify`. */
const probeOf = async ({ tf, model, probes }: ExportInput): Promise<NamedWeight[]> => {
  const few = probes.map(probe => {
    const bytes = (4 * probe.size) / Math.max(probe.shape[0] ?? 1, 1)
    return Math.min(probe.shape[0] ?? 0, Math.max(1, Math.floor(PROBE_BYTES / bytes)))
  })
  const count = Math.min(...few)
  const inputs = probes.map(probe => tf.slice(probe, 0, count))
  const outputs = outputsOf(model, inputs)
  const named = (kind: string) => async (tensor: (typeof inputs)[number], i: number) => ({
    name: `${kind}_${i}`,
    shape: tensor.shape,
    values: Float32Array.from(await tensor.data()),
  })
  const found = await Promise.all([...inputs.map(named('input')), ...outputs.map(named('output'))])
  for (const tensor of [...inputs, ...outputs]) tensor.dispose()
  return found
}

/** Every file of the export, for a network that can be built and whose weights are complete. */
export const torchFiles = async (input: ExportInput, training: boolean): Promise<Result<readonly ExportedFile[]>> => {
  const layers = torchLayers(input.resolved)
  if (!layers.ok) return layers
  const script = training ? trainSource(input, layers.value) : ok(null)
  if (!script.ok) return script
  return ok([
    text('model.py', torchSource(input.resolved, layers.value)),
    { path: 'model.safetensors', bytes: encodeSafetensors(stateOf(input, layers.value)) },
    { path: 'probe.safetensors', bytes: encodeSafetensors(await probeOf(input)) },
    text('requirements.txt', REQUIREMENTS),
    ...(script.value === null ? [] : [text('train.py', script.value)]),
  ])
}

/** Source of a PyTorch module with its weights; it cannot be run here, so the proof travels with it. */
export const pytorch = defineExporter({
  id: 'pytorch',
  title: 'PyTorch',
  doc: 'Readable PyTorch source with its weights as safetensors; `python model.py --verify` compares it with the network here.',
  extension: '-pytorch',
  params: {
    training: p.bool({
      label: 'Training script',
      help: 'Adds train.py, which goes on training on your data with the settings of this project, on one machine or on many.',
      default: false,
    }),
  },
  needsWeights: true,
  run: async (input, { training }) => {
    for (const check of [checkGraph(input.resolved), checkWeights(input)]) if (!check.ok) return check
    const files = await torchFiles(input, training)
    return files.ok ? ok({ files: files.value, verified: null }) : files
  },
})
