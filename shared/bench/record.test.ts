import { describe, expect, it } from 'vitest'
import { checksOf } from './checks.ts'
import { type BenchRecord, recordOf } from './record.ts'
import { checksTable, countsTable, recordsTable, recordText } from './table.ts'

const place = { net: 'lenet', where: 'Chromium 150', backend: 'wasm', adapter: '', batch: 128, absent: [] } as const

const record = (): BenchRecord =>
  recordOf(
    place,
    [{ '2 threads, relaxed SIMD': 6400, '1 thread, relaxed SIMD': 3000 }],
    [
      ['stock tfjs 4.22.0 webgl', [{ 'model.fit': 64 }]],
      ['stock tfjs 4.22.0 cpu', [{ 'model.fit': 20 }]],
    ],
  )

const onCard: BenchRecord = {
  ...recordOf({ ...place, where: 'node', backend: 'webgpu', adapter: 'Apple M2', absent: [{ name: 'pytorch', why: 'not here' }] }, [], []),
  counts: [
    { name: 'netloom', dispatches: 20, submits: 1, cpuMs: 0.1 },
    { name: 'stock tfjs', dispatches: 189, submits: 12.6, cpuMs: 18 },
  ],
}

describe('a record', () => {
  it('names the best configuration, its threads and the ratio to each peer', () => {
    const { threads, configuration, imagesPerSecond, peers } = record()
    expect({ threads, configuration, imagesPerSecond }).toEqual({
      threads: 2,
      configuration: '2 threads, relaxed SIMD',
      imagesPerSecond: 6400,
    })
    expect(peers).toEqual([
      { name: 'stock tfjs 4.22.0 webgl', configuration: 'model.fit', imagesPerSecond: 64, ratio: 100 },
      { name: 'stock tfjs 4.22.0 cpu', configuration: 'model.fit', imagesPerSecond: 20, ratio: 320 },
    ])
  })

  it('claims no rate where nothing was measured', () => {
    expect(onCard.imagesPerSecond).toBeNaN()
    expect(JSON.parse(JSON.stringify(onCard)).imagesPerSecond).toBeNull()
    expect(recordText(onCard)).toContain('no rate measured')
    expect(recordText(onCard)).toContain('– pytorch: not here')
  })
})

describe('what every release holds', () => {
  const of = (records: readonly BenchRecord[], what: string, window = { p95: 20, probeCost: 0.03 }) =>
    checksOf(records, window).find(check => check.what.startsWith(what))

  it('is judged against the fastest peer', () => {
    expect(of([record()], 'lenet on the processor vs stock')).toMatchObject({ measured: 100, met: true })
    const faster = recordOf(place, [{ a: 6400 }], [['stock tfjs wasm', [{ b: 100 }]]])
    expect(of([record(), faster], 'lenet on the processor vs stock')).toMatchObject({ measured: 64, met: false })
  })

  it('says so where it was not measured', () => {
    expect(of([record()], 'lenet on the processor vs PyTorch')).toMatchObject({ met: null })
    expect(of([onCard], 'lenet on the graphics card vs stock')).toMatchObject({ met: null })
    expect(checksOf([]).every(check => check.met === null)).toBe(true)
  })

  it('counts our steps and the window too', () => {
    expect(of([onCard], 'dispatches')).toMatchObject({ measured: 20, met: true })
    expect(of([onCard], 'window: p95')).toMatchObject({ met: false })
    expect(of([onCard], 'window: cost')).toMatchObject({ measured: 3, met: true })
  })
})

describe('tables', () => {
  const rows = (text: string) => text.split('\n')

  it('have as many cells in each row as in the head', () => {
    const records = [record(), onCard]
    for (const table of [recordsTable(records), countsTable(records), checksTable(checksOf(records))]) {
      const cells = new Set(rows(table).map(row => row.split('|').length))
      expect(cells.size, table).toBe(1)
    }
  })

  it('show medians, ratios and who is missing', () => {
    const text = recordsTable([record(), onCard])
    expect(text).toContain(
      '| lenet | 128 | wasm, Chromium 150, 2 threads, relaxed SIMD | 6,400 | stock tfjs 4.22.0 webgl, model.fit | 64 | 100 |',
    )
    expect(text).toContain('| pytorch | not here | – |')
    expect(rows(countsTable([onCard]))).toHaveLength(4)
    expect(countsTable([record()])).toBe('')
    expect(checksTable(checksOf([record()]))).toContain('| 100 | met |')
  })
})
