import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as tfjs from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idxFolder } from '../../../cli/idx.testkit.ts'
import { templateOf } from '../../../templates/templates.ts'
import { loadRaw, prepare } from '../../data/prepare.ts'
import type { PreparedData } from '../../data/prepared.ts'
import { buildModel } from '../../engine/build.ts'
import { collect, only, startEngine } from '../../engine/engine.testkit.ts'
import type { NamedWeight } from '../../engine/protocol.ts'
import type { Tf } from '../../engine/tf.ts'
import { getWeights, setWeights } from '../../engine/weights.ts'
import { OPTIMIZERS, type OptimizerId, type ProjectFile } from '../../graph/document.ts'
import { resolve } from '../../graph/resolve.ts'
import { safetensors } from '../../importers/defs/safetensors.ts'
import { ok, unwrap } from '../../result.ts'
import { pytorch } from '../defs/pytorch.ts'
import { branched, exportInputOf, node, projectOf } from '../exporters.testkit.ts'
import { pyString } from '../python.ts'
import { runPython, torchPython } from './torch.testkit.ts'

const python = torchPython()
/** A folder of MNIST in IDX files; with it the whole story is told by LeNet, which takes minutes. */
const mnist = process.env.NETLOOM_MNIST

/** Reads data as the command line does: a catalogue entry below an asset folder, else IDX files of a folder. */
const readData = async (folder: string, project: ProjectFile): Promise<PreparedData> => {
  const { source } = project.data
  const bundled = source !== 'digits'
  const names = bundled ? [] : readdirSync(folder)
  const files = new Map(names.map(name => [name, new Uint8Array(readFileSync(join(folder, name)))]))
  const asset = async (path: string) => ok(new Uint8Array(readFileSync(join(folder, path))))
  const ctx = { asset, files, signal: new AbortController().signal, onProgress: () => {}, seed: 1 }
  return unwrap(await prepare(unwrap(await loadRaw(bundled ? source : 'idx:local', ctx)), project.data))
}

/** Share of right answers on the test part, 0–1. */
const accuracyOf = (tf: Tf, model: tfjs.LayersModel, { test, shape, classes }: PreparedData): number => {
  const guesses = tf.tidy(() => tf.argMax(model.predict(tf.tensor(test.inputs, [test.count, ...shape])) as tfjs.Tensor, -1).dataSync())
  if (guesses.length !== test.count || classes.length === 0) return Number.NaN
  return guesses.filter((guess, i) => guess === test.targets[i]).length / test.count
}

/** Takes a project's untrained network away into a folder, with its training script. */
const takeAway = async (project: ProjectFile, folder: string) => {
  const running = await startEngine('wasm')
  const { tf } = running.engine
  const resolved = resolve(project)
  const model = unwrap(buildModel(resolved, tf, project.training.seed))
  const probes = [tf.randomUniform([8, ...(model.inputs[0]?.shape.slice(1) ?? [])] as number[], 0, 1, 'float32', 3)]
  const input = { ...(await exportInputOf(branched())), project, resolved, weights: await getWeights(model), model, probes }
  mkdirSync(folder, { recursive: true })
  for (const { path, bytes } of unwrap(await pytorch.run(input, { training: true })).files) writeFileSync(join(folder, path), bytes)
  return { ...running, resolved, model, probes }
}

/** Takes a network away, trains it here, and tells what came of it. */
const trainHere = async (project: ProjectFile, data: PreparedData, folder: string) => {
  const { engine, report, resolved, model, probes } = await takeAway(project, folder)
  const { tf, libraries } = engine
  const events = await collect({ model, data, setup: project.training, backend: report, resolved }, engine)
  const trained = await getWeights(model)
  const accuracy = accuracyOf(tf, model, data)
  /** Reads what was trained elsewhere as the user would, and asks it on the test part. */
  const comeBack = async (path: string) => {
    const files = [{ path: 'model.safetensors', bytes: new Uint8Array(readFileSync(path)) }]
    const imported = unwrap(await safetensors.run({ files, open: { project, resolved }, tf, libraries }))
    setWeights(tf, model, imported.weights ?? [])
    const outputs = (model.predict(probes) as tfjs.Tensor).dataSync()
    return { weights: imported.weights ?? [], accuracy: accuracyOf(tf, model, data), outputs }
  }
  return { trained, accuracy, epochs: only(events, 'epoch'), comeBack }
}

const largest = (a: readonly NamedWeight[], b: readonly NamedWeight[]): number =>
  Math.max(...a.map((w, i) => Math.max(...w.values.map((value, k) => Math.abs(value - (b[i]?.values[k] ?? Number.NaN))))))

