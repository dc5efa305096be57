import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildModel } from '../../engine/build.ts'
import { getWeights, setWeights } from '../../engine/weights.ts'
import { resolve } from '../../graph/resolve.ts'
import type { AnyLayerDef, LayerCase } from '../../layers/define.ts'
import { layers } from '../../layers/registry.ts'
import { dims } from '../../layers/shape.ts'
import { unwrap } from '../../result.ts'
import { type Rng, rng } from '../../rng.ts'
import type { ExportInput } from '../define.ts'
import { torchFiles } from '../defs/pytorch.ts'
import { branched, exportInputOf, node, projectOf } from '../exporters.testkit.ts'
import { runPython, torchPython } from './torch.testkit.ts'

type AnyCase = LayerCase<Record<string, unknown>>
const python = torchPython()
const cases = layers
  .filter(def => def.type !== 'input')
  .flatMap(def =>
    def.cases.map(c => [`${def.type} ${c.input.map(dims).join(' + ')} ${JSON.stringify(c.params)}`, def, c as AnyCase] as const),
  )

/** Values that leave no term of a layer untouched; a variance is positive. */
const someValues = (name: string, count: number, random: Rng): Float32Array =>
  Float32Array.from({ length: count }, () => (name.endsWith('variance') ? 0.5 + random.next() : 0.2 * random.normal()))

/** What is the same for every network. */
const ordinary = exportInputOf(branched())

/** A network of one layer under its documented inputs, with random weights and samples. */
const inputFor = async (def: AnyLayerDef, c: AnyCase, seed: number): Promise<ExportInput> => {
  const ins = c.input.map((shape, i) => node(`in${i}`, 'input', { shape }))
  const project = projectOf(
    [...ins, node('layer', def.type, c.params)],
    ins.map(n => `${n.id}>layer`),
  )
  // A case may have several inputs, which a whole project may not yet.
  const resolved = { ...resolve(project), buildable: true, issues: [] }
  const model = unwrap(buildModel(resolved, tf, seed))
  const random = rng(seed)
  setWeights(
    tf,
    model,
    (await getWeights(model)).map(w => ({ ...w, values: someValues(w.name, w.values.length, random) })),
  )
  const words = Number(c.params.inputDim ?? 0)
  const probes = c.input.map(shape => {
    const values = Float32Array.from({ length: 3 * shape.reduce((a, b) => a * b, 1) }, () =>
      words ? random.int(words) : 2 * random.normal(),
    )
    return tf.tensor(values, [3, ...shape])
  })
  return { ...(await ordinary), project, resolved, weights: await getWeights(model), model, probes }
}

/** Verifies every folder below the first argument and prints the differences as JSON. */
const DRIVER = `
import importlib.util, json, pathlib, sys, traceback
found = {}
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        spec = importlib.util.spec_from_file_location(folder.name, folder / "model.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[folder.name] = module.verify(module.load_model())
        module.load_model().train()(*(x.permute(0, 3, 1, 2) if x.dim() == 4 else x for k, x in module.read_safetensors(folder / "probe.safetensors").items() if k.startswith("input")))
    except Exception as error:
        found[folder.name] = traceback.format_exc()
print(json.dumps(found))
`

describe.skipIf(!python)('every layer in PyTorch (skipped where there is no Python with PyTorch)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netloom-torch-'))
  let found: Record<string, number | string> = {}

  beforeAll(async () => {
    await tf.setBackend('cpu')
    for (const [i, [, def, c]] of cases.entries()) {
      const input = await inputFor(def, c, i + 1)
      mkdirSync(join(folder, `case_${i}`))
      for (const { path, bytes } of unwrap(await torchFiles(input, false))) writeFileSync(join(folder, `case_${i}`, path), bytes)
      input.model.dispose()
      tf.dispose([...input.probes])
    }
    // Of large numbers the last digits differ, and are many.
    const dense = layers.find(def => def.type === 'dense') as AnyLayerDef
    const input = await inputFor(dense, { input: [[64]], params: { units: 3 } } as unknown as AnyCase, 7)
    const weights = input.weights.map(w => ({ ...w, values: w.values.map(v => v * 1e4) }))
    setWeights(tf, input.model, weights)
    mkdirSync(join(folder, 'large'))
    for (const { path, bytes } of unwrap(await torchFiles({ ...input, weights }, false))) writeFileSync(join(folder, 'large', path), bytes)
    const run = runPython(python ?? '', ['-c', DRIVER, folder])
    expect(run.stderr).toBe('')
    found = JSON.parse(run.stdout)
  }, 300_000)
  it('large numbers are compared by their size', () => {
    expect(found.large).toBeLessThanOrEqual(1e-5)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(cases.map(([name], i) => [name, i] as const))('%s', (_name, i) => {
    expect(found[`case_${i}`]).toEqual(expect.any(Number))
    expect(found[`case_${i}`]).toBeLessThanOrEqual(1e-5)
  })
})

it('every layer of the registry has a form', () => {
  expect(layers.filter(def => !def.pytorch).map(def => def.type)).toEqual([])
})
