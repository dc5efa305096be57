import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineMessage, EngineRequest } from '../../shared/engine/protocol.ts'
import { engineClient, SILENCE_IMPORT, type WorkerLike } from './engineClient.ts'

class FakeWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null
  onerror: WorkerLike['onerror'] = null
  readonly asked: EngineRequest[] = []
  terminated = false
  postMessage(message: EngineRequest): void {
    this.asked.push(message)
  }
  terminate(): void {
    this.terminated = true
  }
  say(message: EngineMessage): void {
    this.onmessage?.({ data: message } as MessageEvent)
  }
}

const open = (silence?: number) => {
  const workers: FakeWorker[] = []
  const client = engineClient(() => {
    const worker = new FakeWorker()
    workers.push(worker)
    return worker
  }, silence)
  const heard: EngineMessage[] = []
  client.subscribe(message => heard.push(message))
  const worker = (i: number): FakeWorker => {
    const found = workers[i]
    if (!found) throw new Error(`no worker ${i}`)
    return found
  }
  return { client, workers, worker, heard }
}

const live = async (worker: FakeWorker, seconds: number) => {
  for (let s = 0; s < seconds; s++) {
    worker.say({ kind: 'heartbeat' })
    await vi.advanceTimersByTimeAsync(1000)
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the engine as the window sees it', () => {
  it('starts a worker with the first call and hands each answer to its question', async () => {
    const { client, workers, worker } = open()
    expect(workers).toHaveLength(0)
    const [weights, data] = [client.call('weights', {}), client.call('cancelData', {})]
    expect(worker(0).asked.map(r => r.call)).toEqual(['weights', 'cancelData'])
    worker(0).say({ kind: 'answer', id: 2, value: null })
    worker(0).say({ kind: 'answer', id: 1, value: [] })
    expect(await weights).toEqual({ ok: true, value: [] })
    expect(await data).toEqual({ ok: true, value: null })
    expect(workers).toHaveLength(1)
  })

  it('leaves a worker alone that shows life, however long a call takes', async () => {
    const { client, worker } = open()
    void client.call('weights', {})
    await live(worker(0), 120)
    expect(worker(0).terminated).toBe(false)
  })

  it('replaces a worker that hangs: calls are refused, the run fails, the next call finds a new one', async () => {
    const { client, workers, worker, heard } = open()
    void client.call('train', { run: 4 } as never)
    worker(0).say({ kind: 'answer', id: 1, value: null })
    worker(0).say({ kind: 'train', run: 4, events: [{ type: 'paused', step: 9 }] })
    const lost = client.call('weights', {})
    await vi.advanceTimersByTimeAsync(58_000)
    expect(worker(0).terminated).toBe(false)
    await vi.advanceTimersByTimeAsync(4000)
    expect(worker(0).terminated).toBe(true)
    expect(await lost).toMatchObject({ ok: false, issues: [{ code: 'engine/hung' }] })
    expect(heard.slice(-2)).toMatchObject([{ kind: 'train', run: 4, events: [{ type: 'failed', step: 9 }] }, { kind: 'replaced' }])

    worker(0).say({ kind: 'answer', id: 3, value: 'from the dead' })
    void client.call('weights', {})
    expect(workers).toHaveLength(2)
  })

  it('is less patient when nothing is trained, and forgives a machine that slept', async () => {
    const { client, worker } = open()
    void client.call('weights', {})
    worker(0).say({ kind: 'heartbeat' })
    vi.setSystemTime(Date.now() + 3_600_000)
    await vi.advanceTimersByTimeAsync(5000)
    expect(worker(0).terminated).toBe(false)
    await vi.advanceTimersByTimeAsync(8000)
    expect(worker(0).terminated).toBe(true)
  })

  it('lets an export, which may have to prove a large network, take longer, but only until it is answered', async () => {
    const { client, worker } = open()
    void client.call('export', {} as never)
    worker(0).say({ kind: 'heartbeat' })
    await vi.advanceTimersByTimeAsync(50_000)
    expect(worker(0).terminated).toBe(false)
    worker(0).say({ kind: 'answer', id: 1, value: null })
    await vi.advanceTimersByTimeAsync(13_000)
    expect(worker(0).terminated).toBe(true)
  })

  it('gives a reader of files five seconds of silence, and no more', async () => {
    const { client, worker } = open(SILENCE_IMPORT)
    const lost = client.call('import', { files: [], open: null })
    await live(worker(0), 20)
    expect(worker(0).terminated).toBe(false)
    await vi.advanceTimersByTimeAsync(6000)
    expect(worker(0).terminated).toBe(true)
    expect(await lost).toMatchObject({ ok: false, issues: [{ code: 'engine/hung' }] })
  })

  it('replaces a worker that dies or loses its graphics device', async () => {
    const { client, worker, heard } = open()
    const lost = client.call('weights', {})
    worker(0).onerror?.({ message: 'out of memory' } as ErrorEvent)
    expect(await lost).toMatchObject({ ok: false, issues: [{ message: 'The engine stopped: out of memory.' }] })
    void client.call('weights', {})
    const issue = { code: 'engine/device-lost', message: 'gone', severity: 'error' } as const
    worker(1).say({ kind: 'train', run: 1, events: [{ type: 'failed', step: 2, issue }] })
    await vi.advanceTimersByTimeAsync(0)
    expect(worker(1).terminated).toBe(true)
    void client.call('evaluate', { part: 'test' })
    worker(2).say({ kind: 'refused', id: 3, issue })
    worker(2).say({ kind: 'refused', id: 4, issue })
    await vi.advanceTimersByTimeAsync(0)
    expect(worker(2).terminated).toBe(true)
    expect(heard.filter(m => m.kind === 'replaced')).toHaveLength(3)
  })
})