/** What the network of a folder answers in PyTorch, with the weights of a file. */
const PREDICT = `
import sys, json
sys.path.insert(0, sys.argv[1])
import model
probe = model.read_safetensors(model.HERE / "probe.safetensors")["input_0"]
print(json.dumps(model.predict_nhwc(model.load_model(sys.argv[2]), probe)[0].flatten().tolist()))
`
const torchrun = (folder: string, args: readonly string[]) =>
  runPython(
    python ?? '',
    ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node=2', '-r', '0:1', '-t', '0:1', 'train.py', '--cpu', ...args],
    folder,
  )

/** Share of right answers that a run printed for the test part, 0–1. */
const printed = (out: string): number => Number(/test: .*accuracy ([\d.]+) %/m.exec(out)?.[1]) / 100

/** Runs train.py of several folders, each with its arguments, one after another in one Python. */
const DRIVER = `
import json, os, runpy, sys
exec(sys.argv[2])
for folder, *args in json.loads(sys.argv[1]):
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = ["train.py", "--cpu", *args]
    runpy.run_path(os.path.join(folder, "train.py"), run_name="__main__")
    sys.path.pop(0)
    del sys.modules["model"]
`
const runAll = (runs: readonly (readonly string[])[], before = '') => runPython(python ?? '', ['-c', DRIVER, JSON.stringify(runs), before])

/** Writes the IDX files of a folder as one .npz file, by what an exported script reads. */
const toNpz = (folder: string, from: string, to: string): string => `
import pathlib, numpy
sys.path.insert(0, ${pyString(folder)})
import train
(x, y), (x_test, y_test) = train.read_idx(pathlib.Path(${pyString(from)}))[0]
numpy.savez(${pyString(to)}, x_train=x[..., 0], y_train=y, x_test=x_test[..., 0], y_test=y_test)
sys.path.pop(0)
del sys.modules["model"], sys.modules["train"]
`

/** Tries every change of pictures on its own. */
const AUGMENTED = `
import sys, pathlib
sys.path.insert(0, sys.argv[1])
import torch, train
(x, _), _, _, scale = train.load_data(pathlib.Path(sys.argv[2]))
torch.manual_seed(0)
def changed(**wanted):
    train.AUGMENT = wanted
    return train.augmented(x, *scale)
def same(a, b, most=1e-5):
    return float((a - b).abs().max()) <= most
assert same(changed(), x)
assert same(changed(flip=1), x.flip(3))
assert same(changed(invert=1), 1 - x)
for name in ("shift", "rotate", "scale", "blur", "contrast", "brightness", "noise"):
    assert same(changed(**{name: 1e-6}), x, 1e-3), name
    assert not same(changed(**{name: 0.5}), x, 1e-2), name
    assert float(changed(**{name: 0.5}).min()) >= -1e-6 and float(changed(**{name: 0.5}).max()) <= 1 + 1e-6, name
moved = torch.zeros(300, 1, 9, 9); moved[:, :, 4, 4] = 1
x = moved
grid = torch.arange(9.0)
found = changed(shift=2)
assert same((found.sum(2) * grid).sum(-1).max(), torch.tensor(6.0), 0.05) and same((found.sum(3) * grid).sum(-1).min(), torch.tensor(2.0), 0.05)
turned = changed(rotate=180)
assert same(turned[:, 0, 4, 4], torch.ones(300), 1e-3)
x = torch.zeros(300, 1, 9, 11); x[:, :, 4, 8] = 1
turned = changed(rotate=180)
x_of, y_of = ((turned.sum(d)[:, 0] * torch.arange(float(n))).sum(-1) / turned.sum((1, 2, 3)) for d, n in ((2, 11), (3, 9)))
assert same((x_of - 5) ** 2 + (y_of - 4) ** 2, torch.full((300,), 9.0), 1.2)
x = torch.ones(50, 1, 9, 11)
assert same(changed(shift=2, rotate=30, scale=0.3), x)  # beyond the edge its last pixel goes on
network = train.load_weights(train.Network(), train.HERE / "model.safetensors")
train.begin_afresh(network)
state = network.state_dict()
for key, limit in (("conv.weight", (6 / (9 + 36)) ** 0.5), ("out.weight", (6 / (16 + 4)) ** 0.5)):
    assert 0.75 * limit < float(state[key].abs().max()) <= limit and abs(float(state[key].mean())) < 0.3 * limit, key
assert float(state["conv.bias"].abs().max()) == 0
for path in sys.argv[3:]:
    try:
        train.load_data(pathlib.Path(path))
    except SystemExit as reason:
        print(reason)
print("all as wanted")
`

