import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { grouped } from '../lib/format.ts'
import { initialiser, initialiserParam, kerasInitialiser } from '../lib/initialisers.ts'
import { torchFirst, torchLast } from '../lib/torch.ts'
import { channelsLast, INT64, kernel, op, x } from '../onnx.ts'
import { p } from '../params.ts'

/** A table of learned vectors, one per word. */
export const embedding = defineLayer({
  type: 'embedding',
  title: 'Embedding',
  category: 'dense',
  doc: 'Looks up a learned vector for every whole number that arrives, e.g. for the words of a text.',
  input: inputs.any,
  params: {
    inputDim: p.int({ label: 'Words', help: 'How many different numbers arrive, 0 to one less than this.', default: 1000, max: 2 ** 24 }),
    outputDim: p.int({ label: 'Vector length', help: 'Number of values in each learned vector.', default: 16 }),
    embeddingsInitializer: p.choice({
      ...initialiserParam,
      label: 'Embeddings initializer',
      help: 'How the vectors are filled before training.',
      default: 'randomUniform',
    }),
  },
  summary: v => `${v.inputDim} → ${v.outputDim}`,
  shape: (input, v) => ok([...input, v.outputDim]),
  weights: (_input, v) => [{ name: 'embeddings', shape: [v.inputDim, v.outputDim], trainable: true }],
  formula: (_input, _output, v) => [
    {
      about: 'parameters',
      expression: `${v.inputDim}·${v.outputDim}`,
      result: grouped(v.inputDim * v.outputDim),
      legend: 'parameters = words · vector length',
    },
    { about: 'output', expression: 'row number x of the table', legend: 'for each number x that arrives' },
  ],
  build: (v, ctx) =>
    ctx.tf.layers.embedding({
      name: ctx.name,
      batchInputShape: [null, ...ctx.output.slice(0, -1)],
      inputDim: v.inputDim,
      outputDim: v.outputDim,
      embeddingsInitializer: initialiser(v.embeddingsInitializer, ctx),
    }),
  plan: (_input, { inputDim: words }) => [{ op: 'embedding', words }],
  onnx: (_input, v) =>
    channelsLast(op('Gather', [kernel('embeddings', { shape: [v.inputDim, v.outputDim], channels: 0 }), op('Cast', [x], { to: INT64 })])),
  keras: v => ({
    name: 'layers.Embedding',
    args: {
      input_dim: v.inputDim,
      output_dim: v.outputDim,
      ...(v.embeddingsInitializer === 'randomUniform' ? {} : { embeddings_initializer: kerasInitialiser(v.embeddingsInitializer) }),
    },
  }),
  pytorch: (input, output, v) => ({
    modules: { '': { name: 'nn.Embedding', args: { num_embeddings: v.inputDim, embedding_dim: v.outputDim } } },
    forward: torchFirst(output, `$m(${torchLast(input, '$1')}.long())`),
    weights: { embeddings: { key: '.weight' } },
  }),
  cases: [
    { input: [[12]], params: { inputDim: 40, outputDim: 8 } },
    { input: [[3, 4]], params: { inputDim: 20, outputDim: 2, embeddingsInitializer: 'randomNormal' } },
  ],
})
