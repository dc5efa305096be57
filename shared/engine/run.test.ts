import { afterEach, describe, expect, it, vi } from 'vitest'
import { unwrap } from '../result.ts'
import { clouds, jobOf, mlp, startEngine } from './engine.testkit.ts'
import { Run } from './run.ts'

describe('how often results are read', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('follows the last steps where results come at once: a first one that was slow is not held against them', async () => {
    const running = await startEngine('cpu')
    const job = jobOf(mlp({ batchSize: 1 }), clouds([4]), running)
    const run = unwrap(await Run.open(running.engine, job))
    await run.begin(1, { breathe: async () => undefined })
    let [time, tick] = [0, 1000]
    vi.spyOn(performance, 'now').mockImplementation(() => (time += tick))
    /** Takes as many steps as are read together and reads them. */
    const read = async (from: number): Promise<number> => {
      let steps = 0
      while (!run.due) run.train(from + steps++, 0.01)
      const asked = run.ask()
      if (asked) await run.take(asked)
      return steps
    }
    expect(await read(0)).toBe(1)
    tick = 1
    expect(await read(1)).toBe(1)
    expect(await read(2)).toBeGreaterThan(20)
    vi.restoreAllMocks()
    await run.dispose()
    job.model.dispose()
  })
})