const small = (training: Partial<ProjectFile['training']>, data: Partial<ProjectFile['data']> = {}, l2 = 0): ProjectFile => {
  const project = projectOf(
    [
      node('image', 'input', { shape: [4, 4, 1] }),
      node('conv', 'conv2d', { filters: 4, padding: 'same', activation: 'tanh', l2 }),
      node('pool', 'averagePooling2d', {}),
      node('flat', 'flatten'),
      node('out', 'dense', { units: 4, activation: 'softmax' }),
    ],
    ['image>conv', 'conv>pool', 'pool>flat', 'flat>out'],
  )
  return {
    ...project,
    data: { ...project.data, ...data },
    training: { ...project.training, batchSize: 16, epochs: 3, learningRate: 0.01, ...training },
  }
}

describe.skipIf(!python)('training elsewhere (skipped where there is no Python with PyTorch)', () => {
  const root = mkdtempSync(join(tmpdir(), 'netloom-elsewhere-'))
  const idx = join(root, 'idx')
  beforeAll(() => {
    mkdirSync(idx)
    idxFolder(idx, { train: 203, t10k: 40 })
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('takes the same steps as here, with every optimizer', async () => {
    const special: Partial<Record<OptimizerId, ProjectFile>> = {
      sgd: small({ learningRate: 0.1, schedule: 'linear' }, { validation: 0.25, seed: 5, normalise: 'standard' }),
      momentum: small({ seed: 3 }, { limit: 100 }, 0.01),
      rmsprop: small({ learningRate: 0.003 }, { normalise: 'none' }),
      adagrad: small({ loss: 'categoricalCrossentropy' }),
      adam: small({ schedule: 'cosine' }),
      adamax: small({ loss: 'binaryCrossentropy' }),
    }
    // tfjs's own Adadelta divides by the mean square from before the gradient, Keras and PyTorch by that after it.
    const projects = OPTIMIZERS.map(optimizer => {
      const project = special[optimizer] ?? small({})
      return { ...project, training: { ...project.training, optimizer } }
    })
    const folders = projects.map(({ training }) => join(root, training.optimizer))
    const here = []
    for (const [i, project] of projects.entries()) here.push(await trainHere(project, await readData(idx, project), folders[i] ?? ''))
    const run = runAll(folders.map(folder => [folder, '--data', idx]))
    expect(run.stderr).toBe('')
    for (const [i, { trained, comeBack }] of here.entries()) {
      const back = await comeBack(join(folders[i] ?? '', 'trained/model.safetensors'))
      expect(largest(trained, back.weights), projects[i]?.training.optimizer).toBeLessThan(1e-3)
    }
  }, 300_000)

  it('goes on from a checkpoint exactly where it was, and two processes end where one does', async () => {
    const project = small({ schedule: 'linear', optimizer: 'adam' })
    const data = await readData(idx, project)
    const folder = join(root, 'resumed')
    const { comeBack, trained } = await trainHere(project, data, folder)
    const runs = [['whole'], ['parts', '--stop-after', '1'], ['parts', '--resume']].map(([out = '', ...args]) => [
      ...[folder, '--data', idx, '--out', out],
      ...args,
    ])
    const { stdout, stderr } = runAll(runs)
    expect(stdout.match(/^epoch \d/gm), stderr).toEqual(['epoch 1', 'epoch 2', 'epoch 3', 'epoch 1', 'epoch 2', 'epoch 3'])
    const whole = readFileSync(join(folder, 'whole/model.safetensors'))
    expect(readFileSync(join(folder, 'parts/model.safetensors')).equals(whole)).toBe(true)
    const two = torchrun(folder, ['--data', idx, '--out', 'two'])
    expect(two.stdout, two.stderr).toContain('2 process(es) on cpu')
    expect(largest(trained, (await comeBack(join(folder, 'two/model.safetensors'))).weights)).toBeLessThan(1e-3)
  }, 300_000)

  it('reads tables and arrays as well as IDX files', async () => {
    const flowers = projectOf(
      [
        node('x', 'input', { shape: [4] }),
        node('hidden', 'dense', { units: 5, activation: 'relu' }),
        node('y', 'dense', { units: 3, activation: 'softmax' }),
      ],
      ['x>hidden', 'hidden>y'],
    )
    const project = { ...flowers, data: { ...flowers.data, source: 'iris' }, training: { ...flowers.training, epochs: 3 } }
    const [table, arrays] = [join(root, 'table'), join(root, 'arrays')]
    const assets = fileURLToPath(new URL('../../../assets', import.meta.url))
    const here = await trainHere(project, await readData(assets, project), table)
    const pictures = small({})
    await trainHere(pictures, await readData(idx, pictures), arrays)
    const line = projectOf([node('x', 'input', { shape: [2] }), node('y', 'dense', { units: 1 })], ['x>y'])
    const numbers = join(root, 'numbers')
    const predicting = { loss: 'meanSquaredError', optimizer: 'sgd', learningRate: 0.1, epochs: 40, batchSize: 8 } as const
    await takeAway({ ...line, data: { ...line.data, normalise: 'none' }, training: { ...line.training, ...predicting } }, numbers)
    const rows = Array.from({ length: 60 }, (_, i) => [(i % 7) / 7, (i % 5) / 5]).map(([a = 0, b = 0]) => [a, b, 2 * a - b].join())
    writeFileSync(join(root, 'line.csv'), ['a,b,wanted', ...rows, ''].join('\n'))
    const npz = join(root, 'all.npz')
    const runs = [
      [table, '--data', join(assets, 'data/iris.csv')],
      [numbers, '--data', join(root, 'line.csv')],
      [arrays, '--data', npz, '--out', 'npz'],
      [arrays, '--data', idx, '--out', 'idx'],
      [arrays, '--data', idx, '--out', 'fresh', '--fresh', '--epochs', '20'],
    ]
    const { stdout, stderr } = runAll(runs, toNpz(arrays, idx, npz))
    expect(stderr).toBe('')
    expect(stdout).toContain('epoch 20/20')
    expect(printed(stdout.slice(stdout.indexOf('epoch 20/20')))).toBeGreaterThan(0.9)
    expect(Number(/^epoch 40\/40: loss ([\d.]+)/m.exec(stdout)?.[1])).toBeLessThan(1e-3)
    expect(largest(here.trained, (await here.comeBack(join(table, 'trained/model.safetensors'))).weights)).toBeLessThan(1e-4)
    const [a, b] = ['npz', 'idx'].map(out => readFileSync(join(arrays, out, 'model.safetensors')))
    expect(a?.equals(b ?? new Uint8Array())).toBe(true)
  }, 300_000)

  it('changes pictures as it says, and says in a sentence what is wrong with data', async () => {
    const project = small({})
    const folder = join(root, 'augmented')
    await trainHere(project, await readData(idx, project), folder)
    writeFileSync(join(root, 'wrong.csv'), '1,2,0\n3,4,1\n')
    const run = runPython(python ?? '', ['-c', AUGMENTED, folder, idx, join(root, 'wrong.csv'), root])
    expect(run.stderr).toBe('')
    const [wrong, none, ...more] = run.stdout.trim().split('\n')
    expect(more).toEqual(['all as wanted'])
    expect(wrong).toMatch(/wrong\.csv holds samples of 2, but the network takes 4 x 4 x 1\.$/)
    expect(none).toMatch(/holds no train-images-idx3-ubyte \(or \.gz\)\.$/)
  }, 300_000)

  it.skipIf(!mnist)(
    'reaches the accuracy of the run here with two processes on MNIST (skipped without NETLOOM_MNIST)',
    async () => {
      const template = templateOf('lenet')?.project
      if (!template || !mnist) throw new Error('no LeNet')
      const project = { ...template, data: { ...template.data, source: 'digits' }, training: { ...template.training, epochs: 3 } }
      const folder = join(root, 'mnist')
      const here = await trainHere(project, await readData(mnist, project), folder)
      const run = runPython(python ?? '', ['train.py', '--cpu', '--processes', '2', '--data', mnist], folder)
      expect(run.stdout, run.stderr).toContain('2 process(es) on cpu')
      const file = join(folder, 'trained/model.safetensors')
      const back = await here.comeBack(file)
      const there: number[] = JSON.parse(runPython(python ?? '', ['-c', PREDICT, folder, file]).stdout)
      const difference = Math.max(...there.map((value, i) => Math.abs(value - (back.outputs[i] ?? Number.NaN))))
      console.info(run.stdout)
      console.info(`here ${here.accuracy}, there ${printed(run.stdout)}, read back ${back.accuracy}; outputs differ by ${difference}`)
      expect(Math.abs(here.accuracy - printed(run.stdout))).toBeLessThan(0.01)
      expect(back.accuracy).toBeCloseTo(printed(run.stdout), 3)
      expect(difference).toBeLessThan(1e-5)
    },
    900_000,
  )
})
