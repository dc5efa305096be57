import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { templates } from '../../../templates/templates.ts'
import { resolve } from '../../graph/resolve.ts'
import { layers } from '../../layers/registry.ts'
import { sizeOf } from '../../layers/shape.ts'
import { unwrap } from '../../result.ts'
import type { ExportInput } from '../define.ts'
import { PRECISIONS } from '../precision.ts'
import { outputsOf } from '../verify.ts'
import { modelParts } from './file.ts'
import { lower } from './lower.ts'
import { type Case, openWith, probesFor, projectFor } from './onnx.testkit.ts'
import { joined } from './protobuf.ts'

const python = process.env.NETLOOM_PYTHON ?? 'python3'
const ready = spawnSync(python, ['-c', 'import numpy, onnx, onnxruntime']).status === 0
/** Most multiply-adds of a template that is tried: all of them take minutes. `NETLOOM_LARGE=1` lifts the limit. */
const LARGEST = process.env.NETLOOM_LARGE ? 1e12 : 5e6

beforeAll(async () => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
  tf.engine().startScope()
})
afterAll(() => tf.engine().endScope())

const PROGRAM = `
import json, sys, numpy, onnx, onnxruntime
folder = sys.argv[1]
for case in json.load(open(folder + '/cases.json')):
    path = folder + '/' + case['file']
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    read = lambda t: numpy.fromfile(folder + '/' + t['file'], dtype='<f4').reshape(t['shape'])
    found = session.run([t['name'] for t in case['outputs']], {t['name']: read(t) for t in case['inputs']})
    worst = 0
    for got, t in zip(found, case['outputs']):
        wanted = read(t)
        assert got.shape == wanted.shape, (case['name'], got.shape, wanted.shape)
        worst = max(worst, float(numpy.abs(got - wanted).max() / max(1, numpy.abs(wanted).max())))
    print(json.dumps([case['name'], worst]), flush=True)
`

/** Writes the file of a network, its inputs and what tfjs makes of them. */
const write = async (folder: string, name: string, input: ExportInput, precision: (typeof PRECISIONS)[number] = 'float32') => {
  const lowered = unwrap(lower(input, precision))
  const file = `${name}.onnx`
  writeFileSync(join(folder, file), joined(modelParts({ ...lowered, name, doc: 'A test.', metadata: { weights: precision } })))
  const save = async (tensors: readonly tf.Tensor[], names: readonly { readonly name: string }[], side: string) =>
    Promise.all(
      tensors.map(async (t, i) => {
        writeFileSync(join(folder, `${name}.${side}${i}`), Buffer.from(Float32Array.from(await t.data()).buffer))
        return { name: names[i]?.name, shape: t.shape, file: `${name}.${side}${i}` }
      }),
    )
  const inputs = await save(input.probes, lowered.inputs, 'in')
  return { name, file, inputs, outputs: await save(outputsOf(input.model, input.probes), lowered.outputs, 'out') }
}

/** Largest relative difference per case, as Python finds it. */
const run = (folder: string, cases: readonly unknown[]): Map<string, number> => {
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases))
  const { status, stdout, stderr } = spawnSync(python, ['-c', PROGRAM, folder], { encoding: 'utf8' })
  expect(status, stderr.slice(-2000)).toBe(0)
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as [string, number]),
  )
}

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'netloom-onnx-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const skipped = `(skipped where Python has no onnx and onnxruntime)`

it.skipIf(!ready)(
  `onnx.checker and ONNX Runtime in Python take every layer ${skipped}`,
  async () => {
    await inFolder(async folder => {
      const cases = []
      for (const def of layers) {
        const c = def.cases.at(-1) as Case | undefined
        if (!def.build || !c) continue
        const behind = c.input.every(shape => shape.length > 1) && def.type !== 'embedding'
        for (const precision of PRECISIONS) {
          const input = await openWith(projectFor(def, c, behind), probesFor(def, c, 3), 5)
          cases.push(await write(folder, `${def.type}-${precision}`, input, precision))
        }
      }
      const found = run(folder, cases)
      expect(found.size).toBe(cases.length)
      for (const [name, worst] of found)
        expect(worst, name).toBeLessThanOrEqual(name.endsWith('float32') ? 1e-5 : name.endsWith('16') ? 0.005 : 0.1)
    })
  },
  120_000,
)

it.skipIf(!ready)(
  `and every template that is small ${skipped}`,
  async () => {
    await inFolder(async folder => {
      const cases = []
      for (const { id, project } of templates) {
        const resolved = resolve(project)
        if (resolved.totals.multiplyAdds > LARGEST) continue
        const probes = resolved.inputs.map(node => {
          const shape = resolved.nodes.get(node)?.output ?? []
          return tf.tensor(
            Float32Array.from({ length: 2 * sizeOf(shape) }, (_, i) => Math.sin(i)),
            [2, ...shape],
          )
        })
        cases.push(await write(folder, id, await openWith(project, probes, 5)))
      }
      const found = run(folder, cases)
      if (process.env.NETLOOM_LARGE) console.log(Object.fromEntries(found))
      expect(Math.max(...found.values())).toBeLessThanOrEqual(1e-5)
    })
  },
  600_000,
)
