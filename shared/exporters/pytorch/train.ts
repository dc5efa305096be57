import { type LossDef, losses } from '../../engine/losses.ts'
import type { DataChoice, TrainingSetup } from '../../graph/document.ts'
import type { Resolved } from '../../graph/resolved.ts'
import type { CallValue } from '../../layers/define.ts'
import { sizeOf } from '../../layers/shape.ts'
import { fail, ok, type Result } from '../../result.ts'
import type { ExportDocument } from '../define.ts'
import { pyCall, pyString, pyValue } from '../python.ts'
import { initialRows } from './initial.ts'
import { type TorchLayer, torchSlots } from './plan.ts'
import { fusable } from './source.ts'
import { DATA_SOURCE } from './trainData.ts'
import { AUGMENT_SOURCE, LOOP_SOURCE } from './trainLoop.ts'
import { OWN_OPTIMIZERS, TORCH_OPTIMIZERS } from './trainOptimizers.ts'

const DOC = `"""Trains the network of model.py on your data, from its weights. Written by Netloom.

    python train.py --data FOLDER                         every graphics card of this machine, or the processor
    python train.py --data FOLDER --cpu --processes 2     two processes without graphics cards
    torchrun --nnodes=4 --nproc_per_node=gpu --rdzv_backend=c10d --rdzv_endpoint=HOST:29500 train.py --data FOLDER
                                                          four machines: the same on each, HOST being one of them

Data are split, normalised and put in order as in Netloom, from the same seeds. The batch size counts the samples of all processes together, so
the steps are the same however many take part, but for the statistics of batch normalisation (which processes without graphics cards take from
their own share) and for random numbers inside the network. After every epoch trained/ holds a checkpoint, from which --resume goes on, and
model.safetensors, which Netloom opens again. Where there is no torchrun, "python -m torch.distributed.run" is the same.
"""`

/** What a project may say beside the basics; absent means nothing of it. */
interface Extras {
  readonly weightDecay?: number
  readonly clip?: string
  readonly clipLimit?: number
  readonly fineTune?: object | null
}
interface DataExtras {
  readonly augment?: { readonly [change: string]: number | undefined }
  readonly classes?: readonly string[]
  readonly perClass?: number
}

/** Kernels that are kept small, with their keys and penalties. */
const penalties = (layers: readonly TorchLayer[]): CallValue[] =>
  layers.flatMap(layer => {
    const { l1 = 0, l2 = 0 } = layer.entry.params as { readonly l1?: number; readonly l2?: number }
    if (layer.entry.node.frozen || (l1 === 0 && l2 === 0)) return []
    return torchSlots([layer]).flatMap(({ key, spec }): CallValue[] => (spec.name.endsWith('kernel') ? [[key, l1, l2]] : []))
  })

const values = (row: object): string =>
  `{${Object.entries(row)
    .filter(([, value]) => typeof value === 'number' && value > 0)
    .map(([key, value]) => `${pyString(key)}: ${pyValue(value)}`)
    .join(', ')}}`

/** How many classes the targets have; 0 when they are numbers to predict. */
const classesOf = ({ fuses }: LossDef, outputs: number): number => (fuses ? Math.max(outputs, 2) : 0)

