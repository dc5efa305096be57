import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../scripts/build.mjs'
import { isStale } from '../scripts/freshness.mjs'
import { payloadOf } from '../shared/standalone/page.ts'
import { templateOf } from '../templates/templates.ts'
import { loadData } from './data.ts'
import { idxFolder } from './idx.testkit.ts'
import type { Io } from './io.ts'
import { bin, netloom, root, runProgram, workFolder } from './run.testkit.ts'

const { path: folder, remove } = workFolder()
const iris = join(folder, 'iris.netloom')
const lines = (text: string): { type: string; [key: string]: unknown }[] =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

/** Training losses and accuracies, one per epoch. */
const trainScores = (events: readonly { type: string; [key: string]: unknown }[]): { loss: number; accuracy: number }[] =>
  events.flatMap(e => (e.type === 'epoch' ? [e.train as { loss: number; accuracy: number }] : []))

let events: ReturnType<typeof lines> = []
beforeAll(async () => {
  if (isStale('cli')) await build('cli')
  const { out } = await netloom('train', 'iris-mlp', '--seed', '1', '--out', iris, '--json')
  events = lines(out)
}, 60_000)
afterAll(remove)

const silent: Io = {
  say: () => undefined,
  json: () => undefined,
  note: () => undefined,
  progress: { show: () => undefined, clear: () => undefined },
  signal: new AbortController().signal,
}

/** The flowers as the network sees them, split as in training. */
const irisTest = async (): Promise<Float32Array> => {
  const template = templateOf('iris-mlp')
  const data = template && (await loadData(template.project.data, silent))
  if (!data?.ok) throw new Error('The iris data could not be loaded.')
  return data.value.test.inputs
}

describe('training iris', () => {
  it('tells its story line by line and ends with done', () => {
    expect(events[0]).toMatchObject({ type: 'started', parameters: 193, epochs: 150, samples: { train: 105, validation: 15, test: 30 } })
    expect(events.filter(e => e.type === 'epoch')).toHaveLength(150)
    expect(events.at(-1)).toMatchObject({ type: 'done', epochs: 150, out: iris })
  })

  it('is repeated exactly by the same seed, and differs with another', async () => {
    const scores = async (seed: string) => trainScores(lines((await netloom('train', 'iris-mlp', '--seed', seed, '--json')).out))
    const [one, other] = await Promise.all([scores('1'), scores('2')])
    expect(one).toEqual(trainScores(events))
    expect(other).not.toEqual(one)
  })

  it.each(['2', '3'])('recognises at least 94 %% of the flowers it has never seen with seed %s, as the template says', async seed => {
    const path = join(folder, `iris-${seed}.netloom`)
    await netloom('train', 'iris-mlp', '--seed', seed, '--backend', 'wasm', '--out', path)
    expect(JSON.parse((await netloom('evaluate', path, '--json')).out).accuracy).toBeGreaterThanOrEqual(0.94)
  })

  it('recognises at least 94 % of the flowers it has never seen', async () => {
    const { code, out } = await netloom('evaluate', iris, '--json')
    const { loss, accuracy, count, confusion, metrics } = JSON.parse(out)
    expect(code).toBe(0)
    expect(accuracy).toBeGreaterThanOrEqual(0.94)
    expect(metrics).toEqual({ accuracy, precision: expect.any(Number), recall: expect.closeTo(accuracy, 6) })
    expect((await netloom('evaluate', iris)).out).toMatch(/^accuracy 9\d\.\d\d % · precision 9\d\.\d\d % · recall 9\d\.\d\d %$/m)
    expect(loss).toBeLessThan(0.4)
    expect(count).toBe(30)
    const right = confusion.reduce((sum: number, row: number[], i: number) => sum + (row[i] ?? 0), 0)
    expect(right / count).toBeCloseTo(accuracy, 6)
    expect(JSON.parse((await netloom('evaluate', iris, '--split', 'train', '--json')).out).count).toBe(105)
  })

  it('goes on from the file unless told to begin anew', async () => {
    const first = async (...more: string[]) => {
      const { out, err } = await netloom('train', iris, '--epochs', '1', '--json', ...more)
      return { loss: trainScores(lines(out))[0]?.loss, err }
    }
    const [on, anew] = await Promise.all([first(), first('--fresh')])
    expect(on.loss).toBeLessThan(0.4)
    expect(on.err).toMatch(/Going on from the trained weights/)
    expect(anew.loss).toBeGreaterThan(0.5)
  })

  it('stops at Ctrl+C and keeps what was learned', async () => {
    const path = join(folder, 'stopped.netloom')
    const child = spawn(process.execPath, [bin, 'train', 'iris-mlp', '--epochs', '100000', '--json', '--out', path], { cwd: root })
    let out = ''
    child.stdout.on('data', chunk => {
      out += String(chunk)
      if (out.includes('"epoch","epoch":5') && !child.killed) child.kill('SIGINT')
    })
    const code = await new Promise(resolve => child.on('close', resolve))
    expect(code).toBe(130)
    expect(lines(out).at(-1)).toMatchObject({ type: 'stopped', out: path })
    expect((await netloom('evaluate', path)).code).toBe(0)
  })
})

