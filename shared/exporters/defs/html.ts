import type * as tf from '@tensorflow/tfjs'
import { fromBase64, toBase64 } from '../../base64.ts'
import { datasetOf } from '../../data/catalogue.ts'
import { limitsOf } from '../../data/prepare/limits.ts'
import { safeFileName } from '../../host/guards.ts'
import { p } from '../../layers/params.ts'
import { dims, type Shape, sameShape } from '../../layers/shape.ts'
import { fail, ok, type Result } from '../../result.ts'
import { pageOf, payloadOf } from '../../standalone/page.ts'
import type { PageInput, PageNetwork, PagePayload } from '../../standalone/payload.ts'
import { type DataFacts, defineExporter, type ExportInput } from '../define.ts'
import { checkGraph, checkWeights } from '../guard.ts'
import { checkClasses, loadStored, roundingOf, type StoredModel, storedModel, TFJS_PRECISIONS, type TfjsPrecision } from '../layersModel.ts'
import { judge, verifyRun } from '../verify.ts'
import { rowsOf } from './csv.ts'

/** Most bytes of weights: a page is read as one text, and base64 makes four of three. */
const MOST_BYTES = 64e6
/** Most numbers that a person can be asked for. */
const MOST_NUMBERS = 100
/** Most multiply-adds for one answer: tfjs's cpu backend does some hundred million a second. */
const MOST_WORK = 2e9
/** Most multiply-adds for the whole proof, which the page's own slow backend does. */
const PROOF_WORK = 4e9

interface Task {
  readonly input: ExportInput
  readonly data: DataFacts
  readonly shape: Shape
}

/** Hash of the data that the recorded training saw, where it is recorded. */
const trainedOn = (history: readonly unknown[]): string | null => {
  const hashes = history.flatMap(event => {
    const { type, dataHash } = (event ?? {}) as Readonly<Record<string, unknown>>
    return type === 'started' && typeof dataHash === 'string' ? [dataHash] : []
  })
  return hashes.at(-1) ?? null
}

/** Refuses what a page cannot take in or show, and data that is not what the network was trained on. */
const checkTask = (input: ExportInput): Result<Task> => {
  const { data, model, history } = input
  const [shape, output] = [model.inputs[0], model.outputs[0]].map(t => (t?.shape.slice(1) ?? []) as Shape)
  if (!shape || !output || model.inputs.length > 1 || model.outputs.length > 1)
    return fail(
      'export/page-ports',
      `A page shows one input and one output, but this network has ${model.inputs.length} and ${model.outputs.length}.`,
    )
  if (output.length !== 1)
    return fail('export/page-output', `A page shows a row of outputs, but this network gives ${dims(output)}.`, {
      node: model.outputs[0]?.sourceLayer.name ?? '',
    })
  if (!data)
    return fail(
      'export/no-data',
      'The page has to scale its inputs as the training data was scaled, but no data is loaded: choose it first.',
    )
  if (!sameShape(shape, data.shape))
    return fail(
      'export/page-input',
      `The input takes ${dims(shape)}, but the loaded data brings ${dims(data.shape)}: choose the data that the network was trained on.`,
    )
  const hash = trainedOn(history)
  if (hash !== null && hash !== data.hash)
    return fail(
      'export/other-data',
      'The loaded data was chosen or prepared differently from the data of the last training, so the page would scale its inputs wrongly: choose the data of the training again, or train again.',
    )
  if (data.kind !== 'image' && (data.shape.length !== 1 || (data.shape[0] ?? 0) > MOST_NUMBERS))
    return fail(
      'export/page-input',
      `A page asks for pictures, or for a row of at most ${MOST_NUMBERS} numbers, but this network takes ${dims(shape)}.`,
    )
  const channels = data.shape[2] ?? 0
  if (data.kind === 'image' && channels !== 1 && channels !== 3)
    return fail('export/page-input', `A page takes pictures of 1 or 3 channels, but this network takes ${dims(shape)}.`)
  return ok({ input, data, shape })
}

/** Refuses a network that would make a page too large to open or too slow to use. */
const checkCost = ({ resolved }: ExportInput, { data }: StoredModel): Result<null> => {
  const work = resolved.totals.multiplyAdds
  if (work > MOST_WORK)
    return fail(
      'export/page-slow',
      `This network takes ${(work / 1e9).toFixed(1)} billion multiply-adds for one answer, which would keep a page busy for minutes; export it to TensorFlow.js instead.`,
    )
  if (data.length > MOST_BYTES)
    return fail(
      'export/page-large',
      `The weights take ${Math.round(data.length / 1e6)} MB, and a page holds at most ${MOST_BYTES / 1e6} MB; take a smaller precision, or export to TensorFlow.js.`,
      { param: 'precision' },
    )
  return ok(null)
}

