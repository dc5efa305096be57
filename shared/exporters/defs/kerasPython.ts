import { losses } from '../../engine/losses.ts'
import { schedules } from '../../engine/schedules.ts'
import type { TrainingSetup } from '../../graph/document.ts'
import type { Resolved, ResolvedNode } from '../../graph/resolved.ts'
import { ok } from '../../result.ts'
import { defineExporter, type ExportDocument } from '../define.ts'
import { activeNodes, checkGraph } from '../guard.ts'
import { kerasOptimizer } from '../kerasOptimizer.ts'
import { kerasName, pyCall, pyString, pyValue, pyVariable } from '../python.ts'

/** Lines that make each node's tensor, and the variable of each node. */
const layerLines = (resolved: Resolved): { lines: string[]; variables: Map<string, string> } => {
  const variables = new Map<string, string>()
  const [taken, names] = [new Set<string>(), new Set<string>()]
  const lines = activeNodes(resolved).flatMap(id => {
    const entry = resolved.nodes.get(id)
    if (!entry?.def) return []
    const variable = pyVariable(entry.node.name || id, taken)
    variables.set(id, variable)
    return layerLine(entry, variable, kerasName(entry.node.name || id, names), variables)
  })
  return { lines, variables }
}

/** One line per node, `x = layers.Dense(…)(before)`; a frozen layer keeps its weights with `trainable=False`. */
const layerLine = (entry: ResolvedNode, variable: string, name: string, variables: ReadonlyMap<string, string>): string[] => {
  const call = entry.def?.keras(entry.params)
  if (!call) return []
  const frozen = entry.node.frozen && entry.weights.length > 0 ? { trainable: false } : {}
  const sources = entry.sources.map(source => variables.get(source) ?? 'None')
  const applied = sources.length === 0 ? '' : entry.def?.input.arity === 'many' ? `([${sources.join(', ')}])` : `(${sources.join(', ')})`
  const shape = dimsComment(entry)
  return [`${variable} = ${pyCall({ name: call.name, args: { ...call.args, ...frozen, name } })}${applied}${shape}`]
}

const dimsComment = (entry: ResolvedNode): string => (entry.output ? `  # ${entry.output.join(' x ')}` : '')

const compileLines = (training: TrainingSetup): string[] => {
  const metrics = training.loss === 'meanSquaredError' ? ['mae'] : ['accuracy']
  const schedule = training.schedule === 'constant' ? '' : `  # schedule: ${schedules[training.schedule].label}`
  return [
    'model.compile(',
    `    optimizer=${pyCall(kerasOptimizer(training))},${schedule}`,
    `    loss=keras.losses.${losses[training.loss].keras}(),`,
    `    metrics=[${metrics.map(pyValue).join(', ')}],`,
    ')',
  ]
}

/** One variable, or a list of several. */
const listed = (ids: readonly string[], variables: ReadonlyMap<string, string>): string => {
  const names = ids.flatMap(id => variables.get(id) ?? [])
  return names.length === 1 ? (names[0] ?? '') : `[${names.join(', ')}]`
}

/** The whole program as text. */
export const kerasSource = ({ project, resolved }: ExportDocument): string => {
  const { lines, variables } = layerLines(resolved)
  const [inputs, outputs] = [listed(resolved.inputs, variables), listed(resolved.outputs, variables)]
  const { parameters, trainable } = resolved.totals
  const body = [
    ...lines,
    '',
    `model = keras.Model(inputs=${inputs}, outputs=${outputs}, name=${pyString(kerasName(project.name, new Set()))})`,
    '',
    ...compileLines(project.training),
    '',
    'return model',
  ]
  return [
    `"""Keras 3 model with ${parameters} parameters, ${trainable} of them trainable. Written by Netloom."""`,
    '',
    'import keras',
    'from keras import layers',
    '',
    '',
    'def build_model():',
    ...body.map(line => (line === '' ? '' : `    ${line}`)),
    '',
    '',
    'if __name__ == "__main__":',
    '    build_model().summary()',
    '',
  ].join('\n')
}

/** Readable Python that builds the same network with Keras 3; weights stay behind. */
export const kerasPython = defineExporter({
  id: 'keras-python',
  title: 'Keras (Python)',
  doc: 'Python source that builds and compiles the same network with the Keras 3 functional API; it carries no weights.',
  extension: '.py',
  params: {},
  needsWeights: false,
  run: async input => {
    const check = checkGraph(input.resolved)
    if (!check.ok) return check
    return ok({ files: [{ path: 'model.py', bytes: new TextEncoder().encode(kerasSource(input)) }], verified: null })
  },
})
