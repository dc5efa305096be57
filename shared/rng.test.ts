import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from './hash.ts'
import { mixSeed, rng } from './rng.ts'
import { digestSha256 } from './sha256.ts'

const draw = (seed: number, count: number) => {
  const random = rng(seed)
  return Array.from({ length: count }, () => random.next())
}

describe('the random numbers', () => {
  it('repeat for the same seed and differ for its neighbours and for fractions', () => {
    expect(draw(1, 50)).toEqual(draw(1, 50))
    const firsts = [0, 1, 2, 3, -1, 0.5, 2 ** 32, 2 ** 32 + 1].map(seed => draw(seed, 1)[0])
    expect(new Set(firsts).size).toBe(firsts.length)
  })

  it('stay the ones that saved projects rely on', () => {
    const random = rng(1)
    expect([random.int(1000), random.int(1000), random.int(1000)]).toMatchInlineSnapshot(`
      [
        489,
        887,
        585,
      ]
    `)
    expect(mixSeed(1, 'split', 2)).toMatchInlineSnapshot(`1154848303`)
  })

  it('fill [0, 1) evenly: chi-square over 100 bins stays under its 99.9 % bound', () => {
    const bins = new Float64Array(100)
    const values = draw(7, 100_000)
    for (const value of values) bins[Math.floor(value * 100)] = (bins[Math.floor(value * 100)] ?? 0) + 1
    const chi = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chi).toBeLessThan(149)
    expect(values.every(value => value >= 0 && value < 1)).toBe(true)
  })

  it('are normal with mean 0, variance 1 and the right share beyond two deviations', () => {
    const random = rng(3)
    const values = Array.from({ length: 50_000 }, () => random.normal())
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(mean).toBeCloseTo(0, 1)
    expect(variance).toBeCloseTo(1, 1)
    expect(values.filter(value => Math.abs(value) > 1.96).length / values.length).toBeCloseTo(0.05, 2)
  })

  it('shuffle arrays and typed arrays without losing a value, every place equally likely', () => {
    const random = rng(5)
    expect([...random.shuffle(Int32Array.from({ length: 100 }, (_, i) => i))].sort((a, b) => a - b)).toEqual([...Array(100).keys()])
    const firsts = [0, 0, 0, 0]
    for (let i = 0; i < 8000; i++) {
      const first = random.shuffle([0, 1, 2, 3])[0] ?? 0
      firsts[first] = (firsts[first] ?? 0) + 1
    }
    for (const count of firsts) expect(Math.abs(count - 2000)).toBeLessThan(160)
  })

  it('keep purposes apart', () => {
    const seeds = [
      mixSeed(1),
      mixSeed(1, 'a'),
      mixSeed(1, 'b'),
      mixSeed(1, 'a', 1),
      mixSeed(1, 'a1'),
      mixSeed(2, 'a'),
      mixSeed(1, 1),
      mixSeed(1, '1'),
    ]
    expect(new Set(seeds).size).toBe(seeds.length)
  })
})

describe('the hash', () => {
  it('is SHA-256 of all parts in order', async () => {
    expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(await sha256('a', new Uint8Array([98, 99]))).toBe(await sha256('abc'))
    expect(await sha256(new Float32Array([1.5]).subarray(0, 0))).toBe(await sha256(''))
  })

  it('is the same without the help of the platform, at every length around a block', () => {
    for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 255)
      expect(Buffer.from(digestSha256(bytes)).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })
})
