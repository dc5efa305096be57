import { grouped } from '../layers/lib/format.ts'
import { dims, type Shape, sameShape, sizeOf } from '../layers/shape.ts'
import { type Fix, type Issue, issue } from '../result.ts'
import type { LossId, TrainingSetup } from './document.ts'
import { HEAVY_PARAMETERS } from './limits.ts'
import type { Resolved, ResolvedNode } from './resolved.ts'

/** What the graph must know of the data: shape of a sample, class names (none for regression). */
export interface DataOutline {
  readonly shape: Shape
  readonly classes: readonly string[]
  readonly kind: 'image' | 'points' | 'table'
}

/** Shape that the network's first input takes; null when it cannot be known. */
export const inputShapeOf = (resolved: Resolved): Shape | null => resolved.nodes.get(resolved.inputs[0] ?? '')?.output ?? null

/** Where the network and the data or the training setup do not go together; errors forbid training, warnings do not. */
export const checkAgainstData = (resolved: Resolved, data: DataOutline, training: Pick<TrainingSetup, 'loss'>): readonly Issue[] => {
  const entry = resolved.nodes.get(resolved.inputs[0] ?? '')
  const end = resolved.nodes.get(resolved.outputs[0] ?? '')
  return [
    ...(entry ? inputIssues(entry, data) : []),
    ...(end?.output && end !== entry
      ? [...outputIssues(end, end.output, data, training.loss), ...activationIssues(end, training.loss)]
      : []),
    ...heavyIssues(resolved),
  ]
}

const set = (label: string, node: string, params: Readonly<Record<string, unknown>>): Fix => ({ kind: 'setParams', label, node, params })

/** What helps against another shape; pictures can also be fitted. */
const repair = (wanted: Shape, given: Shape): string =>
  wanted.length === 3 && given.length === 3
    ? `set its shape to ${dims(given)}, let the data be fitted to the input (padded or resized), or choose other data.`
    : `set its shape to ${dims(given)} or choose other data.`

const inputIssues = ({ node, output }: ResolvedNode, { shape }: DataOutline): readonly Issue[] => {
  if (!output || sameShape(output, shape)) return []
  const text = `The samples of the data are ${dims(shape)}, but "${node.name}" takes ${dims(output)}: ${repair(output, shape)}`
  const fixes = [set(`Set shape to ${dims(shape)}`, node.id, { shape })]
  return [issue('data/shape-differs', text, { node: node.id, param: 'shape', expected: dims(shape), received: dims(output), fixes })]
}

/** Output values the loss compares with one target; null when the data does not say (regression). */
const wantedUnits = (classes: number, output: number, loss: LossId): number | null => {
  if (classes === 0) return null
  return loss === 'binaryCrossentropy' && classes === 2 && output === 1 ? 1 : classes
}

/** Offers Flatten where the last layer can take one row of values. */
const flattenFix = ({ node, def, inputs: [arriving = []] }: ResolvedNode): readonly Fix[] =>
  def?.input.accept([[sizeOf(arriving)]]).ok
    ? [{ kind: 'insertBefore', label: `Insert Flatten before ${node.name}`, node: node.id, type: 'flatten' }]
    : []

const outputIssues = (end: ResolvedNode, output: Shape, { classes }: DataOutline, loss: LossId): readonly Issue[] => {
  const { node } = end
  if (classes.length === 0 && loss.endsWith('Crossentropy')) {
    const text = `The data has numbers to predict, not classes, but the loss is ${loss}: choose meanSquaredError.`
    return [issue('data/loss-needs-classes', text, { expected: 'meanSquaredError', received: loss })]
  }
  if (output.length !== 1) {
    const text = `The network puts out ${dims(output)} at "${node.name}", but one row of values is compared with the target: flatten before it.`
    const more = { node: node.id, expected: 'one row of values', received: dims(output), fixes: flattenFix(end) }
    return [issue('data/output-rank', text, more)]
  }
  const units = sizeOf(output)
  const wanted = wantedUnits(classes.length, units, loss)
  if (wanted === null || wanted === units) return []
  const text = `The data has ${classes.length} classes, but "${node.name}" puts out ${units} values: give it ${wanted} units.`
  const fixes = node.type === 'dense' ? { fixes: [set(`Set units to ${wanted}`, node.id, { units: wanted })] } : {}
  return [issue('data/output-units', text, { node: node.id, param: 'units', expected: String(wanted), received: String(units), ...fixes })]
}

/** The activation whose values a loss can take as probabilities. */
const wantedActivation = (loss: LossId, units: number): readonly string[] | null => {
  switch (loss) {
    case 'sparseCategoricalCrossentropy':
    case 'categoricalCrossentropy':
      return ['softmax']
    case 'binaryCrossentropy':
      return units === 1 ? ['sigmoid', 'hardSigmoid'] : ['sigmoid', 'hardSigmoid', 'softmax']
    case 'meanSquaredError':
      return null
  }
}

const activationIssues = ({ node, params, output }: ResolvedNode, loss: LossId): readonly Issue[] => {
  const last = params.activation
  const wanted = wantedActivation(loss, output ? sizeOf(output) : 0)
  const [best] = wanted ?? []
  if (typeof last !== 'string' || best === undefined || wanted?.includes(last)) return []
  const text = `The loss ${loss} expects probabilities, but "${node.name}" ends in ${last}: use ${best}.`
  const fixes = [set(`Use ${best}`, node.id, { activation: best })]
  return [
    issue('training/activation', text, { severity: 'warning', node: node.id, param: 'activation', expected: best, received: last, fixes }),
  ]
}

const heavyIssues = ({ totals: { parameters, trainingBytes } }: Resolved): readonly Issue[] => {
  if (parameters <= HEAVY_PARAMETERS) return []
  const text = `The network has ${grouped(parameters)} parameters; training it holds about ${(trainingBytes / 1e9).toFixed(1)} GB.`
  return [issue('training/heavy', text, { severity: 'warning', received: String(parameters) })]
}
