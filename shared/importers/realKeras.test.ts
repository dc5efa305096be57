import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasKeras } from '../exporters/kerasFile/keras.testkit.ts'
import { unwrap } from '../result.ts'
import { modelOf, read } from './importers.testkit.ts'

const WRITE = `
import json, sys, numpy as np, keras
from keras import layers as L
folder = sys.argv[1]
keras.utils.set_random_seed(3)
i = keras.Input((9, 9, 3), name='in put')
a = L.Conv2D(4, 3, activation='relu', name='first', kernel_regularizer='l2')(i)
b = L.Conv2D(4, 3, activation='gelu')(i)
x = L.Add()([a, b])
x = L.BatchNormalization()(x)
x = L.SeparableConv2D(3, 3, padding='same')(x)
x = L.Conv2DTranspose(3, 3, strides=2, padding='same')(x)
x = L.DepthwiseConv2D(3, depth_multiplier=2)(x)
x = L.PReLU(shared_axes=[1, 2])(x)
x = L.LayerNormalization()(x)
x = L.MaxPooling2D()(x)
x = L.Dropout(0.3)(x)
x = L.Reshape((-1, 6))(x)
x = L.Conv1D(4, 3)(x)
x = L.Bidirectional(L.LSTM(3, return_sequences=True))(x)
x = L.GRU(4, return_sequences=True, reset_after=False)(x)
x = L.SimpleRNN(4, return_sequences=True)(x)
x = L.LSTM(4)(x)
x = L.LeakyReLU(negative_slope=0.2)(x)
model = keras.Model(i, L.Dense(3, activation='softmax')(x), name='everything')
for w in model.weights:
    if 'moving' in w.path: w.assign(np.random.uniform(0.5, 1.5, w.shape))
x = np.random.uniform(-1, 1, (5, 9, 9, 3)).astype('<f4')
x.tofile(folder + '/in'); np.asarray(model(x), '<f4').tofile(folder + '/out')
model.save(folder + '/model.keras'); model.save(folder + '/model.h5'); model.save_weights(folder + '/model.weights.h5')
open(folder + '/model.json', 'w').write(model.to_json())
s = keras.Sequential([keras.Input((4,)), L.Dense(5, activation='tanh'), L.Rescaling(2.0), L.Dense(2)], name='chain')
y = np.random.uniform(-1, 1, (5, 4)).astype('<f4')
y.tofile(folder + '/in2'); np.asarray(s(y), '<f4').tofile(folder + '/out2'); s.save(folder + '/chain.keras')
`

let folder = ''
const file = (name: string) => ({ path: name, bytes: new Uint8Array(readFileSync(join(folder, name))) })
const numbers = (name: string) => new Float32Array(file(name).bytes.buffer)

describe.skipIf(!hasKeras())('files that the real Keras 3 wrote (skipped where Python has no Keras 3 with JAX)', () => {
  beforeAll(async () => {
    tf.enableProdMode()
    await tf.setBackend('cpu')
    folder = mkdtempSync(join(tmpdir(), 'netloom-real-keras-'))
    const env = { ...process.env, KERAS_BACKEND: 'jax', JAX_PLATFORMS: 'cpu' }
    const run = spawnSync(process.env.NETLOOM_PYTHON ?? 'python3', ['-c', WRITE, folder], { env, encoding: 'utf8' })
    if (run.status !== 0) throw new Error(run.stderr.slice(-2000))
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['.keras', ['model.keras']],
    ['.h5', ['model.h5']],
    ['JSON and .weights.h5', ['model.json', 'model.weights.h5']],
  ])('%s: every layer computes the same', async (_, names) => {
    const opened = unwrap(await read(names.map(file)))
    expect(opened.notes.filter(n => n.code !== 'import/training-only')).toEqual([])
    expect(opened.project.name).toBe('everything')
    const model = modelOf(opened)
    const got = (model.predict(tf.tensor(numbers('in'), [5, 9, 9, 3])) as tf.Tensor).dataSync()
    const largest = numbers('out').reduce((max, v, i) => Math.max(max, Math.abs(v - (got[i] ?? Number.NaN))), 0)
    console.info(`${names.join(' + ')}: largest difference ${largest}`)
    expect(largest).toBeLessThan(1e-5)
  })

  it('a chain opens too', async () => {
    const opened = unwrap(await read([file('chain.keras')]))
    const got = (modelOf(opened).predict(tf.tensor(numbers('in2'), [5, 4])) as tf.Tensor).dataSync()
    expect(numbers('out2').reduce((max, v, i) => Math.max(max, Math.abs(v - (got[i] ?? Number.NaN))), 0)).toBeLessThan(1e-6)
  })
})
