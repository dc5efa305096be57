import { useEffect, useState } from 'react'
import type { EngineCalls, ProbeInput } from '../../shared/engine/protocol.ts'
import { call } from '../controller/engine.ts'
import { latest } from '../controller/latest.ts'
import { probeStore } from '../store/probeStore.ts'

/** Every channel of one layer for the probe, and its weights. */
export type LayerView = EngineCalls['layer']['answer']

/** Least time between two looks at a whole layer, ms: it can be large. */
const EVERY = 400

const pauseFor = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))

/** Watches one layer whole, following the live probe at a few looks a second; null until a model lives. */
export const useLayer = (nodeId: string | null): LayerView | null => {
  const [view, setView] = useState<{ readonly node: string; readonly layer: LayerView } | null>(null)
  useEffect(() => {
    if (nodeId === null) return
    let alive = true
    const ask = latest(async (input: ProbeInput) => {
      if (!alive) return
      const answer = await call('layer', { input, node: nodeId })
      if (!alive) return
      setView(answer.ok ? { node: nodeId, layer: answer.value } : null)
      await pauseFor(EVERY)
    })
    const look = (): void => {
      const { result, input } = probeStore.getState()
      if (result && input) ask(input)
      else setView(null)
    }
    look()
    const off = probeStore.subscribe((now, before) => {
      if (now.result !== before.result) look()
    })
    return () => {
      alive = false
      off()
    }
  }, [nodeId])
  return view && view.node === nodeId ? view.layer : null
}