describe('a trained network taken to tfjs', () => {
  const out = join(folder, 'web/iris')
  const bare = `
    const { createServer } = require('node:http')
    const { readFileSync } = require('node:fs')
    const tf = require(${JSON.stringify(join(root, 'node_modules/@tensorflow/tfjs'))})
    const server = createServer((q, r) => r.end(readFileSync(${JSON.stringify(out)} + q.url))).listen(0, async () => {
      const model = await tf.loadLayersModel('http://127.0.0.1:' + server.address().port + '/model.json')
      const inputs = JSON.parse(readFileSync(process.argv[2], 'utf8'))
      console.log(JSON.stringify(model.predict(tf.tensor(inputs, [inputs.length / 4, 4])).arraySync()))
      server.close()
      process.exit(0)
    })`

  it('is proven, and says so', async () => {
    const { code, out: said } = await netloom('export', iris, '--format', 'tfjs', '--out', out, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(said).verified).toMatchObject({ samples: 32, maxAbsDiff: 0, sameClass: true })
    expect(readdirSync(out).sort()).toEqual(['model.json', 'weights.bin'])
  })

  it('gives the same predictions in a script that knows only tfjs', async () => {
    writeFileSync(join(folder, 'bare.cjs'), bare)
    writeFileSync(join(folder, 'inputs.json'), JSON.stringify([...(await irisTest())]))
    const [there, here] = await Promise.all([
      runProgram([join(folder, 'bare.cjs'), join(folder, 'inputs.json')]),
      netloom('predict', iris, '--count', '30', '--json'),
    ])
    const theirs: number[][] = JSON.parse(there.out.trim().split('\n').at(-1) ?? '')
    const { predictions } = JSON.parse(here.out)
    expect(theirs).toHaveLength(30)
    for (const [i, row] of theirs.entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(predictions[i].probabilities[j], 5)
      expect(row.indexOf(Math.max(...row))).toBe(['setosa', 'versicolor', 'virginica'].indexOf(predictions[i].label))
    }
  })

  it('is written again over an older export, beside files of others, with the same bytes', async () => {
    const bytes = readFileSync(join(out, 'weights.bin'))
    writeFileSync(join(out, 'weights.bin'), 'old')
    writeFileSync(join(out, 'index.html'), 'mine')
    expect((await netloom('export', iris, '--format', 'tfjs', '--out', out)).out).toMatch(/Verified\. Reloaded with tfjs/)
    expect(readFileSync(join(out, 'weights.bin'))).toEqual(bytes)
    expect(readdirSync(out).sort()).toEqual(['index.html', 'model.json', 'weights.bin'])
    expect(readdirSync(join(folder, 'web'))).toEqual(['iris'])
  })
})

describe('a trained network taken away by hand', () => {
  const exported = async (format: string, name: string, ...more: string[]) => {
    const path = join(folder, 'away', name)
    const { code, out: said, err } = await netloom('export', iris, '--format', format, '--out', path, '--json', ...more)
    expect([code, err]).toEqual([0, ''])
    return { path, said: JSON.parse(said) }
  }

  it('is one page that scales as the project’s data was scaled, proven by its own program', async () => {
    const { path, said } = await exported('html', 'iris.html')
    expect(said.verified).toMatchObject({ runtime: 'the page’s own program', samples: 30, sameClass: true })
    const payload = payloadOf(readFileSync(path, 'utf8'))
    expect(payload?.classes).toEqual(['setosa', 'versicolor', 'virginica'])
    expect(payload?.input).toMatchObject({ kind: 'numbers', numbers: [{ name: 'sepal length' }, {}, {}, {}] })
  })

  it('is a smaller folder whose rounding is told with its price', async () => {
    const { path, said } = await exported('tfjs', 'small', '--set', 'precision=uint8', '--data', 'iris')
    expect(said.verified).toMatchObject({
      rounded: 'int8',
      accuracy: { before: expect.any(Number), after: expect.any(Number), samples: 30 },
    })
    expect(readFileSync(join(path, 'weights.bin')).length).toBeLessThan(4 * 193)
  })

  it('leaves the course of its training as a table, one row per epoch', async () => {
    const { path, said } = await exported('csv', 'iris.csv')
    const rows = readFileSync(path, 'utf8').trimEnd().split('\r\n')
    expect(rows[0]).toMatch(/^run,phase,epoch,step,loss,/)
    expect(rows.length).toBeGreaterThan(5)
    expect(said).toMatchObject({ verified: null, files: [{ bytes: readFileSync(path).length }] })
  })

  it('is drawn without weights, and a wrong choice writes nothing', async () => {
    expect(readFileSync((await exported('svg', 'iris.svg', '--set', 'theme=dark')).path, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
    expect(
      readFileSync((await exported('png', 'iris.png')).path)
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    const wrong = await netloom('export', iris, '--format', 'png', '--out', join(folder, 'away/no.png'), '--set', 'scale=9')
    expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/Scale must be a whole number from 1 to 4/) })
    expect(readdirSync(join(folder, 'away')).sort()).toEqual(['iris.csv', 'iris.html', 'iris.png', 'iris.svg', 'small'])
  })
})

