import type * as tfjs from '@tensorflow/tfjs'
import { ok } from '../../result.ts'
import { mixSeed } from '../../rng.ts'
import { type BuildContext, defineLayer, type KerasConfig } from '../define.ts'
import { inputs } from '../inputs.ts'
import { grouped } from '../lib/format.ts'
import { initialiser } from '../lib/initialisers.ts'
import { bothDirections, recurrentForm } from '../lib/onnxRecurrent.ts'
import { orthogonalInitialiser } from '../lib/orthogonal.ts'
import {
  recurrentActivationParam,
  recurrentArgs,
  recurrentCount,
  recurrentMore,
  recurrentParams,
  recurrentSummary,
  recurrentWeights,
} from '../lib/recurrent.ts'
import { torchBothWays, torchRecurrent } from '../lib/torchRecurrent.ts'
import { type OnnxValue, op } from '../onnx.ts'
import { p, type ValuesOf } from '../params.ts'
import { gru } from './gru.ts'
import { lstm } from './lstm.ts'
import { simpleRnn } from './simpleRnn.ts'

const params = {
  layer: p.choice({
    label: 'Layer',
    help: 'The recurrent layer that reads in both directions.',
    values: ['simpleRNN', 'lstm', 'gru'],
    default: 'lstm',
  }),
  ...recurrentParams,
  mergeMode: p.choice({
    label: 'Merge mode',
    help: 'How the outputs of both directions become one: side by side, or value by value.',
    values: ['concat', 'sum', 'mul', 'ave'],
    default: 'concat',
  }),
  recurrentActivation: recurrentActivationParam,
  ...recurrentMore,
}
type Values = ValuesOf<typeof params>

const GATES = { simpleRNN: 1, gru: 3, lstm: 4 } as const

const innerLayer = (v: Values, ctx: BuildContext): tfjs.RNN => {
  const args = { ...recurrentArgs(v, ctx), name: v.layer.toLowerCase() }
  if (v.layer === 'simpleRNN') return ctx.tf.layers.simpleRNN(args) as tfjs.RNN
  if (v.layer === 'gru') return ctx.tf.layers.gru({ ...args, recurrentActivation: v.recurrentActivation }) as tfjs.RNN
  return ctx.tf.layers.lstm({ ...args, recurrentActivation: v.recurrentActivation, unitForgetBias: true }) as tfjs.RNN
}

const joined = (mode: Values['mergeMode'], [a, b]: readonly [OnnxValue, OnnxValue]): OnnxValue => {
  if (mode === 'concat') return op('Concat', [a, b], { axis: -1 })
  return op({ sum: 'Add', mul: 'Mul', ave: 'Mean' }[mode], [a, b])
}

interface Nested {
  readonly class_name?: unknown
  readonly config?: KerasConfig
}

/** Settings in which the two directions must agree. */
const ALIKE = ['units', 'activation', 'recurrent_activation', 'use_bias', 'return_sequences', 'reset_after']

/** A file nests the layer of each direction; their settings are one here. */
const takenApart = ({ layer, backward_layer: back, merge_mode: mode, ...rest }: KerasConfig): KerasConfig => {
  const [forward, backward] = [layer, back ?? layer].map(v => (typeof v === 'object' && v !== null ? (v as Nested) : {}))
  const told = (v: Nested | undefined) => JSON.stringify([v?.class_name, ...ALIKE.map(key => v?.config?.[key])])
  return {
    ...forward?.config,
    ...rest,
    layer: forward?.class_name ?? null,
    merge_mode: mode === null ? 'none' : mode,
    ...(told(forward) === told(backward) ? {} : { backward_layer: 'another layer' }),
  }
}

interface Directions {
  readonly forwardLayer: { readonly cell: object }
  readonly backwardLayer: { readonly cell: object }
}

/** A recurrent layer that reads the sequence from both ends (Schuster & Paliwal 1997). */
export const bidirectional = defineLayer({
  type: 'bidirectional',
  title: 'Bidirectional',
  category: 'recurrent',
  doc: 'Reads a sequence from both ends with two recurrent layers and puts their outputs together.',
  input: inputs.sequence,
  params,
  fromKeras: takenApart,
  summary: v => `${v.layer} ${recurrentSummary(v)}`,
  shape([steps], v) {
    const width = v.units * (v.mergeMode === 'concat' ? 2 : 1)
    return ok(v.returnSequences ? [steps, width] : [width])
  },
  weights: (input, v) =>
    ['forward', 'backward'].flatMap(direction =>
      recurrentWeights(GATES[v.layer])(input, v).map(w => ({ ...w, name: `${direction}_${v.layer.toLowerCase()}/${w.name}` })),
    ),
  multiplyAdds: ([steps, features], _output, v) => 2 * steps * recurrentCount(GATES[v.layer], features, v),
  formula([, features], _output, v) {
    const gates = GATES[v.layer]
    return [
      {
        about: 'parameters',
        expression: `2·${gates > 1 ? `${gates}·` : ''}(${features} + ${v.units}${v.useBias ? ' + 1' : ''})·${v.units}`,
        result: grouped(2 * recurrentCount(gates, features, v)),
        legend: `parameters = directions${gates > 1 ? ' · gates' : ''} · (features + units${v.useBias ? ' + bias' : ''}) · units`,
      },
    ]
  },
  build(v, ctx) {
    const layer = ctx.tf.layers.bidirectional({ name: ctx.name, layer: innerLayer(v, ctx), mergeMode: v.mergeMode })
    const { forwardLayer, backwardLayer } = layer as unknown as Directions
    for (const [i, { cell }] of [forwardLayer, backwardLayer].entries()) {
      // tfjs copies the layer, seeds and all; each direction begins with values of its own.
      const own = { ...ctx, seed: mixSeed(ctx.seed, i) }
      Object.assign(cell, { kernelInitializer: initialiser(v.kernelInitializer, own), recurrentInitializer: orthogonalInitialiser(own) })
    }
    return layer
  },
  onnx(input, v) {
    const cell = ({ simpleRNN: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const)[v.layer]
    return recurrentForm(cell, v, joined(v.mergeMode, bothDirections(cell, input, v, v.layer.toLowerCase())))
  },
  keras(v) {
    const inner = { simpleRNN: simpleRnn.keras, gru: gru.keras, lstm: lstm.keras }[v.layer]({
      ...v,
      goBackwards: false,
      unitForgetBias: true,
    })
    return { name: 'layers.Bidirectional', args: { layer: inner, ...(v.mergeMode === 'concat' ? {} : { merge_mode: v.mergeMode }) } }
  },
  pytorch([, features], _output, v) {
    const kind = ({ simpleRNN: 'SimpleRNN', lstm: 'LSTM', gru: 'GRU' } as const)[v.layer]
    return torchBothWays(torchRecurrent(kind, GATES[v.layer], features, v), v.layer.toLowerCase(), v)
  },
  cases: [
    { input: [[6, 3]], params: { units: 4 } },
    { input: [[6, 3]], params: { layer: 'gru', units: 4, returnSequences: true, mergeMode: 'sum' } },
    { input: [[5, 2]], params: { layer: 'simpleRNN', units: 3, mergeMode: 'mul', useBias: false } },
    { input: [[5, 2]], params: { units: 2, returnSequences: true, mergeMode: 'ave', kernelInitializer: 'heNormal' } },
  ],
})
