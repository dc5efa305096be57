import type { NamedWeight } from '../../engine/protocol.ts'
import { nodeOfWeight } from '../../engine/weights.ts'
import type { WeightSpec } from '../../layers/define.ts'
import { dims, type Shape, sameShape, sizeOf } from '../../layers/shape.ts'
import { fail, type Issue, issue, ok, type Result } from '../../result.ts'
import type { Translated } from './graph.ts'
import { quoted } from './topology.ts'

/** One tensor of a layer as the file holds it; read only once its shape is known to be wanted. */
export interface StoredWeight {
  /** Path below the layer, e.g. `kernel` or `forward_lstm/lstm_cell/kernel`. */
  readonly name: string
  readonly shape: Shape
  read(): Result<Float32Array>
}

/** All tensors of a layer, in the order of the file; null when the file does not know the layer. */
export type FindWeights = (layer: string) => Result<readonly StoredWeight[]>

/** Values that all weights together may have (400 MB as float32), so that reading them leaves room for the model. */
const MOST_VALUES = 100_000_000

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
const directionOf = (name: string): string => /forward|backward/.exec(name)?.[0] ?? ''

const sameName = (spec: WeightSpec, stored: StoredWeight): boolean =>
  lastPart(spec.name) === lastPart(stored.name) && directionOf(spec.name) === directionOf(stored.name)

/** The stored tensor for each wanted one: by name where names agree, else one after another. */
const pairs = (specs: readonly WeightSpec[], stored: readonly StoredWeight[]): readonly (readonly [WeightSpec, StoredWeight])[] | null => {
  if (specs.length !== stored.length) return null
  const named = specs.map(spec => stored.filter(s => sameName(spec, s)))
  const byName = named.every(found => found.length === 1)
  return specs.flatMap((spec, i) => {
    const found = byName ? named[i]?.[0] : stored[i]
    return found ? [[spec, found] as const] : []
  })
}

const readLayer = (
  layer: string,
  node: string,
  specs: readonly WeightSpec[],
  stored: readonly StoredWeight[],
): Result<readonly NamedWeight[]> => {
  const found = pairs(specs, stored)
  if (!found)
    return fail(
      'import/weights-count',
      `The file holds ${stored.length} weight tensors for the layer ${quoted(layer)}, but it has ${specs.length}: file and network do not belong together.`,
    )
  const weights: NamedWeight[] = []
  for (const [spec, { shape, read }] of found) {
    if (!sameShape(spec.shape, shape))
      return fail(
        'import/weights-shape',
        `The ${lastPart(spec.name)} of the layer ${quoted(layer)} is ${dims(shape)} in the file, but must be ${dims(spec.shape)}: file and network do not belong together.`,
        { expected: dims(spec.shape), received: dims(shape) },
      )
    const values = read()
    if (!values.ok) return values
    if (values.value.length !== sizeOf(shape))
      return fail(
        'import/weights-shape',
        `The ${lastPart(spec.name)} of the layer ${quoted(layer)} holds ${values.value.length} values instead of ${sizeOf(shape)}.`,
      )
    weights.push({ name: `${node}/${spec.name}`, shape: spec.shape, values: values.value })
  }
  return ok(weights)
}

const notFinite = (weights: readonly NamedWeight[], { project }: Translated): readonly Issue[] => {
  const bad = weights.find(w => !w.values.every(Number.isFinite))
  if (!bad) return []
  const id = nodeOfWeight(bad.name)
  const name = project.graph.nodes.find(n => n.id === id)?.name ?? id
  return [
    issue(
      'import/not-finite',
      `The weights of ${quoted(name)} hold values that are not numbers, so its answers will not be numbers either.`,
      { severity: 'warning', node: id },
    ),
  ]
}

/** Reads the weights of every known layer in the order of the graph; those of placeholders stay behind. `pause` is called between layers. */
export const readWeights = async (
  translated: Translated,
  find: FindWeights,
  pause: () => Promise<void>,
): Promise<Result<{ readonly weights: readonly NamedWeight[]; readonly notes: readonly Issue[] }>> => {
  const { resolved, nodes } = translated
  if (resolved.totals.parameters > MOST_VALUES)
    return fail(
      'import/too-many-parameters',
      `The network has ${resolved.totals.parameters} parameters; at most ${MOST_VALUES} can be opened.`,
    )
  const weights: NamedWeight[] = []
  const unknownShapes: string[] = []
  for (const [layer, node] of nodes) {
    const entry = resolved.nodes.get(node)
    if (!entry?.def?.weights) continue
    if (!entry.output) {
      unknownShapes.push(layer)
      continue
    }
    if (entry.weights.length === 0) continue
    const stored = find(layer)
    if (!stored.ok) return stored
    const read = readLayer(layer, node, entry.weights, stored.value)
    if (!read.ok) return read
    weights.push(...read.value)
    await pause()
  }
  const notes = unknownShapes.length
    ? [
        issue(
          'import/weights-behind',
          `The weights of ${unknownShapes.slice(0, 3).map(quoted).join(', ')} were left out, because a layer before is not known and so their shapes are not.`,
          { severity: 'warning' },
        ),
      ]
    : []
  return ok({ weights, notes: [...notes, ...notFinite(weights, translated)] })
}
