import * as tf from '@tensorflow/tfjs'
import { unzipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { templateOf } from '../../../templates/templates.ts'
import type { ProjectFile } from '../../graph/document.ts'
import { unwrap } from '../../result.ts'
import { branched, exportInputOf, node, projectOf } from '../exporters.testkit.ts'
import { askKeras, hasKeras, type KerasCase, layerProjects } from '../kerasFile/keras.testkit.ts'
import { keras } from './keras.ts'

beforeAll(async () => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
})

const write = async (project: ProjectFile, seed = 1) => {
  const input = await exportInputOf(project, seed)
  const wholes = project.graph.nodes.some(n => n.type === 'embedding')
  const probes = wholes ? input.probes.map(p => tf.tidy(() => tf.floor(tf.mul(p, 20)))) : input.probes
  const result = await keras.run({ ...input, probes }, {})
  return { result, model: input.model, probes }
}

const told = async (project: ProjectFile): Promise<string> => {
  const { result } = await write(project)
  return result.ok ? 'written' : result.issues[0].message
}

const caseOf = async (name: string, project: ProjectFile): Promise<KerasCase | string> => {
  const { result, model, probes } = await write(project)
  if (!result.ok) return result.issues[0].message
  const [input] = probes
  if (!input) throw new Error('no probe')
  return { name, bytes: result.value.files[0]?.bytes ?? new Uint8Array(), input, output: model.predict(input) as tf.Tensor }
}

describe('a network exported to Keras', () => {
  it('is one .keras file, proven by reading it again', async () => {
    const { result } = await write(branched())
    const { files, verified } = unwrap(result)
    expect(files.map(f => f.path)).toEqual(['model.keras'])
    expect(verified).toEqual({ runtime: 'Netloom’s own reader', samples: 8, maxAbsDiff: 0, sameClass: true })
  })

  it('has the same bytes each time', async () => {
    const one = unwrap((await write(branched())).result)
    await new Promise(done => setTimeout(done, 1100))
    const two = unwrap((await write(branched())).result)
    expect(one.files).toEqual(two.files)
  })

  it('carries the optimizer with its rate, weight decay and clipping', async () => {
    const base = branched()
    const training = { ...base.training, optimizer: 'adamw', weightDecay: 0.1, clip: 'globalNorm', clipLimit: 2 } as const
    const { files } = unwrap((await write({ ...base, training })).result)
    const config = unzipSync(files[0]?.bytes ?? new Uint8Array())['config.json']
    const { compile_config: compiled } = JSON.parse(new TextDecoder().decode(config))
    expect(compiled.optimizer).toMatchObject({
      class_name: 'AdamW',
      config: { learning_rate: base.training.learningRate, weight_decay: 0.1, global_clipnorm: 2 },
    })
  })

  it('names what Keras computes otherwise, before anything is written', async () => {
    const hard = projectOf([node('a', 'input', { shape: [4] }), node('gate', 'dense', { units: 2, activation: 'hardSigmoid' })], ['a>gate'])
    expect(await told(hard)).toBe(
      'The node "gate" (Dense) cannot be exported to Keras, because hardSigmoid has another slope in Keras 3 than in tfjs; change it first.',
    )
    const soft = projectOf([node('a', 'input', { shape: [4, 4, 1] }), node('up', 'upSampling2d', { interpolation: 'bilinear' })], ['a>up'])
    expect(await told(soft)).toContain('Keras blends from pixel centres and tfjs from pixel corners')
  })
})

describe.skipIf(!hasKeras())('as the real Keras reads it (skipped where Python has no Keras 3 with JAX)', () => {
  it('computes the same for every case of every layer, or the export says why not', { timeout: 900_000 }, async () => {
    const refused: string[] = []
    const cases: KerasCase[] = []
    for (const { name, project } of layerProjects()) {
      const made = await caseOf(name, project)
      if (typeof made === 'string') refused.push(`${name}: ${made}`)
      else cases.push(made)
    }
    const found = await askKeras(cases)
    expect(found.filter(f => f.difference === null || !(f.difference <= 1e-5)).map(f => `${f.name}: ${f.difference}`)).toEqual([])
    expect(found.flatMap(f => f.said).filter(said => !said.startsWith('Skipping variable loading for optimizer'))).toEqual([])
    console.info(
      `${found.length} cases, largest difference ${Math.max(...found.map(f => f.difference ?? Number.NaN))}; not exported: ${refused.join('; ')}`,
    )
    expect(refused.every(r => /hardSigmoid|bilinear|stddev/.test(r))).toBe(true)
  })

  it('keeps names, frozen layers, branches and the training setup', { timeout: 120_000 }, async () => {
    const odd = projectOf(
      [
        node('in', 'input', { shape: [6, 6, 2] }, { name: 'the "input" é' }),
        node('a', 'conv2d', { filters: 3, kernelSize: [1, 1] }, { name: 'a/b', frozen: true }),
        node('b', 'conv2d', { filters: 3, kernelSize: [1, 1], l1: 0.01, l2: 0.02 }, { name: '<img onerror=x>' }),
        node('c', 'conv2d', { filters: 3, kernelSize: [1, 1] }, { name: 'a/b' }),
        node('sum', 'add'),
        node('late', 'concatenate'),
        node('flat', 'flatten'),
        node('out', 'dense', { units: 2, activation: 'softmax' }, { name: '層' }),
      ],
      ['in>a', 'in>b', 'a>c', 'c>sum', 'b>sum', 'b>late', 'sum>late', 'late>flat', 'flat>out'],
    )
    const lenet = templateOf('lenet')?.project
    if (!lenet) throw new Error('no LeNet')
    const cases = (await Promise.all([caseOf('odd', odd), caseOf('lenet', lenet)])).filter(c => typeof c !== 'string')
    const [first, second] = await askKeras(cases)
    expect(first?.names).toEqual(['the "input" é', 'a_b', '<img onerror=x>', 'a_b_2', 'sum', 'late', 'flat', '層'])
    expect(first?.difference).toBeLessThan(1e-5)
    expect(first?.trainable).toBe(9 + 12 + 434)
    expect(first?.compiled).toBe(true)
    expect(second?.difference).toBeLessThan(1e-5)
    console.info(`LeNet: difference ${second?.difference}`)
  })
})
