import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { LayerActivation, ProbeInput, ProbeResult } from '../../shared/engine/protocol.ts'

interface ProbeState {
  /** What the film strips look at. */
  readonly input: ProbeInput | null
  /** The newest activations; null until a model lives. */
  readonly result: ProbeResult | null
  /** The same by node id. */
  readonly byNode: ReadonlyMap<string, LayerActivation>
}

/** The live activations of the probe sample or drawing. */
export const probeStore = createStore<ProbeState>(() => ({ input: null, result: null, byNode: new Map() }))

/** Takes a new probe result. */
export const setProbe = (result: ProbeResult): void => probeStore.setState({ result, byNode: new Map(result.layers.map(l => [l.node, l])) })

/** Forgets activations that belong to another network. */
export const clearProbe = (): void => probeStore.setState({ result: null, byNode: new Map() })

/** Reads the probe store in a component. */
export const useProbe = <T>(pick: (state: ProbeState) => T): T => useStore(probeStore, pick)
