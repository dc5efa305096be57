import { afterEach, describe, expect, test } from 'vitest'
import { MAP_READ, USAGE } from '../../../kernels/webgpu/gpu.ts'
import { CONTROL_FLOATS } from '../../../kernels/webgpu/kernel.ts'
import { addParts, matrixColumns, matrixRows, product, tileFor, withOnes } from '../../../kernels/webgpu/matmul.ts'
import { rng } from '../../../rng.ts'
import { distance } from '../wasm/oracle.testkit.ts'
import { card, errors, missing } from './card.testkit.ts'
import { eachOf, type Job, type Range } from './job.ts'
import { makeBuffers, Programs } from './program.ts'

const BATCH = 128
const range = (buffer: number, floats: number): Range => ({ buffer, at: 0, floats })

/** Runs jobs on buffers that start with these values (NaN where there are none) and gives back the last buffer. */
const run = async (jobs: readonly Job[], contents: readonly (Float32Array | number)[]): Promise<Float32Array> => {
  const device = card()
  const control = new Float32Array(CONTROL_FLOATS)
  new Uint32Array(control.buffer)[0] = BATCH
  const values = [control, ...contents].map(v => (typeof v === 'number' ? new Float32Array(v).fill(Number.NaN) : v))
  const sizes = values.map(v => v.length)
  const buffers = makeBuffers(device, sizes)
  buffers.forEach((buffer, i) => {
    device.queue.writeBuffer(buffer, 0, (values[i] ?? control).buffer as ArrayBuffer)
  })
  const program = await new Programs(device, buffers, range(0, CONTROL_FLOATS)).prepare(jobs)
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  program.record(pass, BATCH)
  pass.end()
  const last = sizes.at(-1) ?? 0
  const staging = device.createBuffer({ label: 'results', size: 4 * last, usage: USAGE.mapRead | USAGE.copyTarget })
  const from = buffers.at(-1)
  if (from) encoder.copyBufferToBuffer(from, 0, staging, 0, 4 * last)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(MAP_READ)
  const result = new Float32Array(staging.getMappedRange().slice(0))
  for (const buffer of [...buffers, staging]) buffer.destroy()
  return result
}

const random = (count: number, seed: number): Float32Array => {
  const { normal } = rng(seed)
  return Float32Array.from({ length: count }, normal)
}

afterEach(() => expect(errors).toEqual([]))

describe.skipIf(missing)('A product of matrices', () => {
  for (const [perSample, columns, tile] of [
    [97, 40, '64x64'],
    [30, 70, '32x32'],
    [97, 20, '64x32'],
    [97, 11, '64x16'],
  ] as const)
    test(`in tiles of ${tile}`, async () => {
      const rows = perSample * BATCH
      const sum = 19
      const { m, n } = tileFor(rows, columns)
      expect(`${m}x${n}`).toBe(tile)
      const [a, b] = [random(rows * sum, 1), random(sum * columns, 2)]
      const bindings = [
        { name: 'a', range: range(1, a.length) },
        { name: 'b', range: range(2, b.length) },
        { name: 'c', range: range(3, rows * columns), written: true },
      ]
      const job = {
        bindings,
        ...product(
          {
            ...{ name: 'product', rows: { perSample }, columns, sum: { fixed: sum } },
            ...{ a: matrixRows('a', sum), b: matrixColumns('b', columns), store: `c[m * ${columns}u + n] = v;` },
          },
          BATCH,
        ),
      }
      const wanted = new Float32Array(rows * columns)
      for (let i = 0; i < wanted.length; i++) {
        const [row, column] = [Math.floor(i / columns), i % columns]
        let total = 0
        for (let k = 0; k < sum; k++) total += (a[row * sum + k] ?? 0) * (b[k * columns + column] ?? 0)
        wanted[i] = total
      }
      expect(distance(await run([job], [a, b, wanted.length]), wanted)).toBeLessThan(1e-6)
    })

  test('cut into pieces along its sum, with the sums of columns below', async () => {
    const [rows, columns, perSample, parts] = [21, 18, 3, 5]
    const sum = perSample * BATCH
    const [a, b] = [random(sum * rows, 1), random(sum * columns, 2)]
    const size = (rows + 1) * columns
    const job = {
      ...product(
        {
          ...{ name: 'product', rows: { fixed: rows + 1 }, columns, sum: { perSample }, parts },
          ...{ a: withOnes(matrixColumns('a', rows), rows), b: matrixColumns('b', columns) },
          store: `c[part * ${size}u + m * ${columns}u + n] = v;`,
        },
        BATCH,
      ),
      bindings: [
        { name: 'a', range: range(1, a.length) },
        { name: 'b', range: range(2, b.length) },
        { name: 'c', range: range(3, parts * size), written: true },
      ],
    }
    const wanted = Array.from({ length: size }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns]
      let total = 0
      for (let k = 0; k < sum; k++) total += (row === rows ? 1 : (a[k * rows + row] ?? 0)) * (b[k * columns + column] ?? 0)
      return total
    })
    const sums = {
      ...addParts('product', size, parts),
      bindings: [
        { name: 'pieces', range: range(3, parts * size) },
        { name: 'result', range: range(4, size), written: true },
      ],
    }
    const found = await run([job, sums], [a, b, parts * size, size])
    expect(distance(found, wanted)).toBeLessThan(2e-6)
  })
})

test.skipIf(missing)('More workgroups than one dimension holds are spread over two', async () => {
  const count = 2 ** 23 + 1000
  const job = eachOf('count', count, [{ name: 'y', range: range(1, count), written: true }], '    y[i] = f32(i % 1000u);')
  const found = await run([job], [count])
  expect(found.every((v, i) => v === i % 1000)).toBe(true)
})
