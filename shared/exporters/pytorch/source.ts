import type { Resolved } from '../../graph/resolved.ts'
import { isImage, torchActivated } from '../../layers/lib/torch.ts'
import type { Shape } from '../../layers/shape.ts'
import { pyCall } from '../python.ts'
import type { TorchLayer } from './plan.ts'
import { AFTER, cellSource } from './support.ts'

/** Activations that a loss can include, so that `forward` can leave them out. */
const FUSABLE = ['softmax', 'sigmoid']

const DOC = (
  parameters: number,
  trainable: number,
) => `"""PyTorch network with ${parameters} parameters, ${trainable} of them trainable. Written by Netloom.

Images are [batch, channels, height, width], as usual in PyTorch. predict_nhwc takes and gives them with channels last, as Netloom and Keras
have them. "python model.py --verify" compares this network with Netloom's own results.
"""`

const indented = (lines: readonly string[]): string[] => lines.map(line => (line === '' ? '' : `        ${line}`))

/** A shape as PyTorch has it, as a comment. */
const shapeNote = (shape: Shape | null): string => {
  if (!shape) return ''
  const [h, w, c] = shape
  return `  # ${(isImage(shape) ? [c, h, w] : shape).join(' x ')}`
}

/** Attributes of a layer: `self.conv`, or several beside one another. */
const attributes = ({ name, form }: TorchLayer): { attribute: string; call: string; parameter: boolean }[] =>
  Object.entries(form.modules ?? {}).map(([end, call]) => ({
    attribute: `self.${name}${end}`,
    call: pyCall(call),
    parameter: call.name === 'nn.Parameter',
  }))

const tuple = (names: readonly string[]): string => `(${names.join(', ')}${names.length === 1 ? ',' : ''})`

/** Attributes of the layers that keep their weights; a layer without any, such as Dropout, has nothing to keep. */
const frozenOf = (layers: readonly TorchLayer[]) =>
  layers.filter(({ entry }) => entry.node.frozen && entry.weights.length > 0).flatMap(attributes)

const initLines = (layers: readonly TorchLayer[]): string[] => {
  const frozen = frozenOf(layers).map(a => a.attribute)
  const zeros = layers.flatMap(({ name, form }) => Object.keys(form.zeros ?? {}).map(key => `self.${name}${key}`))
  return [
    'super().__init__()',
    ...layers.flatMap(layer => attributes(layer).map(({ attribute, call }) => `${attribute} = ${call}`)),
    ...(zeros.length ? [`for unused in ${tuple(zeros)}:`, '    nn.init.zeros_(unused).requires_grad_(False)'] : []),
    ...(frozen.length ? [`for frozen in ${tuple(frozen)}:`, '    frozen.requires_grad_(False)'] : []),
  ]
}

/** Frozen layers keep their statistics: they always compute as if not training. */
const trainLines = (layers: readonly TorchLayer[]): string[] => {
  const frozen = frozenOf(layers).flatMap(a => (a.parameter ? [] : a.attribute))
  if (frozen.length === 0) return []
  return [
    '',
    '    def train(self, mode=True):',
    ...indented(['super().train(mode)', `for frozen in ${tuple(frozen)}:`, '    frozen.eval()', 'return self']),
  ]
}

/** The expression of a layer with its inputs' variables, without its activation. */
const expression = ({ name, entry, form }: TorchLayer, variables: ReadonlyMap<string, string>): string =>
  form.forward.replace(/\$(m|\d+)/g, (_, what: string) =>
    what === 'm' ? `self.${name}` : (variables.get(entry.sources[Number(what) - 1] ?? '') ?? 'None'),
  )

/** The layer whose last activation `forward(…, logits=True)` leaves out; undefined when there is none. */
export const fusable = (resolved: Resolved, layers: readonly TorchLayer[]): TorchLayer | undefined =>
  resolved.outputs.length === 1 ? layers.find(l => l.id === resolved.outputs[0] && FUSABLE.includes(l.form.activation ?? '')) : undefined

const forwardLines = (resolved: Resolved, layers: readonly TorchLayer[]): string[] => {
  const variables = new Map(layers.map(l => [l.id, l.name]))
  const last = fusable(resolved, layers)
  const lines = layers
    .filter(l => l.entry.sources.length > 0)
    .map(layer => {
      const plain = expression(layer, variables)
      const activated = layer === last ? plain : torchActivated(layer.form.activation ?? 'linear', plain, layer.entry.output ?? [])
      return `${layer.name} = ${activated}${shapeNote(layer.entry.output)}`
    })
  const outputs = resolved.outputs.flatMap(id => variables.get(id) ?? [])
  const result = outputs.length === 1 ? (outputs[0] ?? '') : tuple(outputs)
  const activated = last && torchActivated(last.form.activation ?? 'linear', result, last.entry.output ?? [])
  return [...lines, `return ${activated ? `${result} if logits else ${activated}` : result}`]
}

const networkLines = (resolved: Resolved, layers: readonly TorchLayer[]): string[] => {
  const inputs = layers.filter(l => resolved.inputs.includes(l.id))
  const args = ['self', ...inputs.map(l => l.name), ...(fusable(resolved, layers) ? ['logits=False'] : [])]
  return [
    'class Network(nn.Module):',
    '    def __init__(self):',
    ...indented(initLines(layers)),
    ...trainLines(layers),
    '',
    `    def forward(${args.join(', ')}):`,
    ...indented([
      ...inputs.map(l => `# ${l.name}: batch${shapeNote(l.entry.output).replace('  # ', ' x ')}`),
      ...forwardLines(resolved, layers),
    ]),
  ]
}

/** The whole of `model.py`. */
export const torchSource = (resolved: Resolved, layers: readonly TorchLayer[]): string => {
  const { parameters, trainable } = resolved.totals
  const cells = cellSource(new Set(layers.flatMap(l => Object.values(l.form.modules ?? {}).map(call => call.name))))
  return [
    DOC(parameters, trainable),
    '',
    'import json',
    'import sys',
    'from pathlib import Path',
    '',
    'import torch',
    'import torch.nn.functional as F',
    'from torch import nn',
    '',
    'HERE = Path(__file__).parent',
    ...(cells ? [cells] : ['']),
    '',
    ...networkLines(resolved, layers),
    AFTER,
  ].join('\n')
}
