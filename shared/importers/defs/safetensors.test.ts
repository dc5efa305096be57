import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { libraries } from '../../../node/libraries.ts'
import type { ExportedFile, NamedWeight } from '../../engine/protocol.ts'
import { pytorch } from '../../exporters/defs/pytorch.ts'
import { branched, exportInputOf, node, projectOf } from '../../exporters/exporters.testkit.ts'
import type { ProjectFile } from '../../graph/document.ts'
import { resolve } from '../../graph/resolve.ts'
import { encodeSafetensors } from '../../project/safetensors.ts'
import { unwrap } from '../../result.ts'
import { importerOf } from '../registry.ts'
import { safetensors } from './safetensors.ts'

const fileOf = (weights: readonly NamedWeight[], path = 'weights.safetensors'): ExportedFile => ({
  path,
  bytes: encodeSafetensors(weights),
})
const read = (files: readonly ExportedFile[], project: ProjectFile | null) =>
  safetensors.run({ files, open: project && { project, resolved: resolve(project) }, tf, libraries })
const refusal = async (weights: readonly NamedWeight[], project = branched()) => {
  const result = await read([fileOf(weights)], project)
  return result.ok ? 'was read' : result.issues[0].message
}

/** Every layout that PyTorch changes: images, sequences, depthwise kernels, normalisation, gates. */
const various = (): ProjectFile =>
  projectOf(
    [
      node('image', 'input', { shape: [6, 6, 3] }),
      node('deep', 'depthwiseConv2d', { depthMultiplier: 2, padding: 'same' }),
      node('norm', 'batchNormalization', { center: false }),
      node('up', 'conv2dTranspose', { filters: 4, strides: [2, 2], padding: 'same' }),
      node('slope', 'prelu', { sharedAxes: [1] }),
      node('steps', 'reshape', { targetShape: [-1, 8] }),
      node('both', 'bidirectional', { units: 3 }),
      node('out', 'dense', { units: 2, activation: 'softmax' }),
    ],
    ['image>deep', 'deep>norm', 'norm>up', 'up>slope', 'slope>steps', 'steps>both', 'both>out'],
  )

describe('weights for the open network', () => {
  it('come back exactly from a PyTorch export', async () => {
    const project = various()
    const input = await exportInputOf(project)
    const { files } = unwrap(await pytorch.run(input, { training: false }))
    expect(importerOf(files)).toBe(safetensors)
    const imported = unwrap(await read(files, project))
    expect(imported.weights).toEqual(input.weights)
    expect(imported.project).toBe(project)
  })

  it('come back by their names here', async () => {
    const { weights } = await exportInputOf(branched())
    expect(unwrap(await read([fileOf([...weights].reverse())], branched())).weights).toEqual(weights)
  })

  it('may bring counters of PyTorch along', async () => {
    const header = '{"out.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}   '
    const bytes = new Uint8Array(8 + header.length + 8)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
    bytes.set(new TextEncoder().encode(header), 8)
    const result = await read([{ path: 'x.safetensors', bytes }], branched())
    expect(result).toMatchObject({ ok: false, issues: [{ message: expect.stringContaining('holds no kernel for “left”') }] })
  })

  it('are refused with a reason when they do not fit', async () => {
    const { weights } = await exportInputOf(branched())
    const [first, ...rest] = weights
    if (!first) throw new Error('no weights')
    expect(await refusal([...weights, { ...first, name: 'other/kernel' }])).toBe(
      'The file holds weights named “other/kernel”, but no layer of the open network has them: open the network they belong to.',
    )
    expect(await refusal([{ ...first, shape: [9, 1, 1, 2] }, ...rest])).toBe(
      'The weights “left/kernel” are 9×1×1×2, but left/kernel in the open network wants 3×3×1×2.',
    )
    expect(await refusal(rest)).toBe('The file holds no kernel for “left”, so it does not belong to the open network.')
    expect(await refusal([{ ...first, values: first.values.map(() => Number.NaN) }, ...rest])).toContain('hold NaN at place 0')
    expect(await refusal([...weights, { ...first, name: 'left.weight', shape: [2, 1, 3, 3] }])).toBe(
      'The file holds left/kernel twice, under two names.',
    )
  })

  it('are refused when an offset that the layer lacks was trained', async () => {
    const project = projectOf([node('x', 'input', { shape: [4, 2] }), node('r', 'lstm', { units: 1 })], ['x>r'])
    expect(await refusal([{ name: 'r.bias_hh_l0', shape: [4], values: Float32Array.of(0, 0, 1, 0) }], project)).toContain('must all be 0')
  })

  it('want an open network', async () => {
    const { weights } = await exportInputOf(branched())
    expect(await read([fileOf(weights)], null)).toMatchObject({
      ok: false,
      issues: [{ message: 'weights.safetensors holds weights alone: open the network they belong to first.' }],
    })
  })

  it('are told from other files, and a damaged file is one sentence', async () => {
    const good = fileOf((await exportInputOf(branched())).weights)
    expect(safetensors.matches([{ ...good, path: 'renamed.bin' }])).toBe(true)
    expect(safetensors.matches([{ path: 'a.safetensors', bytes: new TextEncoder().encode('PK and so on') }])).toBe(false)
    for (const bytes of [good.bytes.slice(0, -3), good.bytes.slice(0, 40), good.bytes.map((b, i) => (i === 30 ? 0 : b))]) {
      const result = await read([{ path: 'weights.safetensors', bytes }], branched())
      expect(result).toMatchObject({ ok: false, issues: [{ message: expect.stringMatching(/weights\.safetensors .*\.$/) }] })
    }
  })
})