describe('an ONNX file', () => {
  const out = join(folder, 'iris.onnx')

  it('is proven by running it with ONNX Runtime', async () => {
    const { code, out: said } = await netloom('export', iris, '--format', 'onnx', '--out', out, '--json')
    expect(code).toBe(0)
    const { verified } = JSON.parse(said)
    expect(verified).toMatchObject({ runtime: expect.stringMatching(/^onnxruntime-web \d/), samples: 32, sameClass: true })
    expect(verified.maxAbsDiff).toBeLessThanOrEqual(1e-5)
    expect(readFileSync(out).includes('Netloom')).toBe(true)
  })

  it('with rounded weights says what they cost on held-out samples', async () => {
    const said = await netloom('export', iris, '--format', 'onnx', '--set', 'precision=int8', '--data', 'iris', '--out', out)
    expect(said.out).toMatch(/rounded to 8 bits\. Accuracy on 30 held-out samples: [\d.]+ % before, [\d.]+ % after\.$/m)
  })

  it('is not written with a choice that the format does not have', async () => {
    const { code, err } = await netloom('export', iris, '--format', 'onnx', '--set', 'precision=int4', '--out', join(folder, 'no.onnx'))
    expect([code, existsSync(join(folder, 'no.onnx'))]).toEqual([1, false])
    expect(err).toMatch(/one of float32, float16, int8/)
  })
})

describe('images from IDX files', () => {
  const nodes = [
    { id: 'in', type: 'input', params: { shape: [4, 4, 1] } },
    { id: 'flat', type: 'flatten' },
    { id: 'out', type: 'dense', params: { units: 4, activation: 'softmax' } },
  ]
  const wires = [
    { from: 'in', to: 'flat' },
    { from: 'flat', to: 'out' },
  ]

  it('are trained on, and a folder with one split serves what needs only that split', async () => {
    const data = join(folder, 'idx')
    mkdirSync(data)
    idxFolder(data, { train: 240, t10k: 60 })
    const drawn = join(folder, 'rows.netloom.json')
    writeFileSync(drawn, JSON.stringify({ format: 'netloom', version: 1, name: 'rows', graph: { nodes, wires } }))
    const trained = join(folder, 'rows.netloom')
    const run = await netloom('train', drawn, '--data', `idx:${data}`, '--epochs', '20', '--lr', '0.05', '--out', trained)
    expect([run.code, run.out]).toEqual([0, expect.stringMatching(/^epoch 1\/20 .*\n(.*\n)+Done/)])

    for (const name of readdirSync(data)) if (name.startsWith('train')) rmSync(join(data, name))
    const measured = JSON.parse((await netloom('evaluate', trained, '--data', `idx:${data}`, '--json')).out)
    expect(measured).toMatchObject({ accuracy: 1, count: 60 })
    const { predictions } = JSON.parse((await netloom('predict', trained, '--data', `idx:${data}`, '--count', '4', '--json')).out)
    expect(predictions.map((p: { label: string }) => p.label)).toEqual(['0', '1', '2', '3'])

    const again = await netloom('train', trained, '--data', `idx:${data}`, '--out', join(folder, 'none.netloom'))
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/train/)])
    const part = await netloom('evaluate', trained, '--data', `idx:${data}`, '--split', 'train')
    expect([part.code, part.err]).toEqual([1, expect.stringMatching(/no train part/)])
    expect(existsSync(join(folder, 'none.netloom'))).toBe(false)
  })

  it('teach a network some of their classes: frozen layers, a new head, then fine-tuning', async () => {
    const data = join(folder, 'few')
    mkdirSync(data)
    idxFolder(data, { train: 240, t10k: 60 })
    const other = join(folder, 'other.netloom')
    const transfer = ['--classes', '2,0', '--per-class', '20', '--freeze-until', 'hidden', '--new-head', '--fine-tune', '2']
    const deep = join(folder, 'deep.netloom.json')
    const hidden = { id: 'hidden', type: 'dense', params: { units: 6, activation: 'relu' } }
    const through = [wires[0], { from: 'flat', to: 'hidden' }, { from: 'hidden', to: 'out' }]
    writeFileSync(
      deep,
      JSON.stringify({ format: 'netloom', version: 1, name: 'deep', graph: { nodes: [...nodes, hidden], wires: through } }),
    )
    const moved = await netloom('train', deep, '--data', `idx:${data}`, '--epochs', '3', ...transfer, '--out', other)
    expect([moved.code, moved.out]).toEqual([0, expect.stringMatching(/^epoch 1\/5 .*\n(.*\n)+Done/)])
    expect(moved.err).toMatch(/40 samples to train/)
    expect(moved.err).toMatch(/The head learns: 3 epochs.*\nOutputs of 1 frozen layer computed once/)
    expect(moved.err).toMatch(/Fine-tuning: 2 epochs, learning rate 0.0001\./)
    const said = JSON.parse((await netloom('predict', other, '--data', `idx:${data}`, '--count', '2', '--json')).out)
    expect(said.predictions.map((p: { actual: string; probabilities: number[] }) => [p.actual, p.probabilities.length])).toEqual([
      ['0', 2],
      ['2', 2],
    ])
    const wrong = await netloom('train', deep, '--data', `idx:${data}`, '--freeze-until', 'none')
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/no layer "none" to cut below/)])
  })
})