const inputOf = ({ input, data }: Task): PageInput => {
  const [height = 1, width = 1, channels = 1] = data.shape
  if (data.kind === 'image') return { kind: 'image', shape: [height, width, channels] }
  const numbers = Array.from({ length: data.shape[0] ?? 0 }, (_, i) => {
    const [low, high] = limitsOf(data, input.project.data.normalise, i)
    return { name: data.features[i] ?? `Value ${i + 1}`, low, high }
  })
  return { kind: 'numbers', numbers }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** How the network came to know what it knows, as far as that is recorded. */
const trainingSentence = ({ input: { history }, data }: Task): string => {
  const epochs = rowsOf(history, 'epoch')
  const last = epochs.at(-1)
  if (!last) return 'No training is recorded for this network.'
  const on = datasetOf(data.source)?.title ?? data.source
  const accuracy =
    typeof last.val_accuracy === 'number' && Number.isFinite(last.val_accuracy) ? `, validation accuracy ${percent(last.val_accuracy)}` : ''
  return `Trained for ${epochs.length} epoch${epochs.length === 1 ? '' : 's'} on ${on}${accuracy}.`
}

const ROUNDED: Readonly<Record<TfjsPrecision, string>> = {
  float32: '',
  float16: ' Its kernels are rounded to 16 bits.',
  uint8: ' Its kernels are rounded to 8 bits.',
}

const payloadFor = (task: Task, stored: StoredModel, precision: TfjsPrecision): PagePayload => {
  const { project, resolved } = task.input
  const { layers, parameters } = resolved.totals
  return {
    name: project.name || 'Network',
    about: [`${layers} layers, ${parameters.toLocaleString('en-US')} parameters.${ROUNDED[precision]}`, trainingSentence(task)],
    input: inputOf(task),
    scaling: task.data.scaling,
    classes: task.data.classes,
    shape: task.shape,
    topology: stored.topology,
    weightSpecs: stored.specs,
    weights: toBase64(stored.data),
  }
}

/** Answers of the page's network, which takes raw values, for prepared samples. */
const asking = (network: PageNetwork, { scaling }: DataFacts) => {
  const channels = scaling.mean.length
  return async (inputs: Float32Array, count: number): Promise<Float32Array> => {
    const size = inputs.length / count
    const answers: Float32Array[] = []
    for (let s = 0; s < count; s++) {
      const raw = Float64Array.from({ length: size }, (_, i) => {
        const c = i % channels
        return (inputs[s * size + i] ?? 0) * (scaling.deviation[c] ?? 1) + (scaling.mean[c] ?? 0)
      })
      answers.push(await network.answer(raw))
    }
    const width = answers[0]?.length ?? 0
    const all = new Float32Array(width * count)
    for (const [s, answer] of answers.entries()) all.set(answer, s * width)
    return all
  }
}

/** Opens the network that stands in the finished page with the page's own program, and compares its answers. */
const prove = async (
  { input, data }: Task,
  html: string,
  precision: TfjsPrecision,
  open: (payload: PagePayload) => Promise<PageNetwork>,
) => {
  const { model, probes, resolved, tf } = input
  const payload = payloadOf(html)
  if (!payload) return fail('export/page-broken', 'The page could not be read back, so nothing was written.')
  const network = await open(payload)
  const work = Math.max(1, resolved.totals.multiplyAdds)
  const count = Math.min(probes[0]?.shape[0] ?? 0, Math.max(1, Math.floor(PROOF_WORK / work)))
  const some = probes.map(probe => tf.slice(probe, 0, count) as tf.Tensor)
  const ask = asking(network, data)
  try {
    const found = await verifyRun('the page’s own program', model, some, async () => [
      await ask((await some[0]?.data()) as Float32Array, count),
    ])
    // Held-out samples are many: they are asked of the same weights on the engine's backend, not of the page.
    const rounded = await loadStored(tf, payload.topology, payload.weightSpecs as tf.io.WeightsManifestEntry[], fromBase64(payload.weights))
    try {
      return judge({ ...found, ...(await roundingOf(input, precision, rounded)) })
    } finally {
      rounded.dispose()
    }
  } finally {
    tf.dispose(some)
    network.dispose()
  }
}

/** One page that holds the trained network and everything to use it: a pad, pictures or numbers in, bars out. */
export const html = defineExporter({
  id: 'html',
  title: 'Web page (HTML)',
  doc: 'One page to use the network by hand, without a connection: draw, open a picture or type numbers, and see its answer.',
  extension: '.html',
  params: {
    precision: p.choice({
      label: 'Precision',
      help: 'Kernels in 4, 2 or 1 bytes per weight; biases and other vectors stay as they are.',
      values: TFJS_PRECISIONS,
      default: 'float32',
    }),
  },
  needsWeights: true,
  needsData: true,
  run: async (input, { precision }) => {
    for (const check of [checkGraph(input.resolved), checkWeights(input), checkClasses(input)]) if (!check.ok) return check
    const task = checkTask(input)
    if (!task.ok) return task
    const stored = await storedModel(input.model, precision)
    const cost = checkCost(input, stored)
    if (!cost.ok) return cost
    const player = await input.libraries.player()
    const page = await pageOf(player, payloadFor(task.value, stored, precision))
    const verified = await prove(task.value, page, precision, player.open)
    if (!verified.ok) return verified
    return ok({
      files: [{ path: safeFileName(`${input.project.name || 'network'}.html`), bytes: new TextEncoder().encode(page) }],
      verified: verified.value,
    })
  },
})
