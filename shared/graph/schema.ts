import { z } from 'zod'
import { augmentations } from '../data/prepare/augment.ts'
import {
  AUGMENTS,
  type AugmentId,
  BACKENDS,
  CLIPS,
  DEFAULT_DATA,
  DEFAULT_TRAINING,
  FITS,
  LOSSES,
  OPTIMIZERS,
  SCHEDULES,
  UNFREEZES,
  usualDecay,
} from './document.ts'
import { MAX_NAME, MAX_NODES, MAX_STRING, MAX_WIRES } from './limits.ts'

// Compiling validators needs `new Function`, which the content security policy forbids.
z.config({ jitless: true })

/** Node ids are tfjs layer names as well. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

const id = z
  .string()
  .max(MAX_NAME)
  .regex(ID_PATTERN, 'an id starts with a letter or digit and goes on with letters, digits, "_", "." or "-"')
const name = z.string().max(MAX_NAME)
const coordinate = z.number().min(-1e7).max(1e7)
const position = z.strictObject({ x: coordinate, y: coordinate })
const share = z.number().min(0).max(1)
const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)

const node = z.strictObject({
  id,
  type: z.string().min(1).max(MAX_NAME),
  name: name.optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  position: position.optional(),
  bypassed: z.boolean().default(false),
  frozen: z.boolean().default(false),
})
const wire = z.strictObject({ id: id.optional(), from: id, to: id })
const frame = z.strictObject({
  id,
  title: name.default(''),
  position,
  width: z.number().min(1).max(1e6),
  height: z.number().min(1).max(1e6),
})
const note = z.strictObject({ id, text: z.string().max(MAX_STRING), position })

const strengthOf = (id: AugmentId) => z.number().min(0).max(augmentations[id].max).optional()
const strengths = Object.fromEntries(AUGMENTS.map(id => [id, strengthOf(id)])) as Record<AugmentId, ReturnType<typeof strengthOf>>
const augment = z.strictObject(strengths)

const data = z.strictObject({
  source: z.string().max(4096).default(DEFAULT_DATA.source),
  validation: share.default(DEFAULT_DATA.validation),
  test: share.default(DEFAULT_DATA.test),
  normalise: z.enum(['none', 'unit', 'standard']).default(DEFAULT_DATA.normalise),
  limit: z.int().min(0).default(DEFAULT_DATA.limit),
  classes: z.array(z.string().min(1).max(MAX_NAME)).max(MAX_NODES).readonly().default([]),
  perClass: z.int().min(0).default(DEFAULT_DATA.perClass),
  seed: seed.default(DEFAULT_DATA.seed),
  fit: z.enum(FITS).default(DEFAULT_DATA.fit),
  augment: augment.default(DEFAULT_DATA.augment),
})
const fineTune = z.strictObject({
  epochs: z.int().min(1).max(1_000_000),
  learningRate: z.number().positive().max(1e6),
  unfreeze: z.enum(UNFREEZES).default('all'),
})
const setup = z.strictObject({
  loss: z.enum(LOSSES).default(DEFAULT_TRAINING.loss),
  optimizer: z.enum(OPTIMIZERS).default(DEFAULT_TRAINING.optimizer),
  learningRate: z.number().positive().max(1e6).default(DEFAULT_TRAINING.learningRate),
  schedule: z.enum(SCHEDULES).default(DEFAULT_TRAINING.schedule),
  weightDecay: z.number().min(0).max(1).nullable().default(null),
  clip: z.enum(CLIPS).default(DEFAULT_TRAINING.clip),
  clipLimit: z.number().positive().max(1e6).default(DEFAULT_TRAINING.clipLimit),
  batchSize: z.int().min(1).max(65_536).default(DEFAULT_TRAINING.batchSize),
  epochs: z.int().min(1).max(1_000_000).default(DEFAULT_TRAINING.epochs),
  fineTune: fineTune.nullable().default(DEFAULT_TRAINING.fineTune),
  seed: seed.default(DEFAULT_TRAINING.seed),
  backend: z.enum(['auto', ...BACKENDS]).default(DEFAULT_TRAINING.backend),
})

const training = setup.transform(read => ({ ...read, weightDecay: read.weightDecay ?? usualDecay(read.optimizer) }))

/** The file as it may be written by hand: what is left out takes its default. Whether ids are unique and wires end somewhere is checked after. */
export const fileSchema = z.strictObject({
  format: z.literal('netloom'),
  version: z.int(),
  name: name.default('untitled'),
  graph: z.strictObject({
    nodes: z.array(node).max(MAX_NODES).default([]),
    wires: z.array(wire).max(MAX_WIRES).default([]),
    frames: z.array(frame).max(MAX_NODES).default([]),
    notes: z.array(note).max(MAX_NODES).default([]),
  }),
  data: data.default(DEFAULT_DATA),
  training: training.default(DEFAULT_TRAINING),
})

/** What the schema lets through. */
export type LooseFile = z.infer<typeof fileSchema>
