import type { AnyLayerDef } from '../layers/define.ts'
import { parseParams } from '../layers/params.ts'
import { layerOf, layers } from '../layers/registry.ts'
import type { Shape } from '../layers/shape.ts'
import { fail, failAll, ok, type Result } from '../result.ts'
import type { GraphNode, ProjectFile, Wire } from './document.ts'
import { connect } from './edit.ts'
import { pathBetween } from './order.ts'
import { resolve } from './resolve.ts'

/** A wire that may be drawn; the wires it takes the place of. */
export interface Connectable {
  readonly replaces: readonly Wire[]
}

/** Whether a wire may be drawn from one node to another, and if not, why in a sentence. */
export const connectable = (doc: ProjectFile, from: string, to: string): Result<Connectable> => {
  const { nodes, wires } = doc.graph
  const source = nodes.find(node => node.id === from)
  const target = nodes.find(node => node.id === to)
  if (!source || !target) return fail('wire/no-node', 'The wire must go from one layer to another.')
  const refused = structural(doc, source, target)
  if (refused) return refused
  const trial = resolve(connect(doc, from, to)).nodes.get(to)
  // A merge layer that waits for its second wire is fine.
  const misfit = trial?.issues.filter(({ code }) => code.startsWith('layer/') && code !== 'layer/too-few-inputs') ?? []
  if (misfit.length)
    return failAll(misfit.map(problem => ({ ...problem, message: `"${target.name}" cannot take this: ${lower(problem.message)}` })))
  return ok({ replaces: layerOf(target.type)?.input.arity === 'one' ? wires.filter(wire => wire.to === to) : [] })
}

const lower = (sentence: string): string => (/^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence)

const structural = (doc: ProjectFile, source: GraphNode, target: GraphNode): Result<never> | null => {
  if (source.id === target.id) return fail('wire/self', `"${source.name}" cannot feed itself.`, { node: source.id })
  if (doc.graph.wires.some(wire => wire.from === source.id && wire.to === target.id))
    return fail('wire/exists', `"${source.name}" feeds "${target.name}" already.`, { node: target.id })
  if (layerOf(target.type)?.input.arity === 'none')
    return fail('wire/no-input', `"${target.name}" is where data enters and takes no wire.`, { node: target.id })
  const loop = pathBetween(doc.graph, target.id, source.id)
  if (!loop) return null
  const names = [...loop, target.id].map(id => doc.graph.nodes.find(node => node.id === id)?.name ?? id)
  return fail('wire/cycle', `This wire would close a loop: ${names.join(' → ')}. Data must flow one way.`, { node: target.id })
}

/** Layers that can follow an output of this shape with their default parameters; every layer but Input when it is not known. */
export const layersAfter = (shape: Shape | null): readonly AnyLayerDef[] =>
  layers.filter(def => {
    if (def.input.arity === 'none') return false
    if (shape === null || def.input.arity === 'many') return true
    const accepted = def.input.accept([shape])
    return accepted.ok && def.shape(accepted.value, parseParams(def.params, {}).values).ok
  })
