import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { unpackProject } from '../shared/project/unpack.ts'
import { unwrap } from '../shared/result.ts'
import { netloom, workFolder } from './run.testkit.ts'

const work = workFolder()
afterAll(() => work.remove())

const folder = join(work.path, 'model')
mkdirSync(folder)
const model = (units: number) => ({
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'small',
      layers: [{ class_name: 'Dense', config: { name: 'd', units, use_bias: false, batch_input_shape: [null, 2] } }],
    },
  },
  weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [2, 1], dtype: 'float32' }] }],
})
writeFileSync(join(folder, 'model.json'), JSON.stringify(model(1)))
writeFileSync(join(folder, 'w.bin'), Float32Array.of(3, 4))
writeFileSync(join(folder, 'README.md'), 'not part of it')
const out = join(work.path, 'small.netloom')

describe('netloom import', () => {
  it('reads a folder of another program and writes a project with its weights', { timeout: 120_000 }, async () => {
    const { code, out: said } = await netloom('import', folder, '--out', out, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(said)).toEqual({ format: 'TensorFlow.js', out, layers: 2, parameters: 2, weights: true, notes: [] })
    const { project, weights } = unwrap(await unpackProject(new Uint8Array(readFileSync(out)), 'small.netloom'))
    expect(project.name).toBe('small')
    expect(weights?.map(w => [...w.values])).toEqual([[3, 4]])
  })

  it('says in one sentence why not, and writes nothing', { timeout: 120_000 }, async () => {
    const bad = join(work.path, 'bad.json')
    writeFileSync(bad, JSON.stringify(model(1e9)))
    const none = join(work.path, 'none.netloom')
    const { code, err } = await netloom('import', bad, '--out', none)
    expect(code).toBe(1)
    expect(err.trim().split('\n')).toEqual([
      'The layer “d” (Dense) cannot be opened: Units must be a whole number from 1 to 65536, but is 1000000000.',
    ])
    expect(() => readFileSync(none)).toThrow()
  })
})
