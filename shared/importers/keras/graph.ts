import { datasets } from '../../data/catalogue.ts'
import { DEFAULT_DATA, DEFAULT_TRAINING, type LossId, type ProjectFile } from '../../graph/document.ts'
import { MAX_NAME, MAX_NODES } from '../../graph/limits.ts'
import { orderOf } from '../../graph/order.ts'
import { parseProject } from '../../graph/parse.ts'
import { resolve } from '../../graph/resolve.ts'
import type { Resolved } from '../../graph/resolved.ts'
import { layerOf } from '../../layers/registry.ts'
import { sameShape } from '../../layers/shape.ts'
import { fail, type Issue, ok, type Result } from '../../result.ts'
import { note, withInput } from './inputs.ts'
import { type ReadLayer, readLayer } from './layer.ts'
import { type ForeignLayer, quoted, type Topology } from './topology.ts'

/** A network in Netloom's terms, without weights. */
export interface Translated {
  readonly project: ProjectFile
  readonly resolved: Resolved
  /** Node of each layer of the file, by the layer's name. */
  readonly nodes: ReadonlyMap<string, string>
  readonly notes: readonly Issue[]
}

interface LooseNode {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly params: Readonly<Record<string, unknown>>
  readonly frozen: boolean
  readonly bypassed: boolean
}

/** Names must be there once, every source must exist, and nothing may go round in a circle: the loaders of tfjs would never come back from that. */
const checkGraph = ({ layers, outputs }: Topology): Result<null> => {
  if (layers.length > MAX_NODES)
    return fail('import/too-many-layers', `The file has ${layers.length} layers; at most ${MAX_NODES} can be opened.`)
  const names = new Set<string>()
  for (const { name } of layers) {
    if (names.has(name)) return fail('import/duplicate-layer', `The file has two layers named ${quoted(name)}.`)
    names.add(name)
  }
  for (const { name, sources } of [...layers, { name: 'the output', sources: outputs }]) {
    const missing = sources.find(source => !names.has(source))
    if (missing !== undefined)
      return fail('import/dangling', `The file is damaged: ${quoted(name)} comes from ${quoted(missing)}, but there is no such layer.`)
    if (new Set(sources).size < sources.length && name !== 'the output')
      return fail('import/same-source-twice', `The layer ${quoted(name)} takes the same output twice, which Netloom cannot draw.`)
  }
  const wires = layers.flatMap(({ name, sources }) => sources.map(from => ({ id: '', from, to: name })))
  const { stuck } = orderOf({ nodes: layers.map(l => ({ id: l.name })) as never, wires, frames: [], notes: [] })
  return stuck.length > 0
    ? fail(
        'import/cycle',
        `The layers of the file form a loop at ${stuck.slice(0, 3).map(quoted).join(', ')}, so it is not a network that can be opened.`,
      )
    : ok(null)
}

/** Ids made from names: letters, digits, `_`, `.` and `-`, each once. */
const idsOf = (layers: readonly ForeignLayer[]): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  return new Map(
    layers.map(({ name }) => {
      const base =
        name
          .normalize('NFKD')
          .replace(/[^A-Za-z0-9_.-]+/g, '_')
          .replace(/^[_.-]+/, '')
          .slice(0, 60) || 'layer'
      let id = base
      for (let n = 2; taken.has(id); n++) id = `${base}_${n}`
      taken.add(id)
      return [name, id] as const
    }),
  )
}

/** A placeholder keeps the class name and every setting, so that nothing of the file is lost. */
const placeholderType = (className: string): string => (layerOf(className) || className === '' ? `keras/${className}` : className)

interface Read {
  readonly layer: ForeignLayer
  readonly id: string
  readonly read: ReadLayer
  /** True for a Flatten to which a row arrives: Keras lets it do nothing, here it is bypassed. */
  readonly idle?: boolean
}

const nodeOf = ({ layer, id, read, idle }: Read): LooseNode => ({
  id,
  type: read.kind === 'known' ? read.def.type : placeholderType(layer.className),
  name: layer.name.slice(0, MAX_NAME),
  params: read.kind === 'known' ? read.params : layer.config,
  bypassed: read.kind === 'unknown' ? read.passes === true : idle === true,
  frozen: layer.config.trainable === false && (read.kind === 'unknown' || read.def.weights !== undefined),
})

