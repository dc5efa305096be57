import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { templateOf } from '../../templates/templates.ts'
import { unwrap } from '../result.ts'
import { BENCH_NETS, NET_NAMES, noise, subjectOf } from './nets.ts'
import { openStock, stockModel } from './stock.ts'

describe('stock tfjs', () => {
  it.each(NET_NAMES)('trains the same network as ours: %s', async net => {
    await tf.setBackend('cpu')
    const project = templateOf(BENCH_NETS[net].template)?.project
    if (!project) throw new Error('no template')
    const { resolved, data } = unwrap(subjectOf(net, project, 2))
    const model = stockModel(tf, net, data.shape)
    expect(model.countParams()).toBe(resolved.totals.parameters)
    const shapes = [...resolved.order].map(id => [null, ...(resolved.nodes.get(id)?.output ?? [])])
    expect(model.layers.map(layer => layer.outputShape)).toEqual(shapes.slice(1))
    model.dispose()
  })

  it('fits whole batches and leaves nothing behind', async () => {
    await tf.setBackend('cpu')
    const before = tf.memory().numTensors
    const stock = await openStock(tf, { net: 'mlp', data: noise([28, 28, 1], 10, 8), batch: 4 }, 0)
    const rates = await stock.round(0)
    expect(Object.keys(rates)).toEqual(['model.fit'])
    expect(rates['model.fit']).toBeGreaterThan(0)
    await stock.fit(3)
    expect(stock.name).toBe(`stock tfjs ${tf.version.tfjs} cpu`)
    await stock.close()
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(14)
  })
})
