import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idxFolder } from '../../../cli/idx.testkit.ts'
import { templateOf } from '../../../templates/templates.ts'
import { loadRaw, prepare } from '../../data/prepare.ts'
import type { PreparedData } from '../../data/prepared.ts'
import { collect, jobOf, only, startEngine } from '../../engine/engine.testkit.ts'
import { scorer } from '../../engine/proof.ts'
import type { NamedWeight } from '../../engine/protocol.ts'
import { getWeights, setWeights } from '../../engine/weights.ts'
import { OPTIMIZERS, type OptimizerId, type ProjectFile } from '../../graph/document.ts'
import { resolve } from '../../graph/resolve.ts'
import { safetensors } from '../../importers/defs/safetensors.ts'
import { unwrap } from '../../result.ts'
import { pytorch } from '../defs/pytorch.ts'
import { node, projectOf } from '../exporters.testkit.ts'
import { runPython, torchPython } from './torch.testkit.ts'

const python = torchPython()
/** A folder of MNIST in IDX files; with it the whole story is told by LeNet, which takes minutes. */
const mnist = process.env.NETLOOM_MNIST

const readData = async (folder: string, project: ProjectFile): Promise<PreparedData> => {
  const files = new Map(readdirSync(folder).map(name => [name, new Uint8Array(readFileSync(join(folder, name)))]))
  const ctx = {
    asset: () => Promise.reject(new Error('no asset')),
    files,
    signal: new AbortController().signal,
    onProgress: () => {},
    seed: 1,
  }
  return unwrap(await prepare(unwrap(await loadRaw('idx:local', ctx)), project.data))
}

/** Takes a project's untrained network away into a folder, trains it here, and tells what came of it. */
const trainHere = async (project: ProjectFile, data: PreparedData, folder: string) => {
  const running = await startEngine('wasm')
  const { tf, libraries } = running.engine
  const resolved = resolve(project)
  const job = { ...jobOf(project, data, running), resolved }
  const weights = await getWeights(job.model)
  const probes = [tf.tensor(data.test.inputs.slice(0, 8 * data.shape.reduce((a, b) => a * b, 1)), [8, ...data.shape])]
  const input = { project, resolved, history: [], weights, tf, libraries, data: null, model: job.model, probes, score: async () => null }
  mkdirSync(folder, { recursive: true })
  for (const { path, bytes } of unwrap(await pytorch.run(input, { training: true })).files) writeFileSync(join(folder, path), bytes)
  const events = await collect(job, running.engine)
  const trained = await getWeights(job.model)
  const score = await scorer(running.engine, job.model, project.training.loss, data)(job.model)
  /** Reads what was trained elsewhere as the user would, and asks it on the test part. */
  const comeBack = async (path: string) => {
    const files = [{ path: 'model.safetensors', bytes: new Uint8Array(readFileSync(path)) }]
    const imported = unwrap(await safetensors.run({ files, open: { project, resolved }, tf, libraries }))
    setWeights(tf, job.model, imported.weights ?? [])
    const there = await scorer(running.engine, job.model, project.training.loss, data)(job.model)
    const outputs = Float32Array.from(await (job.model.predict(probes) as ReturnType<typeof tf.tensor>).data())
    return { weights: imported.weights ?? [], accuracy: there?.accuracy ?? Number.NaN, outputs }
  }
  return { trained, accuracy: score?.accuracy ?? Number.NaN, epochs: only(events, 'epoch'), probes, comeBack }
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
for folder, *args in json.loads(sys.argv[1]):
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = ["train.py", "--cpu", *args]
    runpy.run_path(os.path.join(folder, "train.py"), run_name="__main__")
    sys.path.pop(0)
    del sys.modules["model"]
`
const runAll = (runs: readonly (readonly string[])[]) => runPython(python ?? '', ['-c', DRIVER, JSON.stringify(runs)])

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
    const projects = OPTIMIZERS.filter(id => id !== 'adadelta').map(optimizer => {
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
  }, 60_000)

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
  }, 60_000)

  it.skipIf(!mnist)(
    'reaches the accuracy of the run here with two processes on MNIST (skipped without NETLOOM_MNIST)',
    async () => {
      const template = templateOf('lenet')?.project
      if (!template || !mnist) throw new Error('no LeNet')
      const project = { ...template, data: { ...template.data, source: 'idx:mnist' }, training: { ...template.training, epochs: 3 } }
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