/** What was left out, one note for each kind of thing. */
const notesOf = (reads: readonly Read[]): readonly Issue[] => {
  const left = reads.flatMap(({ layer, read }) =>
    read.kind === 'known' && read.left.length > 0 ? [`${layer.name} (${read.left.join(', ')})`] : [],
  )
  return [
    ...reads.flatMap(({ idle, id, layer }) =>
      idle
        ? [note('import/bypassed', `${quoted(layer.name)} is bypassed, because a row of values arrives, which is flat already.`, id)]
        : [],
    ),
    ...reads.flatMap(({ layer, id, read }) =>
      read.kind === 'unknown'
        ? [note('import/placeholder', `${quoted(layer.name)} (${layer.className}) is kept as a placeholder: ${read.why}.`, id)]
        : [],
    ),
    ...(left.length > 0
      ? [
          note(
            'import/training-only',
            `Settings that matter for training only were left out: ${left.slice(0, 5).join('; ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}.`,
          ),
        ]
      : []),
  ]
}

const lossOf = (activation: unknown, units: number): LossId => {
  if (activation === 'softmax') return 'sparseCategoricalCrossentropy'
  return activation === 'sigmoid' && units === 1 ? 'binaryCrossentropy' : 'meanSquaredError'
}

/** Data that go into the network and the loss that goes with its output, so that it can be tried at once. */
const withTraining = (project: ProjectFile): ProjectFile => {
  const resolved = resolve(project)
  const input = resolved.nodes.get(resolved.inputs[0] ?? '')?.output ?? []
  const end = resolved.nodes.get(resolved.outputs[0] ?? '')
  const units = end?.output?.at(-1) ?? 0
  const activation = end?.node.type === 'softmax' ? 'softmax' : end?.params.activation
  const fits = datasets.filter(d => d.downloads.length === 0 && sameShape(d.shape, input))
  const source = (fits.find(d => d.classes.length === units) ?? fits[0])?.id ?? DEFAULT_DATA.source
  return { ...project, data: { ...DEFAULT_DATA, source }, training: { ...DEFAULT_TRAINING, loss: lossOf(activation, units) } }
}

/** Layers whose axis turned out not to be the last one, or that get more inputs than theirs takes, become placeholders too. */
const checkPlaces = (reads: readonly Read[], resolved: Resolved): readonly Read[] =>
  reads.map(entry => {
    const { read, layer, id } = entry
    if (read.kind === 'unknown') return entry
    const inputs = resolved.nodes.get(id)?.inputs ?? []
    const rank = inputs[0]?.length ?? 0
    const more = read.def.input.arity === 'one' && layer.sources.length > 1
    const why = more
      ? `it takes ${layer.sources.length} inputs, which ${layer.className} does not do in Netloom`
      : read.axis !== null && rank > 0 && read.axis !== rank
        ? `it works along axis ${read.axis}, and Netloom only along the last one`
        : null
    if (why !== null) return { ...entry, read: { kind: 'unknown', why } }
    return resolved.nodes.get(id)?.issues.some(i => i.code === 'layer/already-flat') ? { ...entry, idle: true } : entry
  })

const assemble = (name: string, reads: readonly Read[], ids: ReadonlyMap<string, string>): Result<ProjectFile> =>
  parseProject({
    format: 'netloom',
    version: 1,
    name: name.slice(0, MAX_NAME),
    graph: {
      nodes: reads.map(nodeOf),
      wires: reads.flatMap(({ layer, id }) => layer.sources.map(from => ({ from: ids.get(from) ?? from, to: id }))),
    },
  })

/** Outputs in the middle of the network, which Netloom cannot give out. */
const innerOutputs = ({ layers, outputs }: Topology): readonly Issue[] => {
  const used = new Set(layers.flatMap(l => l.sources))
  const inner = outputs.filter(name => used.has(name))
  return inner.length > 0
    ? [
        note(
          'import/inner-output',
          `The file also gives out ${inner.map(quoted).join(', ')} from the middle of the network; here only ends give something out.`,
        ),
      ]
    : []
}

/** Makes a project of a foreign network: known layers with their parameters, the others as placeholders, placed top to bottom. */
export const translate = (topology: Topology): Result<Translated> => {
  const checked = checkGraph(topology)
  if (!checked.ok) return checked
  const ids = idsOf(topology.layers)
  const reads: Read[] = []
  const filled: Issue[] = []
  for (const foreign of topology.layers) {
    const shaped = withInput(foreign, topology, ids.get(foreign.name) ?? foreign.name)
    if (!shaped.ok) return shaped
    const { layer, notes } = shaped.value
    filled.push(...notes)
    const read = readLayer(layer, topology.dialect)
    if (!read.ok) return read
    const id = ids.get(layer.name) ?? layer.name
    reads.push({ layer, id, read: read.value })
  }
  const draft = assemble(topology.name, reads, ids)
  if (!draft.ok) return draft
  const final = checkPlaces(reads, resolve(draft.value))
  const project = assemble(topology.name, final, ids)
  if (!project.ok) return project
  const ready = withTraining(project.value)
  return ok({
    project: ready,
    resolved: resolve(ready),
    nodes: ids,
    notes: [...notesOf(final), ...filled, ...innerOutputs(topology)],
  })
}
