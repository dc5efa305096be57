/// <reference types="@webgpu/types" />
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { openDawn } from '../../../../node/dawn.ts'
import type { GpuBuffer, GpuDevice } from '../../../kernels/webgpu/gpu.ts'
import { partsFor, tileFor } from '../../../kernels/webgpu/matmul.ts'
import { unwrap } from '../../../result.ts'
import { compilePlan } from '../compile.ts'
import type { PlanExecutor } from '../executor.ts'
import { conv, dense, flatten, input, norm, softmax } from '../networks.testkit.ts'
import type { PlanSetup } from '../wasm/layout.ts'
import { type Brick, network, randomData } from '../wasm/oracle.testkit.ts'
import type { PlanRun } from '../wasm/run.ts'
import { missing } from './card.testkit.ts'
import { GpuPlanRun } from './run.ts'

test('The types of browsers and of both executors fit', () => {
  expectTypeOf<GPUDevice>().toExtend<GpuDevice>()
  expectTypeOf<PlanRun>().toExtend<PlanExecutor>()
  expectTypeOf<GpuPlanRun>().toExtend<PlanExecutor>()
})

const pool: Brick = { type: 'maxPooling2d', params: { poolSize: [2, 2] } }
const LENET = [
  ...[input(28, 28, 1), conv(20, [5, 5], { activation: 'relu' }), pool, conv(50, [5, 5], { activation: 'relu' }), pool],
  ...[flatten, dense(256, 'relu'), dense(10, 'softmax')],
]
const SMALL = [input(4, 4, 1), conv(2, [2, 2]), norm(), flatten, softmax]

/** A device that computes nothing: commands are checked and counted, so that tests of them take no time. */
const nullDevice = async (): Promise<GpuDevice> => unwrap(await openDawn({ kind: 'null' })).device

/** The device with some of its parts replaced. */
const changed = (device: GpuDevice, parts: Partial<GpuDevice>): GpuDevice =>
  new Proxy(device, {
    get: (target, key) => {
      if (key in parts) return Reflect.get(parts, key)
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

const open = (bricks: readonly Brick[], device: GpuDevice, setup: Partial<PlanSetup> = {}, shape = [4, 4, 1], outputs = 4) => {
  const { train } = randomData(shape, outputs, 'oneHot', 12)
  const plan = unwrap(compilePlan(network(bricks), { loss: 'sparseCategoricalCrossentropy', targets: 'oneHot' }))
  return GpuPlanRun.open(plan, { optimizer: 'adam', batchSize: 4, seed: 1, ...setup }, train, device)
}

describe.skipIf(missing)('A training step', () => {
  test('of LeNet is one submit, one write and at most 20 dispatches, with a batch of 128 too', async () => {
    const device = await nullDevice()
    const counts = { submits: 0, writes: 0, groups: 0 }
    const queue: GpuDevice['queue'] = {
      submit: commands => {
        counts.submits += 1
        device.queue.submit(commands)
      },
      writeBuffer: (...args) => {
        counts.writes += 1
        device.queue.writeBuffer(...args)
      },
      onSubmittedWorkDone: () => device.queue.onSubmittedWorkDone(),
    }
    const counting = changed(device, {
      queue,
      createBindGroup: wanted => {
        counts.groups += 1
        return device.createBindGroup(wanted)
      },
    })
    const run = unwrap(await open(LENET, counting, { batchSize: 128 }, [28, 28, 1], 10))
    expect(run.dispatches).toBeLessThanOrEqual(20)
    Object.assign(counts, { submits: 0, writes: 0, groups: 0 })
    for (let i = 0; i < 10; i++) run.step(new Int32Array(128).fill(i), 0.001)
    expect(counts).toEqual({ submits: 10, writes: 10, groups: 0 })
    run.dispose()
  })

  test('frees all that it took', async () => {
    const device = await nullDevice()
    let alive = 0
    const counting = changed(device, {
      createBuffer: wanted => {
        alive += 1
        const buffer = device.createBuffer(wanted)
        const destroy = buffer.destroy.bind(buffer)
        return Object.assign(buffer, {
          destroy() {
            alive -= 1
            destroy()
          },
        }) satisfies GpuBuffer
      },
    })
    const run = unwrap(await open(SMALL, counting))
    const before = alive
    for (let i = 0; i < 300; i++) {
      run.step(Int32Array.from([1, 2, 3]), 0.01)
      if (i % 64 === 0) await run.read()
    }
    await run.getWeights()
    expect(alive).toBe(before)
    run.dispose()
    expect(alive).toBe(0)
  })

  test('leaves nothing with its device, which outlives it', async () => {
    const device = await nullDevice()
    const lost = Promise.race([device.lost])
    const handlers = vi.spyOn(lost, 'then')
    const listeners = new Set<unknown>()
    const watched = changed(device, {
      lost,
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    })
    for (let i = 0; i < 3; i++) {
      const run = unwrap(await open(SMALL, watched))
      run.step(Int32Array.from([1]), 0.01)
      run.dispose()
    }
    expect(handlers).toHaveBeenCalledTimes(1)
    expect(listeners.size).toBe(0)
  })

  test('refuses to lose scores that nobody reads', async () => {
    const run = unwrap(await open(SMALL, await nullDevice()))
    const many = () => {
      for (let i = 0; i < 300; i++) run.step(Int32Array.from([1]), 0.01)
    }
    expect(many).toThrow(/wait to be read/)
    run.dispose()
  })
})

describe.skipIf(missing)('Trouble with the card is told in a sentence', () => {
  test('a tensor larger than the card takes', async () => {
    const device = await nullDevice()
    const small = changed(device, { limits: { ...device.limits, maxBufferSize: 512, maxStorageBufferBindingSize: 512 } })
    const run = await open(SMALL, small)
    expect(run.ok ? '' : run.issues[0].code).toBe('plan/too-large')
  })

  test('a shader that the card refuses', async () => {
    const device = await nullDevice()
    const broken = changed(device, { createShaderModule: wanted => device.createShaderModule({ ...wanted, code: `${wanted.code} fn (` }) })
    const run = await open(SMALL, broken)
    expect(run.ok ? '' : run.issues[0].code).toBe('plan/gpu-refused')
  })

  test('a card that is lost while training', async () => {
    const device = await nullDevice()
    const run = unwrap(await open(SMALL, device))
    run.step(Int32Array.from([1, 2]), 0.01)
    device.destroy()
    await device.lost
    await expect(run.read()).rejects.toMatchObject({ issue: { code: 'engine/device-lost' } })
    expect(() => run.step(Int32Array.from([1, 2]), 0.01)).toThrow(/lost/)
  })

  test('an error in the middle of a step', async () => {
    const device = await nullDevice()
    const run = unwrap(await open(SMALL, device))
    run.step(Int32Array.from([1, 2]), 0.01)
    device.createBuffer({ label: 'impossible', size: 8, usage: 0 })
    await expect(run.read()).rejects.toMatchObject({ issue: { code: 'plan/gpu-error' } })
    run.dispose()
  })
})

test('Tiles are large where there is work for all of the card, and small elsewhere', () => {
  expect(tileFor(128 * 24 * 24, 20)).toEqual({ m: 64, n: 32, own: 4 })
  expect(tileFor(128 * 32 * 32, 64)).toEqual({ m: 64, n: 64, own: 4 })
  expect(tileFor(128, 256)).toEqual({ m: 16, n: 16, own: 2 })
  expect(partsFor(26, 20, 128 * 24 * 24)).toBeGreaterThan(32)
  expect(partsFor(801, 256, 128)).toBe(1)
})
