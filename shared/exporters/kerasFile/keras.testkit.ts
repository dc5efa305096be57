import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as tf from '@tensorflow/tfjs'
import type { GraphNode, ProjectFile } from '../../graph/document.ts'
import type { AnyLayerDef, LayerCase } from '../../layers/define.ts'
import { layers } from '../../layers/registry.ts'
import { sizeOf } from '../../layers/shape.ts'
import { node, projectOf } from '../exporters.testkit.ts'

/** Python to check with: `NETLOOM_PYTHON`, else `python3`. */
const PYTHON = process.env.NETLOOM_PYTHON ?? 'python3'
const env = { ...process.env, KERAS_BACKEND: 'jax', JAX_PLATFORMS: 'cpu' }

/** True where Python has Keras 3 and JAX. */
export const hasKeras = (): boolean =>
  spawnSync(
    PYTHON,
    ['-c', 'import importlib.util as u, sys; sys.exit(not (u.find_spec("keras") and u.find_spec("jax") and u.find_spec("h5py")))'],
    {
      env,
    },
  ).status === 0

/** A file of ours with inputs and the outputs that it must give. */
export interface KerasCase {
  readonly name: string
  readonly bytes: Uint8Array
  readonly input: tf.Tensor
  readonly output: tf.Tensor
}

const CHECK = `
import json, sys, warnings, numpy as np, keras
folder = sys.argv[1]
out = []
for case in json.load(open(folder + '/cases.json')):
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter('always')
            model = keras.saving.load_model(f"{folder}/{case['file']}.keras")
    except Exception as e:
        out.append({'name': case['name'], 'difference': None, 'names': [], 'trainable': 0, 'compiled': False, 'said': [str(e)[-300:]]})
        continue
    x = np.fromfile(f"{folder}/{case['file']}.in", dtype='<f4').reshape(case['input'])
    y = np.fromfile(f"{folder}/{case['file']}.out", dtype='<f4').reshape(case['output'])
    got = np.asarray(model(x, training=False))
    out.append({'name': case['name'], 'difference': float(np.abs(got - y).max()), 'names': [l.name for l in model.layers],
                'trainable': int(sum(int(np.prod(w.shape)) for w in model.trainable_weights)), 'compiled': bool(model.compiled),
                'said': [str(w.message) for w in said]})
print(json.dumps(out))
`

/** What Keras found for one file. */
export interface KerasFinding {
  readonly name: string
  /** Largest absolute difference; null when Keras could not load the file. */
  readonly difference: number | null
  readonly names: readonly string[]
  readonly trainable: number
  readonly compiled: boolean
  readonly said: readonly string[]
}

/** Loads every file with the real Keras and compares its outputs with ours. */
export const askKeras = async (cases: readonly KerasCase[]): Promise<readonly KerasFinding[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'netloom-keras-'))
  try {
    const rows = await Promise.all(
      cases.map(async ({ name, bytes, input, output }, i) => {
        writeFileSync(join(folder, `${i}.keras`), bytes)
        writeFileSync(join(folder, `${i}.in`), Float32Array.from(await input.data()))
        writeFileSync(join(folder, `${i}.out`), Float32Array.from(await output.data()))
        return { file: String(i), name, input: input.shape, output: output.shape }
      }),
    )
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(rows))
    const run = spawnSync(PYTHON, ['-c', CHECK, folder], { env, encoding: 'utf8', maxBuffer: 2 ** 26 })
    if (run.status !== 0) throw new Error(run.stderr.slice(-3000))
    return JSON.parse(run.stdout) as KerasFinding[]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type AnyCase = LayerCase<Record<string, unknown>>

/** A network with one input around one case of a layer; several inputs of the layer come out of one row of values. */
const around = (def: AnyLayerDef, { input, params }: AnyCase): ProjectFile => {
  const own = node('it', def.type, params)
  const [only = [], ...more] = input
  if (def.type === 'input') return projectOf([own, node('end', 'activation', { activation: 'linear' })], ['it>end'])
  if (more.length === 0) return projectOf([node('in', 'input', { shape: only }), own], ['in>it'])
  const branches = input.flatMap((shape, i): GraphNode[] => [
    node(`d${i}`, 'dense', { units: sizeOf(shape) }),
    node(`r${i}`, 'reshape', { targetShape: shape }),
  ])
  const wires = input.flatMap((_, i) => [`in>d${i}`, `d${i}>r${i}`, `r${i}>it`])
  return projectOf([node('in', 'input', { shape: [3] }), ...branches, own], wires)
}

/** Every documented case of every layer as a network of its own. */
export const layerProjects = (): readonly { readonly name: string; readonly def: AnyLayerDef; readonly project: ProjectFile }[] =>
  layers.flatMap(def =>
    (def.cases as readonly AnyCase[]).map((c, i) => ({
      name: `${def.title} ${i + 1} ${JSON.stringify(c.params)}`,
      def,
      project: around(def, c),
    })),
  )
