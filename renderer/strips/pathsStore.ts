import { createStore } from 'zustand/vanilla'
import type { Contribution } from '../../shared/engine/protocol.ts'
import { call } from '../controller/engine.ts'
import { latest } from '../controller/latest.ts'
import { probeStore } from '../store/probeStore.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { uiStore } from '../store/uiStore.ts'

/** A channel or unit on a strip; null is the strongest one, at an output the winning class. */
export interface Tile {
  readonly node: string
  readonly channel: number | null
}

interface PathsState {
  /** The tile under the pointer or the keyboard. */
  readonly pointed: Tile | null
  /** What leads to it, or to the winning class; drawn between the strips. */
  readonly paths: readonly Contribution[]
}

/** The contribution paths on the canvas. */
export const pathsStore = createStore<PathsState>(() => ({ pointed: null, paths: [] }))

const isSame = (a: Tile | null, b: Tile | null): boolean => a === b || (a?.node === b?.node && a?.channel === b?.channel)

/** Says which tile is pointed at; null for none. */
export const pointAt = (tile: Tile | null): void => {
  if (!isSame(tile, pathsStore.getState().pointed)) pathsStore.setState({ pointed: tile })
}

/** Forgets a strip that is pointed at, when it goes away. */
export const pointAway = (node: string): void => {
  if (pathsStore.getState().pointed?.node === node) pointAt(null)
}

/** Most channels followed per layer. */
const BUDGET = 6
/** Least time between two looks while the probe moves, ms: a drawing or a training sends many. */
const EVERY = 120

const NONE: readonly Contribution[] = []
const clear = (): void => {
  if (pathsStore.getState().paths.length > 0) pathsStore.setState({ paths: NONE })
}

/** The tile whose paths are wanted: the one pointed at, else the winning class of a drawing or, in Explore, of any input. */
const wanted = (): Tile | null => {
  const { input, result } = probeStore.getState()
  if (!result) return null
  const { pointed } = pathsStore.getState()
  if (pointed) return pointed
  if (input?.kind !== 'values' && uiStore.getState().mode !== 'explore') return null
  const [output] = resolvedOf(projectStore.getState().project).outputs
  return output === undefined ? null : { node: output, channel: null }
}

const ask = latest(async (tile: Tile) => {
  const { input } = probeStore.getState()
  if (!input || !isSame(tile, wanted())) return
  const answer = await call('paths', { input, ...tile, budget: BUDGET })
  if (isSame(tile, wanted())) pathsStore.setState({ paths: answer.ok ? answer.value.paths : NONE })
})

/** Keeps the paths up to what is pointed at and to the probe, until the function returned is called. */
export const followPaths = (): (() => void) => {
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    clearTimeout(timer)
    timer = undefined
    const tile = wanted()
    asked = performance.now()
    if (tile) ask(tile)
    else clear()
  }
  const lookSoon = (): void => {
    const rest = asked + EVERY - performance.now()
    if (rest <= 0 || !wanted()) look()
    else timer ??= setTimeout(look, rest)
  }
  const offs = [
    pathsStore.subscribe((now, before) => now.pointed !== before.pointed && look()),
    probeStore.subscribe((now, before) => (now.result !== before.result || now.input !== before.input) && lookSoon()),
    uiStore.subscribe((now, before) => now.mode !== before.mode && look()),
  ]
  look()
  return () => {
    clearTimeout(timer)
    for (const off of offs) off()
  }
}
