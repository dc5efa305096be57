import type { ExportedFile, NamedWeight } from '../../engine/protocol.ts'
import { fromTorch, torchShape } from '../../exporters/pytorch/layout.ts'
import { torchLayers, torchSlots, torchZeros } from '../../exporters/pytorch/plan.ts'
import type { Resolved } from '../../graph/resolved.ts'
import { dims, type Shape, sameShape } from '../../layers/shape.ts'
import { decodeSafetensors } from '../../project/safetensors.ts'
import { fail, ok, type Result } from '../../result.ts'
import { defineImporter, type ImportInput } from '../define.ts'

const ENDING = '.safetensors'
/** The file that PyTorch exports and training scripts write. */
const MAIN = 'model.safetensors'

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const isCounter = (name: string): boolean => name.endsWith('.num_batches_tracked')
const quoted = (name: string): string => `“${name.slice(0, 80)}”`

/** Length of the header, then a JSON object. */
const looksRight = ({ bytes }: ExportedFile): boolean => {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  return length >= 2n && length <= BigInt(bytes.length - 8)
}

/** The one file of weights among those chosen: `model.safetensors` where there are several, as beside its probe. */
const chosen = (files: readonly ExportedFile[]): ExportedFile | undefined => {
  const found = files.filter(file => file.path.toLowerCase().endsWith(ENDING) || (files.length === 1 && looksRight(file)))
  return found.length === 1 ? found[0] : found.find(file => baseName(file.path) === MAIN)
}

/** Where a tensor of a file goes. */
interface Place {
  /** `<node>/<weight>`. */
  readonly name: string
  /** Shape in the file. */
  readonly shape: Shape
  /** Values as they lie here, from those of the file. */
  read(values: Float32Array): Float32Array
}

/** Every name that a file may give to a weight of this network: Netloom's own, and PyTorch's key. */
const placesOf = (resolved: Resolved): { places: Map<string, Place>; zeros: ReadonlyMap<string, Shape> } => {
  const places = new Map<string, Place>()
  for (const id of resolved.order) {
    const entry = resolved.nodes.get(id)
    for (const { name, shape } of entry && !entry.node.bypassed ? entry.weights : [])
      places.set(`${id}/${name}`, { name: `${id}/${name}`, shape, read: values => values })
  }
  const layers = torchLayers(resolved)
  if (!layers.ok) return { places, zeros: new Map() }
  for (const { key, name, spec, weight } of torchSlots(layers.value))
    places.set(key, { name, shape: torchShape(weight, spec.shape), read: values => fromTorch(weight, spec.shape, values) })
  return { places, zeros: torchZeros(layers.value) }
}

const refuse = (message: string, where: string): Result<never> => fail('import/weights-differ', message, { where })

/** Puts one tensor in its place, or says why it has none. */
const placed = (tensor: NamedWeight, { places, zeros }: ReturnType<typeof placesOf>): Result<NamedWeight | null> => {
  const { name, shape, values } = tensor
  const bad = values.findIndex(value => !Number.isFinite(value))
  if (bad >= 0) return refuse(`The weights ${quoted(name)} hold ${values[bad]} at place ${bad}, which no network can compute with.`, name)
  const still = zeros.get(name)
  if (still && values.every(value => value === 0)) return ok(null)
  if (still) return refuse(`The weights ${quoted(name)} must all be 0, because the layer here has no such offset, but they are not.`, name)
  const place = places.get(name)
  if (!place)
    return refuse(
      `The file holds weights named ${quoted(name)}, but no layer of the open network has them: open the network they belong to.`,
      name,
    )
  if (!sameShape(place.shape, shape))
    return refuse(`The weights ${quoted(name)} are ${dims(shape)}, but ${place.name} in the open network wants ${dims(place.shape)}.`, name)
  return ok({ name: place.name, shape, values: place.read(values) })
}

const matched = (tensors: readonly NamedWeight[], resolved: Resolved): Result<readonly NamedWeight[]> => {
  const known = placesOf(resolved)
  const found = new Map<string, Float32Array>()
  for (const tensor of tensors) {
    const weight = placed(tensor, known)
    if (!weight.ok) return weight
    if (weight.value && found.has(weight.value.name))
      return refuse(`The file holds ${weight.value.name} twice, under two names.`, tensor.name)
    if (weight.value) found.set(weight.value.name, weight.value.values)
  }
  const weights: NamedWeight[] = []
  for (const id of resolved.order) {
    const entry = resolved.nodes.get(id)
    for (const { name, shape } of entry && !entry.node.bypassed ? entry.weights : []) {
      const values = found.get(`${id}/${name}`)
      if (!values)
        return refuse(`The file holds no ${name} for “${entry?.node.name || id}”, so it does not belong to the open network.`, id)
      weights.push({ name: `${id}/${name}`, shape, values })
    }
  }
  return ok(weights)
}

/** Weights alone, for the open network: as Netloom keeps them, or as PyTorch wrote them after training elsewhere. */
export const safetensors = defineImporter({
  id: 'safetensors',
  title: 'Weights (safetensors)',
  extensions: [ENDING],
  matches: files => {
    const file = chosen(files)
    return file !== undefined && looksRight(file)
  },
  run: async ({ files, open }: ImportInput) => {
    const file = chosen(files)
    if (!file) return fail('import/no-weights', `There is no single ${ENDING} file among these, nor one named ${MAIN}: choose one.`)
    if (!open) return fail('import/no-network', `${baseName(file.path)} holds weights alone: open the network they belong to first.`)
    const tensors = decodeSafetensors(file.bytes, isCounter)
    if (!tensors.ok) return tensors
    const weights = matched(tensors.value, open.resolved)
    return weights.ok ? ok({ project: open.project, weights: weights.value, notes: [] }) : weights
  },
})
