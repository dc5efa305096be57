import { describe, expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { LookPace } from './lookPace.ts'

/** A training of steps and looks on a clock of its own; gives when looks were taken and how long all of it took. */
const simulate = async (stepMs: number, lookMs: number, every: number, until: number, stepsBeside = 0) => {
  let time = 0
  const pace = new LookPace(() => time)
  const looks: number[] = []
  let steps = 0
  const step = (): void => {
    time += stepMs
    steps += 1
    pace.stepped()
  }
  while (time < until) {
    step()
    if (!pace.due(every)) continue
    looks.push(time)
    await pace.look(async () => {
      for (let i = 0; i < stepsBeside; i++) step()
      time += lookMs
    })
  }
  return { looks, steps, cost: 1 - (steps * stepMs) / time }
}

describe('the pace of live looks', () => {
  it('keeps their cost under a twentieth of the time', async () => {
    for (const [stepMs, lookMs] of [
      [5, 2],
      [5, 10],
      [1, 30],
      [200, 400],
    ] as const) {
      const { cost, looks } = await simulate(stepMs, lookMs, 120, 60_000)
      expect(looks.length, `${lookMs} ms`).toBeGreaterThan(3)
      expect(cost, `${lookMs} ms`).toBeLessThanOrEqual(0.05)
    }
  })

  it('looks as often as asked where that is cheap', async () => {
    const { looks } = await simulate(5, 1, 120, 12_000)
    expect(looks.length).toBeGreaterThan(75)
    expect(Math.min(...looks.slice(1).map((at, i) => at - (looks[i] ?? 0)))).toBeGreaterThanOrEqual(120)
  })

  it('does not count steps that go on beside a look, as on a graphics card', async () => {
    // Each look takes 42 ms, in which 8 steps of 5 ms are done: it costs 2 ms.
    const { looks, cost } = await simulate(5, 2, 120, 12_000, 8)
    expect(looks.length).toBeGreaterThan(55)
    expect(cost).toBeLessThanOrEqual(0.05)
  })

  /** Steps of 5 ms with some chance in them, those within 60 ms of a look by so much slower; gives looks per second and what part of the time they cost. */
  const withWindow = async (slower: number) => {
    const random = rng(7)
    let time = 0
    let cost = 0
    let looks = 0
    let ended = Number.NEGATIVE_INFINITY
    const pace = new LookPace(() => time)
    while (time < 120_000) {
      const more = time < ended + 60 ? 5 * slower : 0
      time += 5 * (0.6 + 0.8 * random.next()) + more
      cost += more
      pace.stepped()
      if (!pace.due(120)) continue
      looks += 1
      await pace.look(async () => {
        time += 2
        cost += 2
      })
      ended = time
    }
    return { cost: cost / time, perSecond: (1000 * looks) / time }
  }

  it('counts what the steps after a look lose while the window draws what was seen', async () => {
    const { cost, perSecond } = await withWindow(0.3)
    expect(cost).toBeLessThan(0.04)
    expect(cost).toBeGreaterThan(0.015)
    expect(perSecond).toBeLessThan(2.5)
  })

  it('does not take chance in the time of steps for a loss', async () => {
    const { perSecond } = await withWindow(0)
    expect(perSecond).toBeGreaterThan(5)
  })

  it('learns the time of steps that come in bursts, as a card takes them', async () => {
    let time = 0
    const pace = new LookPace(() => time)
    const burst = (): void => {
      for (let i = 0; i < 20; i++) {
        time += i === 19 ? 100 : 0.1
        pace.stepped()
      }
    }
    for (let i = 0; i < 30; i++) burst()
    await pace.look(async () => burst())
    // A burst takes 102 ms, and so it is known: the look cost a few ms at most.
    time += 39 * 10
    expect(pace.due(0)).toBe(true)
  })

  it('never waits longer than ten seconds, whatever a look costs', async () => {
    const { looks, steps } = await simulate(50, 5000, 120, 200_000)
    expect(looks.length).toBeGreaterThan(11)
    expect(steps).toBeGreaterThan(2000)
  })

  it('looks that somebody asked for postpone the next live one', async () => {
    let time = 0
    const pace = new LookPace(() => time)
    const look = (ms: number) =>
      pace.look(async () => {
        time += ms
      })
    await look(4)
    expect(pace.due(0)).toBe(false)
    time += 4 * 39
    expect(pace.due(0)).toBe(true)
    await look(10)
    await look(10)
    time += 20 * 39 - 10 - 1
    expect(pace.due(0)).toBe(false)
    time += 1
    expect(pace.due(0)).toBe(true)
    for (let i = 0; i < 100; i++) await look(10)
    time += 2000
    expect(pace.due(0)).toBe(true)
  })

  it('never begins one live look while another is open, and goes on after one that failed', async () => {
    let time = 0
    const pace = new LookPace(() => time)
    const waiting = pace.look(async () => {
      expect(pace.due(0)).toBe(false)
      throw new Error('no model')
    })
    await expect(waiting).rejects.toThrow('no model')
    time += 1
    expect(pace.due(0)).toBe(true)
  })
})
