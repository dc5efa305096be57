import { describe, expect, it, vi } from 'vitest'
import type { Inferred, PlanExecutor } from './plan/executor.ts'
import { evaluatePlan } from './planned.ts'

describe('validation by a plan that answers late, as on a graphics card', () => {
  const objective = { head: { kind: 'oneHot', width: 2 }, last: null } as unknown as Parameters<typeof evaluatePlan>[1]
  /** Samples of which every other is of class 1; the network guesses 0 and its loss is the sample's number. */
  const partOf = (count: number, size = 4) => ({
    inputs: new Float32Array(count * size),
    targets: Int32Array.from({ length: count }, (_, i) => i % 2),
    count,
  })
  const late = (fails = false) => {
    const waiting: (() => void)[] = []
    const seen = { asked: 0, most: 0 }
    const infer: PlanExecutor['infer'] = (_part, start, count) =>
      new Promise<Inferred>((resolve, reject) => {
        seen.asked += 1
        waiting.push(() =>
          fails && start > 0 ? reject(new Error('lost')) : resolve({ loss: start, correct: 0, outputs: new Float32Array(2 * count) }),
        )
        seen.most = Math.max(seen.most, waiting.length)
      })
    /** Answers the oldest question. */
    const answer = async () => {
      waiting.shift()?.()
      await new Promise(resolve => setTimeout(resolve, 0))
    }
    return { plan: { batchSize: 2, infer } as unknown as PlanExecutor, seen, answer }
  }
  const pace = { breathe: () => Promise.resolve() }
  const turn = () => new Promise(resolve => setTimeout(resolve, 0))

  it('asks for several batches before the first has come, and tells when the last is asked for', async () => {
    const { plan, seen, answer } = late()
    const sent = vi.fn()
    const found = evaluatePlan(plan, objective, partOf(40), pace, sent)
    await turn()
    expect([seen.asked, sent.mock.calls.length]).toEqual([16, 0])
    for (let i = 0; i < 4; i++) await answer()
    expect([seen.asked, sent.mock.calls.length]).toEqual([20, 1])
    for (let i = 4; i < 20; i++) await answer()
    expect(seen.most).toBe(16)
    expect(await found).toMatchObject({ accuracy: 0.5, loss: Array.from({ length: 20 }, (_, i) => 2 * i).reduce((a, b) => a + b) / 40 })
  })

  it('waits for each batch where samples are large', async () => {
    const { plan, seen, answer } = late()
    const found = evaluatePlan(plan, objective, partOf(6, 2 ** 21), pace)
    await turn()
    for (let i = 0; i < 3; i++) await answer()
    expect(await found).not.toBeNull()
    expect(seen.most).toBeLessThanOrEqual(2)
  })

  it('waits for each batch where outputs are large', async () => {
    const { plan, seen, answer } = late()
    const wide = { head: { kind: 'values', width: 2 ** 21 }, last: null } as unknown as typeof objective
    const found = evaluatePlan(plan, wide, partOf(8), pace)
    await turn()
    for (let i = 0; i < 4; i++) await answer()
    expect(await found).not.toBeNull()
    expect(seen.most).toBeLessThanOrEqual(2)
  })

  it('says what went wrong once, and ends without a score when told to', async () => {
    const broken = late(true)
    const found = evaluatePlan(broken.plan, objective, partOf(6), pace)
    const refused = expect(found).rejects.toThrow('lost')
    await turn()
    for (let i = 0; i < 3; i++) await broken.answer()
    await refused
    const stopped = late()
    const none = evaluatePlan(stopped.plan, objective, partOf(6), { ...pace, stopping: () => true })
    await turn()
    await stopped.answer()
    expect([await none, stopped.seen.asked]).toEqual([null, 1])
  })
})