/** Columns of the accuracy table: share of a part that a network gets right after training with these options. */
const accuracyAfter = async (template: string, name: string, ...options: string[]) => {
  const out = join(folder, name)
  const events = lines((await netloom('train', template, ...options, '--out', out, '--json', '--backend', 'wasm')).out)
  expect(events[0]).toMatchObject({ type: 'started', backend: { engine: 'plan' } })
  return { events, ...JSON.parse((await netloom('evaluate', out, '--json', '--backend', 'wasm')).out) }
}

describe('pictures', () => {
  it('augmented anew in each epoch are learned, and the same seed gives the same run', async () => {
    const options = ['--epochs', '3', '--limit', '600', '--augment', 'shift=1,rotate=10,scale=0.1,noise=0.02']
    const first = await accuracyAfter('lenet', 'augmented.netloom', ...options)
    expect(first.accuracy).toBeGreaterThan(0.9)
    expect(Object.keys(first.metrics)).toEqual(['accuracy', 'top5', 'precision', 'recall'])
    const short = async () => trainScores(lines((await netloom('train', 'lenet', ...options, '--epochs', '1', '--json')).out))
    expect(await short()).toEqual(await short())
  })

  it('of another size are padded to the input and trained by plan, and evaluated alike', async () => {
    const training = ['--data', 'digits28', '--fit', 'pad', '--limit', '300', '--epochs', '2', '--batch', '32', '--clip', 'globalNorm']
    const small = join(folder, 'colour.netloom.json')
    const nodes = [
      { id: 'in', type: 'input', params: { shape: [32, 32, 3] } },
      { id: 'conv', type: 'conv2d', params: { filters: 8, kernelSize: [5, 5], strides: [2, 2], activation: 'relu' } },
      { id: 'norm', type: 'batchNormalization', params: { momentum: 0.8 } },
      { id: 'flat', type: 'flatten' },
      { id: 'out', type: 'dense', params: { units: 10, activation: 'softmax' } },
    ]
    const wires = nodes.slice(1).map((node, i) => ({ from: nodes[i]?.id, to: node.id }))
    writeFileSync(small, JSON.stringify({ format: 'netloom', version: 1, name: 'colour', graph: { nodes, wires } }))
    expect((await accuracyAfter(small, 'colour.netloom', ...training, '--lr', '0.005')).accuracy).toBeGreaterThan(0.7)
    const exact = await netloom('train', small, '--data', 'digits28')
    expect([exact.code, exact.err]).toEqual([1, expect.stringMatching(/takes 32×32×3: .*fitted to the input/)])
  })

  it.each([
    [
      'data that are no pictures',
      ['iris-mlp', '--augment', 'shift=2'],
      /Only pictures can be augmented, but the samples of “iris” are none: switch off shift\./,
    ],
    ['an unknown change', ['lenet', '--augment', 'spin=2'], /no change "spin" of pictures; there are shift, rotate/],
    ['a strength out of range', ['lenet', '--augment', 'flip=7'], /strength of flip must be a number from 0 to 1/],
  ])('%s cannot be augmented, in a sentence', async (_, args, sentence) => {
    const { code, out, err } = await netloom('train', ...args)
    expect([code, out, err.trim().split('\n').length]).toEqual([1, '', 1])
    expect(err).toMatch(sentence)
  })
})