const settings = (
  layers: readonly TorchLayer[],
  setup: TrainingSetup & Extras,
  data: DataChoice & DataExtras,
  resolved: Resolved,
): string[] => {
  const [input, output] = [resolved.inputs[0] ?? '', resolved.outputs[0] ?? ''].map(id => resolved.nodes.get(id)?.output ?? [])
  const loss = losses[setup.loss]
  const outputs = sizeOf(output ?? [])
  const last = fusable(resolved, layers)?.form.activation
  const optimizer = TORCH_OPTIMIZERS[setup.optimizer]
  const rows: readonly (readonly [string, CallValue, string?])[] = [
    ['INPUT', input ?? [], 'of one sample, channels last'],
    ['OUTPUTS', outputs],
    ['CLASSES', classesOf(loss, outputs), '0: numbers are predicted'],
    ['LOGITS', last !== undefined && last === loss.fuses, 'the loss includes the last activation'],
    ['LOSS', setup.loss],
    ['LEARNING_RATE', setup.learningRate],
    ['SCHEDULE', setup.schedule],
    ['BATCH_SIZE', setup.batchSize],
    ['EPOCHS', setup.epochs],
    ['SEED', setup.seed],
    ['WEIGHT_DECAY', setup.weightDecay ?? 0],
    ['CLIP', setup.clip ?? 'none'],
    ['CLIP_LIMIT', setup.clipLimit ?? 1],
    ['PENALTIES', penalties(layers), 'key, L1, L2'],
    ['INITIAL', initialRows(layers), 'how weights begin with --fresh'],
    ['NORMALISE', data.normalise],
    ['VALIDATION', data.validation],
    ['TEST', data.test, 'where the data bring no test part of their own'],
    ['LIMIT', data.limit],
    ['DATA_SEED', data.seed],
  ]
  return [
    ...rows.map(([name, value, note]) => `${name} = ${pyValue(value)}${note ? `  # ${note}` : ''}`),
    `AUGMENT = ${values(data.augment ?? {})}`,
    '',
    '',
    'def make_optimizer(weights, lr):',
    `    return ${optimizer ? pyCall(optimizer).replace('(', '(weights, lr=lr, ').replace(', )', ')') : 'None'}`,
  ]
}

/** What a training script cannot do for this project, or null when it can do everything. */
const obstacle = ({ project, resolved }: ExportDocument): string | null => {
  const training: TrainingSetup & Extras = project.training
  const data: DataChoice & DataExtras = project.data
  const output = resolved.nodes.get(resolved.outputs[0] ?? '')?.output ?? []
  if (resolved.inputs.length !== 1 || resolved.outputs.length !== 1 || output.length !== 1)
    return 'takes networks with one input and one row of outputs, and this is none'
  if (losses[training.loss].fuses === 'softmax' && sizeOf(output) < 2)
    return 'takes networks with one output per class for this loss, and this has one in all'
  if (!Object.hasOwn(TORCH_OPTIMIZERS, training.optimizer)) return `does not know the optimizer "${training.optimizer}"`
  if (training.fineTune) return 'has one phase of training, and this project has a second one for fine-tuning'
  if (data.classes?.length || data.perClass) return 'takes the data whole, and this project takes only some of each class'
  return null
}

/** Says what a training script cannot do, before anything is written. */
const checkTraining = (document: ExportDocument): Result<null> => {
  const why = obstacle(document)
  return why === null ? ok(null) : fail('export/no-training', `The training script ${why}: change that, or export without training script.`)
}

/** `train.py`: the project's training for one process or many, as a program. */
export const trainSource = (document: ExportDocument, layers: readonly TorchLayer[]): Result<string> => {
  const possible = checkTraining(document)
  if (!possible.ok) return possible
  const { project, resolved } = document
  const modules = ['argparse', 'csv', 'gzip', 'itertools', 'json', 'math', 'os', 're', 'socket', 'subprocess', 'sys', 'time']
  const lines = [
    DOC,
    '',
    ...modules.map(name => `import ${name}`),
    'from pathlib import Path',
    '',
    'import numpy as np',
    'import torch',
    'import torch.distributed as dist',
    'import torch.nn.functional as F',
    '',
    'from model import HERE, Network, load_weights',
    '',
    ...settings(layers, project.training, project.data, resolved),
    '',
    DATA_SOURCE,
    AUGMENT_SOURCE,
    OWN_OPTIMIZERS[TORCH_OPTIMIZERS[project.training.optimizer]?.name ?? ''] ?? '',
    LOOP_SOURCE.trimStart(),
  ]
  return ok(lines.join('\n').replace(/\n{4,}/g, '\n\n\n'))
}
